"""Moderation: the guard of prompts and its stages, and the check of pictures."""
