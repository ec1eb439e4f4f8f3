"""A silent logger for slack-bolt and slack-sdk, which would log what people type."""

import logging

SILENT_LOGGER = logging.getLogger("easel.slack.vendors")
SILENT_LOGGER.setLevel(logging.CRITICAL + 1)
