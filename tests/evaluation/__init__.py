"""What the word filter must catch and must leave alone, and how much of it it does."""
