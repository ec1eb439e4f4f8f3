"""Templates as a TOML file, and back; and those that every house begins with."""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from bot.domain.images import Quality, Shape
from bot.domain.options import Choice, ImageModelRef, OptionKind, Pixels, Text
from bot.domain.prompt_text import clean_prompt
from bot.domain.templates import LONGEST_ABOUT, LONGEST_NAME, LONGEST_WORDS, MOST_TEMPLATES, Template, check_name
from bot.errors import BadInput
from bot.text import join_words, quote, suggest

LONGEST_FILE = 500_000
"""Characters: more than `MOST_TEMPLATES` of the longest ones have."""

_QUOTED = re.compile(
    r"""\"{3}(?:[^"\\]|\\.|"(?!""))*+(?:"{3})?|'{3}(?:[^']|'(?!''))*+(?:'{3})?|"(?:[^"\\\n]|\\.)*+"?|'[^'\n]*+'?|\#[^\n]*+""",
    re.DOTALL,
)
"""Texts and comments, in which dots are no parts of names; what is never closed goes on, so that nothing is read twice."""

_DEEP_NAME = re.compile(r"(?<![\w-])(?:(?:[\w-]++|'')[ \t]*+\.[ \t]*+){9}")

_KINDS: Mapping[str, OptionKind] = {
    "name": Text("", longest=LONGEST_NAME),
    "words": Text("", longest=LONGEST_WORDS),
    "about": Text("", longest=LONGEST_ABOUT),
    "shape": Choice("", Shape),
    "size": Pixels(""),
    "quality": Choice("", Quality),
    "model": ImageModelRef(""),
}


@cache
def built_in_templates() -> tuple[Template, ...]:
    """Return the templates that lie beside this module."""
    return read_templates((files(__package__) / "built_in_templates.toml").read_text("utf-8"))


def write_templates(templates: Iterable[Template]) -> str:
    """Return TOML that `read_templates` reads back as these templates."""
    return "\n".join(_write(template) for template in templates)


def read_templates(text: str) -> tuple[Template, ...]:
    """Return the templates of a file that somebody sent.

    Raises:
        BadInput: It is no TOML, or something in it is no template; nothing of it can be used then.
    """
    try:
        document = tomllib.loads(_without_deep_names(text))
    except (ValueError, RecursionError) as error:  # a number of thousands of digits is a mere ValueError
        raise BadInput(f"That file is no TOML ({quote(_reason(error), 80)}). Nothing was changed.") from None
    tables = document.pop("template", [])
    if document:
        raise BadInput(f"The file has {quote(next(iter(document)))} in it, and only [[template]] is known. Nothing was changed.")
    if not isinstance(tables, list) or not tables:
        raise BadInput("There is no [[template]] in that file; /template export gives one that shows how. Nothing was changed.")
    if len(tables) > MOST_TEMPLATES:
        raise BadInput(
            f"There are {len(tables):,} templates in that file and {MOST_TEMPLATES} are the most. Nothing was changed."
        )
    found: dict[str, Template] = {}
    for number, table in enumerate(tables, 1):
        template = _read_table(table, f"Template {number} of the file")
        if found.setdefault(check_name(template.name), template) is not template:
            raise BadInput(f"{quote(template.name)} stands in the file twice. Nothing was changed.")
    return tuple(found.values())


def _without_deep_names(text: str) -> str:
    """Return the text, or raise: TOML takes time in the square of a name's parts, and names in our files have one part.

    Raises:
        ValueError: A name in it has more parts than any file of ours.
    """
    if _DEEP_NAME.search(_QUOTED.sub("''", text)):
        raise ValueError("a name has too many parts")
    return text


def _reason(error: Exception) -> str:
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)


def _read_table(table: object, which: str) -> Template:
    if not isinstance(table, dict):
        raise BadInput(f"{which} is no table. Nothing was changed.")
    unknown = next((name for name in table if name not in _KINDS), None)
    if unknown is not None:
        has = f"it takes {join_words(list(_KINDS), 'and')}"
        raise BadInput(f"{which} has {quote(unknown)}: {has}.{suggest(unknown, list(_KINDS))} Nothing was changed.")
    if wrong := next((name for name, value in table.items() if not isinstance(value, str)), None):
        raise BadInput(f"{which}: {wrong} is to be a text in quotes. Nothing was changed.")
    if missing := [name for name in ("name", "words") if not table.get(name, "").strip()]:
        raise BadInput(f"{which} has no {join_words(missing, 'and')}. Nothing was changed.")
    try:
        values: dict[str, Any] = {name: _KINDS[name].parse(name, value) for name, value in table.items() if value.strip()}
        return Template(**{**values, "words": clean_prompt(table["words"])}).check()
    except BadInput as error:
        raise BadInput(f"{which}: {error.user_text}") from error


def _write(template: Template) -> str:
    values = {name: getattr(template, name) for name in _KINDS}
    lines = [f"{name} = {_quote(str(value))}" for name, value in values.items() if value]
    return "\n".join(["[[template]]", *lines, ""])


def _quote(text: str) -> str:
    """Return a text as a TOML string: JSON's spelling, but for one character that JSON takes as it is."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
