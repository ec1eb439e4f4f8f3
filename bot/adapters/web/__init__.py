"""The web front end: one page that is a chat channel of its own."""
