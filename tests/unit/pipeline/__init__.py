"""What bot/pipeline does, asked in sentences."""
