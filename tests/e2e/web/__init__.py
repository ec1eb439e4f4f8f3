"""The web front end, end to end."""
