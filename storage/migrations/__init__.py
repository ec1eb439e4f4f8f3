"""The history of the tables, one file a step: `versions/r0001_….py`, `r0002_….py`, and so on."""
