"""Pictures from Black Forest Labs, the makers of FLUX."""
