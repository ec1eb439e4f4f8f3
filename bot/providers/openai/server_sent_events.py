"""Splits and parses server-sent events of several megabytes.

The SDK's own reader does both on the loop and copies each event several
times, which holds everybody up for tens of milliseconds per picture.
"""

from collections.abc import Mapping

from bot.providers.openai.image_response import parse_json_object

LinePieces = list[bytes]
"""One line, in the pieces that the network brought."""

_DATA = b"data:"
_EVENT = b"event:"
_DEFAULT_TYPE = b"message"
_DONE = b"[DONE]"


class EventSplitter:
    """Takes a stream of bytes apart into events, without joining anything."""

    def __init__(self) -> None:
        self._lines: list[LinePieces] = []
        self._line: LinePieces = []

    def feed(self, piece: bytes) -> list[list[LinePieces]]:
        """Return the events that `piece` completes; each is its lines."""
        events = []
        *ends, rest = piece.split(b"\n")
        for end in ends:
            self._line.append(end)
            if any(part not in {b"", b"\r"} for part in self._line):
                self._lines.append(self._line)
            elif self._lines:
                events.append(self._lines)
                self._lines = []
            self._line = []
        if rest:
            self._line.append(rest)
        return events

    def flush(self) -> list[list[LinePieces]]:
        """Return what the stream ended with, where the last event lacks its blank line."""
        lines = [*self._lines, *([self._line] if self._line else [])]
        return [lines] if lines else []


def parse_event(lines: list[LinePieces]) -> Mapping[str, object]:
    """Return the JSON object that an event carries; empty for comments and the end mark. Call it off the event loop.

    An event that says its type only on its own line gets it from there.

    Raises:
        ValueError: It carries something else.
    """
    whole = [b"".join(line).rstrip(b"\r") for line in lines]
    data = b"\n".join(line[len(_DATA) :] for line in whole if line.startswith(_DATA)).strip()
    if not data or data == _DONE:
        return {}
    fields = parse_json_object(data)
    names = [line[len(_EVENT) :].strip() for line in whole if line.startswith(_EVENT)]
    if "type" in fields or not names or names[-1] == _DEFAULT_TYPE:
        return fields
    return {**fields, "type": names[-1].decode(errors="replace")}
