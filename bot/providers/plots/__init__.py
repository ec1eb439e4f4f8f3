"""Plots by matplotlib, which is imported when the first one is drawn: it is slow to start."""
