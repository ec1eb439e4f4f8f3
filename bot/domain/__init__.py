"""Values and rules, without any input or output."""
