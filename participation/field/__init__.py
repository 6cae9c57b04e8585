"""Points without network: the page of the tablets, what it is given, and what it sends (docs/adr/0029)."""
