"""Lists of words: what they are, and how they are read from files."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from itertools import product
from pathlib import Path

from bot.domain.content import ALWAYS_REFUSED
from bot.errors import ConfigError

MOST_PHRASES = 100_000
"""In one list; so many are ready in about a second."""

LONGEST_PHRASE = 200
"""Characters; nobody types the same longer sentence twice."""

OWN = "house"
"""The category of what operators list without saying one."""

_LONGEST_NAME = 32
_NAME = re.compile(rf"[a-z0-9_-]{{0,{_LONGEST_NAME}}}")
_GROUP = re.compile("<([a-z0-9_-]+)>")
_KEYS = {"category", "severity", "language", "groups", "phrases", "pairs", "near", "allow", "patterns"}
_NEAR_KEYS = {"one", "other", "within"}
_FARTHEST = 12
"""Words between two that belong together; farther apart they mean nothing."""


class Severity(StrEnum):
    """What happens on a match."""

    WARN = "warn"
    """It is drawn, and whoever asked is told."""
    REVIEW = "review"
    """It is drawn, and moderators look at it."""
    BLOCK = "block"
    """It is refused."""


@dataclass(frozen=True, slots=True, eq=False)
class Near:
    """Phrases of `one` and of `other` that are found together, with at most `within` words between them, in either order."""

    one: tuple[str, ...]
    other: tuple[str, ...]
    within: int


@dataclass(frozen=True, slots=True)
class WordList:
    """Words and phrases of one kind.

    `phrases` match whole words, in languages with a code also their simple
    inflections; those of `near` are nothing alone. `allow` are phrases in which nothing is found, from whatever
    list. `patterns` are RE2 expressions over the folded text, in which one
    space stands between words.
    """

    name: str
    category: str = OWN
    severity: Severity = Severity.BLOCK
    language: str = ""
    phrases: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    near: tuple[Near, ...] = ()


@lru_cache(maxsize=1)
def starter_lists() -> tuple[WordList, ...]:
    """Return the lists that come with easel, each category in its languages."""
    folder = files(__package__).joinpath("lists")
    names = sorted(file.name for file in folder.iterdir() if file.name.endswith(".toml"))
    return tuple(found for name in names for found in parse_toml(name, folder.joinpath(name).read_text(encoding="utf-8")))


def choose_lists(*, starter: bool, phrases: Sequence[str], own: Iterable[Path]) -> tuple[WordList, ...]:
    """Return the lists that the settings choose. Without `starter` only those of `ALWAYS_REFUSED` remain of easel's own.

    Raises:
        ConfigError: A file of `own` cannot be read, or is not what it should be.
    """
    usual = tuple(known for known in starter_lists() if starter or known.category in ALWAYS_REFUSED)
    return (
        *usual,
        _check(WordList("[guard] blocked", phrases=tuple(phrases))),
        *(found for file in own for found in read_lists(file)),
    )


def read_lists(file: Path) -> tuple[WordList, ...]:
    """Return an operator's file of lists: TOML with `[[list]]` tables, or a text file with a phrase on each line.

    Raises:
        ConfigError: It cannot be read, or is not what it should be; the sentence names the file and the place.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(f"The word list {file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"The word list {file} is not UTF-8 text: save it as UTF-8.") from error
    return parse_toml(str(file), text) if file.suffix == ".toml" else (parse_lines(str(file), text.splitlines()),)


def parse_lines(name: str, lines: Iterable[str]) -> WordList:
    """Return the list in these lines: a phrase each, `!` before what is allowed, `/…/` around a pattern, `#` before remarks.

    Raises:
        ConfigError: A line is too long, or there are too many.
    """
    bare = [line.strip() for line in lines]
    entries = [line for line in bare if line and not line.startswith("#")]
    patterns = [line for line in entries if is_pattern(line)]
    allowed = [line for line in entries if line.startswith("!")]
    phrases = [line for line in entries if not is_pattern(line) and not line.startswith("!")]
    return _check(
        WordList(
            name,
            phrases=tuple(phrases),
            allow=tuple(line[1:].strip() for line in allowed),
            patterns=tuple(line[1:-1] for line in patterns),
        )
    )


def is_name(text: str) -> bool:
    """Whether a text can be the name of a category."""
    return _NAME.fullmatch(text) is not None


def is_pattern(entry: str) -> bool:
    """Whether an entry stands between slashes, with something in it."""
    return len(entry) > len("//") and entry[0] == entry[-1] == "/"


def parse_toml(name: str, text: str) -> tuple[WordList, ...]:
    """Return the lists of a TOML file, one of each `[[list]]`.

    Raises:
        ConfigError: It is no TOML, or a key or value in it is unknown.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"The word list {name} is not TOML: {error}.") from error
    lists = tables.pop("list", None)
    if tables or not isinstance(lists, list) or not all(isinstance(table, dict) for table in lists):
        raise ConfigError(f"The word list {name} must be made of [[list]] tables, with nothing before them.")
    return tuple(_check(_parse_table(f"{name}, list {number}", table)) for number, table in enumerate(lists, start=1))


def _parse_table(name: str, table: Mapping[str, object]) -> WordList:
    unknown = sorted(set(table) - _KEYS)
    if unknown:
        raise ConfigError(f"The word list {name} has the unknown key {unknown[0]}: there are {', '.join(sorted(_KEYS))}.")
    severity = _text(name, table, "severity", Severity.BLOCK)
    if severity not in set(Severity):
        raise ConfigError(f"The word list {name} has the severity {severity}: there are {', '.join(Severity)}.")
    table = _expand_groups(name, table)
    pairs, near = _tables(name, table, "pairs"), _tables(name, table, "near")
    return WordList(
        name,
        category=_text(name, table, "category", OWN),
        severity=Severity(severity),
        language=_text(name, table, "language", ""),
        phrases=(*_texts(name, table, "phrases"), *(phrase for pair in pairs for phrase in _combine(name, pair))),
        allow=_texts(name, table, "allow"),
        patterns=_texts(name, table, "patterns"),
        near=tuple(_parse_near(name, one) for one in near),
    )


def _parse_near(name: str, near: object) -> Near:
    if not isinstance(near, dict) or set(near) != _NEAR_KEYS:
        raise ConfigError(f"The word list {name} has a near with other keys than one, other and within.")
    within = near["within"]
    if type(within) is not int or not 0 <= within <= _FARTHEST:
        raise ConfigError(f"The word list {name} has a near whose within is no number from 0 to {_FARTHEST}.")
    return Near(_strip(_texts(name, near, "one")), _strip(_texts(name, near, "other")), within)


def _expand_groups(name: str, table: Mapping[str, object]) -> dict[str, object]:
    """Return the table with every phrase that names one of its `groups` in `<…>` once for each word of the group."""
    if "groups" not in table:
        return dict(table)
    groups = table["groups"]
    if not isinstance(groups, dict):
        raise ConfigError(f"The word list {name} has groups that are no table.")
    words = {key: _texts(name, groups, key) for key in groups}

    def expand(value: object) -> object:
        if isinstance(value, dict):
            return {key: expand(inner) for key, inner in value.items()}
        if not isinstance(value, list):
            return value
        return [one for inner in value for one in (_expand(name, inner, words) if isinstance(inner, str) else (expand(inner),))]

    return {key: value if key in {"groups", "patterns"} else expand(value) for key, value in table.items()}


def _expand(name: str, text: str, words: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    found = _GROUP.search(text)
    if found is None:
        yield text
        return
    if found[1] not in words:
        raise ConfigError(f"The word list {name} names the group {found[0]}, which is not among its groups.")
    for rest in _expand(name, text[found.end() :], words):
        yield from (f"{text[: found.start()]}{word}{rest}" for word in words[found[1]])


def _combine(name: str, pair: object) -> Iterator[str]:
    """Return each word of `one` beside each of `other`, in both orders, and with each of `between` in between."""
    if not isinstance(pair, dict) or not set(pair) <= {"one", "other", "between", "order"}:
        raise ConfigError(f"The word list {name} has a pair with other keys than one, other, between and order.")
    both = _text(name, pair, "order", "both") == "both"
    betweens = ("", *_texts(name, pair, "between"))
    for one, other, between in product(_texts(name, pair, "one"), _texts(name, pair, "other"), betweens):
        yield f"{one} {between} {other}" if between else f"{one} {other}"
        if both:
            yield f"{other} {between} {one}" if between else f"{other} {one}"


def _text(name: str, table: Mapping[str, object], key: str, default: str) -> str:
    text = table.get(key, default)
    if not isinstance(text, str) or not _NAME.fullmatch(text):
        raise ConfigError(
            f"The word list {name} has a {key} that is no word of at most {_LONGEST_NAME} small letters, digits, - and _."
        )
    return text


def _texts(name: str, table: Mapping[str, object], key: str) -> tuple[str, ...]:
    texts = table.get(key, [])
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise ConfigError(f"The word list {name} has {key} that are no list of texts.")
    return tuple(texts)


def _tables(name: str, table: Mapping[str, object], key: str) -> list[object]:
    tables = table.get(key, [])
    if not isinstance(tables, list):
        raise ConfigError(f"The word list {name} has {key} that are no list of tables.")
    return tables


def _check(checked: WordList) -> WordList:
    """Return the list without empty entries and repetitions."""
    bare = replace(
        checked,
        phrases=_strip(checked.phrases),
        allow=_strip(checked.allow),
        patterns=_strip(checked.patterns),
    )
    near = [phrase for one in bare.near for phrase in (*one.one, *one.other)]
    count = len(bare.phrases) + len(bare.allow) + len(bare.patterns) + len(near)
    if count > MOST_PHRASES:
        raise ConfigError(f"The word list {bare.name} has {count:,} entries: {MOST_PHRASES:,} are the most.")
    for entry in (*bare.phrases, *bare.allow, *bare.patterns, *near):
        if len(entry) > LONGEST_PHRASE:
            raise ConfigError(
                f"The word list {bare.name} has an entry of {len(entry)} characters: {LONGEST_PHRASE} are the most."
            )
    return bare


def _strip(entries: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(entry.strip() for entry in entries if entry.strip()))
