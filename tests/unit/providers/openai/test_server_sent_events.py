"""How server-sent events are taken apart, wherever the network cuts them."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.providers.openai.server_sent_events import EventSplitter, parse_event

STREAM = (
    b": keep-alive\n\n"
    b'event: a\ndata: {"n": 1}\n\n'
    b'id: 7\r\ndata:{"n":\r\ndata: 2}\r\n\r\n'
    b"\n\nretry: 5\n\n"
    b'data: {"n": "drei \xc3\xa4"}\n\n'
    b"data: [DONE]\n\n"
)
EVENTS = [{}, {"n": 1, "type": "a"}, {"n": 2}, {}, {"n": "drei ä"}, {}]


def read(pieces: list[bytes]) -> list[object]:
    """Read a stream that comes in these pieces."""
    splitter = EventSplitter()
    events = [event for piece in pieces for event in splitter.feed(piece)]
    return [parse_event(event) for event in [*events, *splitter.flush()]]


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_it_does_not_matter_where_the_network_cuts(cuts: list[int]) -> None:
    """Between events, in the midst of a line, of a line end, or of a letter."""
    edges = [0, *sorted(cuts), len(STREAM)]
    pieces = [STREAM[start:end] for start, end in itertools.pairwise(edges)]
    assert read(pieces) == EVENTS


def test_a_last_event_without_its_blank_line_counts() -> None:
    """Not everybody ends a stream by the book."""
    assert read([b'data: {"n": 1}\n\ndata: {"n"', b": 2}"]) == [{"n": 1}, {"n": 2}]


@pytest.mark.parametrize("data", [b"no", b'{"n"', b"[1]", b"5"])
def test_an_event_that_is_no_object_is_an_error(data: bytes) -> None:
    """A stream that was cut in the middle of an event, or that is none of ours."""
    with pytest.raises(ValueError, match="JSON"):
        read([b"data: " + data + b"\n\n"])
