"""What benchmarks decide by themselves."""
