"""The verbs of participation."""
