"""What bot/commands does, asked in sentences."""
