"""The logger that slack-bolt and slack-sdk are given: theirs repeats what people type, so what matters is logged by us."""

import logging

SILENT_LOGGER = logging.getLogger("easel.slack.vendors")
SILENT_LOGGER.setLevel(logging.CRITICAL + 1)
