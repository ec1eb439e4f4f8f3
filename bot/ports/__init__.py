"""Ports to the world outside: Protocols, whose docstrings are their contracts."""
