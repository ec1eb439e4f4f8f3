"""What the house asks of the world outside: Protocols, whose docstrings are their contracts."""
