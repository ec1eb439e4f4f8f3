"""Typed lines: `/imagine a fox --shape wide`, parsed tolerantly."""

import re
from collections.abc import Mapping

from bot.commands.spec import AnyCommand, Option
from bot.domain.options import Lines, Number, OptionKind, PersonRef, RoleRef, Text, TextFile
from bot.errors import BadInput
from bot.text import join_words, suggest

_FLAG = re.compile(r"(?:--|[—–])([A-Za-z][\w-]*)(?:=(.*))?", re.DOTALL)
_TOKEN = re.compile(r'(?:[^\s"“”„«»]|["“„«][^"“”„«»]*["”“»])+(?!\S)|\S+')
_TOKEN_OR_BREAK = re.compile(rf"\n|{_TOKEN.pattern}")
_SPACED_BREAK = re.compile(r" ?\n ?")
_MENTION_SIGNS: dict[type[OptionKind], re.Pattern[str]] = {
    PersonRef: re.compile(r"<@!?[^<>&]+>|[a-z]{2,20}:(?:[\w-]+:)?[\w-]+"),
    RoleRef: re.compile(r"<(?:@&|!subteam\^)[^<>]+>"),
}
"""What names somebody, and is nothing else."""

_QUOTES = '"“”„«»'


def is_plain(line: str) -> bool:
    """Return whether a line is words without a command in front of them."""
    return bool(line.strip()) and not line.lstrip().startswith("/")


def split_line(line: str) -> tuple[str, str]:
    """Return the command's name and the rest of `/imagine a fox`.

    Raises:
        BadInput: It does not begin with a slash and a name.
    """
    found = re.fullmatch(r"\s*/([A-Za-z][\w-]*)(?:\s+(.*))?\s*", line, re.DOTALL)
    if not found:
        raise BadInput(
            "Say what you would like to see, such as: a lighthouse in a storm. "
            "A command begins with a slash and its name; /help lists them all."
        )
    return found[1].lower(), (found[2] or "").strip()


def write_line(command: AnyCommand, values: Mapping[str, str]) -> str:
    """Return the line that `read_options` reads back as these values: the words first, then a flag for each other option."""
    options = [option for option in command.options if values.get(option.name)]
    taker = next((option for option in options if isinstance(option.kind, Text)), None)
    words = [] if taker is None else [_quote_flags(values[taker.name])]
    flags = [f"--{option.name} {_quote_value(values[option.name])}" for option in options if option is not taker]
    return " ".join([f"/{command.name}", *words, *flags])


def _quote_flags(text: str) -> str:
    """Return the words with quotes around what would be taken for a flag."""
    return " ".join(f'"{token}"' if _FLAG.fullmatch(token) else token for token in text.split())


def _quote_value(text: str) -> str:
    return f'"{text}"' if any(character.isspace() for character in text) or _FLAG.fullmatch(text) else text


def read_options(command: AnyCommand, rest: str) -> dict[str, object]:
    """Read `words --flag value --flag=value` into raw input for `command.parse`.

    Dashes that a phone made long and quotes that it made round are
    understood. Of the words that no flag claims, somebody who is mentioned
    is whom the command is about; then comes what a required option takes that
    is no text, in order; the rest goes to the first text option, as it was
    typed. A quoted `"--flag"` is words, and so is what follows a
    long dash without being an option. Of a command that needs a file,
    everything is that, line by line; of one that takes lines, the words keep them.

    Raises:
        BadInput: A flag is unknown, lacks its value, or stands there twice; or words are left that no option takes.
    """
    file = next((option for option in command.options if isinstance(option.kind, TextFile)), None)
    if file is not None and file.is_required:
        return {file.name: rest} if rest else {}
    names = [option.name for option in command.options]
    raw: dict[str, object] = {}
    words: list[str] = []
    has_lines = any(isinstance(option.kind, Lines) for option in command.options)
    tokens = iter((_TOKEN_OR_BREAK if has_lines else _TOKEN).findall(rest))
    for token in tokens:
        flag = _FLAG.fullmatch(token)
        name = flag[1].lower() if flag else ""
        is_prose = not token.startswith("--") and name not in names
        if not flag or is_prose:
            words.append(token)
            continue
        if name not in names:
            raise BadInput(f"/{command.name} has no option --{name[:40]}: {_options_text(names)}.{suggest(name, names)}")
        value = flag[2] if flag[2] is not None else next(tokens, None)
        if value is None or _FLAG.fullmatch(value):
            raise BadInput(f"--{name} needs a value after it.")
        if name in raw:
            raise BadInput(f"--{name} stands there twice; once is enough.")
        raw[name] = value.strip(_QUOTES)
    raw |= _take_mentions(command, words, raw)
    raw |= _take_leading(command, words, raw)
    return raw | _take_rest(command, words, raw)


def _take_mentions(command: AnyCommand, words: list[str], raw: dict[str, object]) -> dict[str, object]:
    """Take mentioned people out of the words, the first one for each option that wants a person, and return these options.

    Raises:
        BadInput: Somebody is named as `@ann`, and the platform has not made a mention of that.
    """
    taken: dict[str, object] = {}
    for option in command.options:
        sign = _MENTION_SIGNS.get(type(option.kind))
        if sign is None or option.name in raw:
            continue
        found = next((word for word in words if sign.fullmatch(word)), None)
        if found is not None:
            words.remove(found)
            taken[option.name] = found
        elif isinstance(option.kind, PersonRef) and (named := next((word for word in words if word.startswith("@")), None)):
            option.kind.parse(option.name, named)
    return taken


def _take_leading(command: AnyCommand, words: list[str], raw: dict[str, object]) -> dict[str, object]:
    """Take required options that are no text from the front of the words: a person, an amount, a choice; return them.

    Raises:
        BadInput: What stands there is none, and nothing else that must be given either.
    """
    taken: dict[str, object] = {}
    for option in command.options:
        if not words or not option.is_required or option.name in raw or isinstance(option.kind, Text):
            continue
        word = words[0].strip(_QUOTES)
        if not _accepts(option, word):
            others = [one for one in command.options if one.is_required and one.name not in {*raw, *taken}]
            if isinstance(option.kind, Number) and not any(_accepts(one, word) for one in others):
                option.kind.parse(option.name, word)
            break
        taken[option.name] = word
        words.pop(0)
    return taken


def _take_rest(command: AnyCommand, words: list[str], raw: dict[str, object]) -> dict[str, object]:
    """Return the option that takes the words which no flag claimed."""
    if not words:
        return {}
    text = _SPACED_BREAK.sub("\n", " ".join(words))
    free = [option for option in command.options if option.name not in raw]
    taker = next((option for option in command.options if isinstance(option.kind, Text)), None) or next(
        (option for option in free if (option.is_required and not isinstance(option.kind, Number)) or _accepts(option, text)),
        None,
    )
    if taker is None or taker.name in raw:
        raise BadInput(f"/{command.name} does not know what to do with “{text[:40]}”.")
    return {taker.name: text}


def _accepts(option: Option, text: str) -> bool:
    try:
        option.kind.parse(option.name, text)
    except BadInput:
        return False
    return True


def _options_text(names: list[str]) -> str:
    return f"it takes {join_words([f'--{name}' for name in names])}" if names else "it takes none"
