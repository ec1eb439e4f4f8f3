"""What may be drawn and shown: the guard and its stages, and the check of pictures."""
