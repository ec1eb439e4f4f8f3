"""The figures that can come on, drawn by hand."""
