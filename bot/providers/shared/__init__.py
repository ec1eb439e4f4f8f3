"""What several providers share: asking over HTTP, and reading what comes back within bounds."""
