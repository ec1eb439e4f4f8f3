"""What bot/services does, asked in sentences."""
