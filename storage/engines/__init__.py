"""What carries job ids to workers."""
