"""A sentence for people in the first line of an answer, for clients that show nothing else of one that went wrong."""

import unicodedata

REASON_HEADER = "x-easel-reason"
"""A field of the application's answer that `bot/app/connections.py` puts into the first line; nobody outside sees it."""

_LONGEST = 300
_PLAIN = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "..."})


def reason_phrase(sentence: str) -> str:
    """Return the sentence as HTTP/1.1 allows it there: one line of printable ASCII."""
    plain = unicodedata.normalize("NFKD", sentence.translate(_PLAIN)).encode("ascii", "ignore").decode()
    return "".join(sign if sign.isprintable() else " " for sign in plain)[:_LONGEST]
