"""OpenAI's batch API: pictures at half the price, within hours."""
