"""What monitors the house: metrics, traces, reports of errors."""
