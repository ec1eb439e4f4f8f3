"""What speed is measured by: ratios within one run, on whatever machine it is."""
