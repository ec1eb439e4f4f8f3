"""OpenAI's Responses API in background mode: pictures can be collected after the process that asked was killed."""
