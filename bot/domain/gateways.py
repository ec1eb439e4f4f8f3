"""What gateways that speak like OpenAI may not understand."""

from typing import Literal

OmittableParameter = Literal[
    "safety_identifier",
    "size",
    "quality",
    "n",
    "stream",
    "response_format",
    "output_format",
    "developer",
    "json_schema",
    "max_completion_tokens",
    "reasoning_effort",
]
"""What may be left out of a request. Of chats, `developer` becomes the role `system`, and `json_schema` becomes words."""
