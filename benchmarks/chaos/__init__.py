"""Proof that nothing is lost: real processes are killed at random while people ask for pictures, and then all is counted."""
