"""What bot/domain does, asked in sentences."""
