"""Names for ids: whoever and whatever of a workspace a whisper names by an id is shown as Slack calls it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

Json = dict[str, Any]

_ELEMENTS = {"person": ("user", "user_id"), "channel": ("channel", "channel_id"), "group": ("usergroup", "usergroup_id")}


def mention_ids(body: Json, team: str) -> Json:
    """Return a message that one person reads alone, with names for the bare ids of the workspace; it calls nobody.

    Ids in brackets stay: they stand beside a name.
    """
    ours = rf"(?<![\w(])slack:{re.escape(team)}:"
    finder = re.compile(rf"{ours}(?P<person>[UW]\w+)|{ours}(?P<channel>[CG]\w+)|(?<=\brole )(?P<group>S[A-Z0-9]{{6,}})")
    return {**body, "blocks": [_rewrite_block(one, finder) for one in body["blocks"]]}


def _rewrite_block(block: Json, finder: re.Pattern[str]) -> Json:
    if block["type"] == "section" and finder.search(block["text"]["text"]):
        return {
            "type": "rich_text",
            "elements": [_rewrite_section({"type": "text", "text": block["text"]["text"]}, finder=finder)],
        }
    if block["type"] == "rich_text":
        return {**block, "elements": [_rewrite_section(*one["elements"], finder=finder) for one in block["elements"]]}
    return block


def _rewrite_section(*elements: Json, finder: re.Pattern[str]) -> Json:
    return {"type": "rich_text_section", "elements": [part for one in elements for part in _split_at_ids(one, finder)]}


def _split_at_ids(element: Mapping[str, Any], finder: re.Pattern[str]) -> Iterator[Json]:
    text, done = str(element.get("text", "")), 0
    for found in finder.finditer(text):
        if found.start() > done:
            yield {**element, "text": text[done : found.start()]}
        kind, id_ = _ELEMENTS[str(found.lastgroup)], found[str(found.lastgroup)]
        yield {"type": kind[0], kind[1]: id_}
        done = found.end()
    if done < len(text) or not text:
        yield {**element, "text": text[done:]} if text else dict(element)
