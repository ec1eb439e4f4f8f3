"""Typed lines: `/imagine a fox --shape wide`, read forgivingly."""

import re

from bot.commands.options import Number, Text, listed, meant
from bot.commands.spec import AnyCommand
from bot.errors import BadInput

_FLAG = re.compile(r"(?:--|[—–])([A-Za-z][\w-]*)(?:=(.*))?", re.DOTALL)
_TOKEN = re.compile(r'(?:[^\s"“”„«»]|["“„«][^"“”„«»]*["”“»])+(?!\S)|\S+')
_QUOTES = '"“”„«»'


def split_line(line: str) -> tuple[str, str]:
    """Part `/imagine a fox` into the command's name and the rest.

    Raises:
        BadInput: It does not begin with a slash and a name.
    """
    found = re.fullmatch(r"\s*/([A-Za-z][\w-]*)(?:\s+(.*))?\s*", line, re.DOTALL)
    if not found:
        raise BadInput("Commands begin with a slash. For example: /imagine a lighthouse in a storm")
    return found[1].lower(), (found[2] or "").strip()


def read_options(command: AnyCommand, rest: str) -> dict[str, object]:
    """Read `words --flag value --flag=value` into raw input for `command.parse`.

    Dashes that a phone made long and quotes that it made round are
    understood. Words that no flag claims go to the first text option, as
    they were typed; a quoted `"--flag"` is words, and so is what follows a
    long dash without being an option.

    Raises:
        BadInput: A flag is unknown, lacks its value, or stands there twice; or words are left that no option takes.
    """
    names = [option.name for option in command.options]
    raw: dict[str, object] = {}
    words: list[str] = []
    tokens = iter(_TOKEN.findall(rest))
    for token in tokens:
        flag = _FLAG.fullmatch(token)
        name = flag[1].lower() if flag else ""
        is_prose = not token.startswith("--") and name not in names
        if not flag or is_prose:
            words.append(token)
            continue
        if name not in names:
            raise BadInput(f"/{command.name} has no option --{name[:40]}: {_takes(names)}.{meant(name, names)}")
        value = flag[2] if flag[2] is not None else next(tokens, None)
        if value is None or _FLAG.fullmatch(value):
            raise BadInput(f"--{name} needs a value after it.")
        if name in raw:
            raise BadInput(f"--{name} stands there twice; once is enough.")
        raw[name] = value.strip(_QUOTES)
    return raw | _rest(command, words, raw)


def _rest(command: AnyCommand, words: list[str], raw: dict[str, object]) -> dict[str, object]:
    """Give the words that no flag claimed to the option that takes them."""
    if not words:
        return {}
    taker = next((option for option in command.options if isinstance(option.kind, Text)), None) or next(
        (option for option in command.options if not isinstance(option.kind, Number) and option.is_required), None
    )
    if taker is None or taker.name in raw:
        raise BadInput(f"/{command.name} does not know what to do with “{' '.join(words)[:40]}”.")
    return {taker.name: " ".join(words)}


def _takes(names: list[str]) -> str:
    return f"it takes {listed([f'--{name}' for name in names])}" if names else "it takes none"
