"""Commands: declared once, run from every front end."""
