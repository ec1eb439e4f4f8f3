"""Pictures from fal, which runs models of many makers behind one queue."""
