"""easel: an image studio that lives in the chat people already use."""
