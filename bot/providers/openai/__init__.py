"""OpenAI and everything that speaks its API: pictures, rewriting, moderation."""
