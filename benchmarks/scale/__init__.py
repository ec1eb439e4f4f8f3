"""How easel grows with machines and with what waits: `python -m benchmarks.scale`."""
