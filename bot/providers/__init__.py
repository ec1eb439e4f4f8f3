"""What draws, rewrites and judges: one package per vendor."""
