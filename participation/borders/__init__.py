"""Borders of the districts: read from a file of strangers, simplified without tearing shared borders, drawn."""
