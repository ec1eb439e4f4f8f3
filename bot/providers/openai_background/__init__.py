"""OpenAI's Responses API in background mode: pictures that can be collected after whoever asked was killed."""
