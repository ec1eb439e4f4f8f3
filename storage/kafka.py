"""The Kafka that a house is told to use, and what is wrong where it cannot. Importing this needs `easel[kafka]`."""

import logging
from datetime import timedelta
from urllib.parse import urlsplit

from aiokafka.errors import KafkaError

PATIENCE = timedelta(seconds=5)

FAILURES = (KafkaError, OSError)
"""What a connection that goes, or does not come, raises; a time-out is an OSError."""


def brokers_of(url: str) -> str:
    """Return the addresses to begin with, as aiokafka takes them; it says each failure several times, and we say it once."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    return urlsplit(url).netloc
