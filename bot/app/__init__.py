"""The composition root: the only place that knows concrete classes and settings."""
