"""The logger that slack-bolt and slack-sdk are given: theirs repeats what people type, so what matters is logged by us."""

import logging

QUIET = logging.getLogger("easel.slack.vendors")
QUIET.setLevel(logging.CRITICAL + 1)
