"""A community's listed words as a file, and back: the same TOML and the same lines that operators name in `[guard] lists`."""

import json
from collections.abc import Iterable, Iterator, Mapping

from bot.domain.rules import FilterAction, FilterEntry, Rule
from bot.errors import BadInput, ConfigError
from bot.moderation.word_filter.community import find_problem
from bot.moderation.word_filter.letters import fold, spell
from bot.moderation.word_filter.lists import OWN, WordList, is_name, is_pattern, parse_lines, parse_toml

_USUAL_CATEGORY = FilterEntry(FilterAction.BLOCK).category
_SENT = "that you sent"
"""What a list without a file is called in sentences."""


def write_lists(rules: Iterable[Rule]) -> str:
    """Return listed words as TOML that `read_entries` and `[guard] lists` read."""
    groups: dict[FilterEntry, list[str]] = {}
    for rule in rules:
        groups.setdefault(FilterEntry.parse(rule.value), []).append(rule.key.subject)
    return "\n".join(_write_group(entry, words) for entry, words in groups.items())


def read_entries(text: str) -> Mapping[str, FilterEntry]:
    """Return the entries of a list that somebody sent: TOML, or a phrase on each line. It takes a second for many thousands.

    Raises:
        BadInput: It is no list, or has something in it that cannot be listed.
    """
    try:
        lists = parse_toml(_SENT, text) if "[[list]]" in text else (parse_lines(_SENT, text.splitlines()),)
    except ConfigError as error:
        raise BadInput(f"{error.user_text} Nothing was changed.") from error
    entries: dict[str, FilterEntry] = {}
    for words, entry in (found for one in lists for found in _entries_of(one)):
        entries.setdefault(words, entry)
    if not entries:
        raise BadInput(f"There are no entries in the list {_SENT}; nothing was changed.")
    for words, entry in entries.items():
        problem = _find_problem(words, entry)
        if problem is not None:
            raise BadInput(f"“{words[:60]}” cannot be listed. {problem} Nothing was changed.")
    return entries


def _entries_of(one: WordList) -> Iterator[tuple[str, FilterEntry]]:
    category = _USUAL_CATEGORY if one.category == OWN else one.category
    entry = FilterEntry(FilterAction(one.severity.value), category, one.language)
    for phrase in one.phrases:
        yield " ".join(phrase.split()), entry
    for pattern in one.patterns:
        yield f"/{pattern}/", entry
    for allowed in one.allow:
        yield " ".join(allowed.split()), FilterEntry(FilterAction.ALLOW, category, one.language)


def _find_problem(words: str, entry: FilterEntry) -> str | None:
    """Return why an entry cannot be listed; only what may be a problem is checked in full, since many thousands take long."""
    is_plain = not is_pattern(words) and len(words) < _SURELY_SHORT and bool(spell(fold(words)))
    return None if is_plain else find_problem(words, entry)


_SURELY_SHORT = 200


def _write_group(entry: FilterEntry, listed: list[str]) -> str:
    lines = ["[[list]]", f"category = {_quote(entry.category if is_name(entry.category) else _USUAL_CATEGORY)}"]
    if entry.language:
        lines.append(f"language = {_quote(entry.language)}")
    if entry.action is FilterAction.ALLOW:
        return "\n".join([*lines, *_write_array("allow", listed)])
    patterns = [words[1:-1] for words in listed if is_pattern(words)]
    phrases = [words for words in listed if not is_pattern(words)]
    lines.append(f"severity = {_quote(entry.action.value)}")
    return "\n".join([*lines, *_write_array("phrases", phrases), *_write_array("patterns", patterns)])


def _write_array(key: str, texts: list[str]) -> list[str]:
    return [f"{key} = [", *(f"    {_quote(text)}," for text in texts), "]", ""] if texts else []


def _quote(text: str) -> str:
    """Return a text as a TOML string: JSON's spelling, but for one character that JSON takes as it is."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
