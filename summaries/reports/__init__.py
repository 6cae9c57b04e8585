"""The report on a consultation: one definition of its content (``content``, ``rows``), written in six formats."""
