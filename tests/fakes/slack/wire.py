"""What goes over the wire: JSON objects as the platform shapes them."""

import json
from typing import Any

Json = dict[str, Any]
"""A raw JSON object: the shape is the platform's, and checked where it comes in."""


def dumps(value: object) -> str:
    """Write compact JSON."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
