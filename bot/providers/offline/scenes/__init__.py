"""The kinds of picture that can be painted.

Each scene paints from back to front and stops three times on the way, so that
an unfinished picture can be shown.
"""
