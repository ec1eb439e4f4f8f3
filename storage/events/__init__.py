"""What carries events between the parts of a house."""
