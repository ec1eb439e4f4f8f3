"""Discord, room by room."""
