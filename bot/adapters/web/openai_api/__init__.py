"""The part of OpenAI's API that image clients use, so that they draw here by changing address and key."""
