"""The steps of a job: accepted, its prompt prepared, drawn, kept, delivered, recovered."""
