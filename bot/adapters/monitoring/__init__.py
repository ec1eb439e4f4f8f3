"""What watches over the house for whoever runs it: metrics, traces, reports of errors."""
