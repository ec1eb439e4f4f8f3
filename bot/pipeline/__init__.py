"""The way of a job: taken in, worded, drawn, kept, delivered, recovered."""
