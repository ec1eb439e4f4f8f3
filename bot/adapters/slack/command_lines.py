"""Turns what people type to the bot into the line of a command."""

import html
import re
from collections.abc import Mapping
from dataclasses import replace

from bot.adapters.slack.manifest import EASEL, IMAGINE
from bot.commands.spec import AnyCommand
from bot.domain.chat import Post

HELP = "/help"

_MENTION = re.compile(r"<([@#!])([^|>]+)(?:\|([^>]*))?>")
_LABEL = re.compile(r"(<[@!][^|<>]+)\|[^<>]*>")
_LINK = re.compile(r"<((?:https?|mailto):[^|>]+)(?:\|([^>]*))?>")
OF_MANY_WORDS = {"prompt", "prompts", "words", "why"}
"""The first options that people write as a sentence; the others are a link, a name, a person or a number."""

_MENTION_SIGNS = {"@": "@", "#": "#", "!": "@"}


def line_of_slash_command(slash: str, text: str) -> str:
    """Return the line of `/imagine …` or `/easel …`; Slack escapes `&`, `<` and `>` in it."""
    if slash == IMAGINE:
        words = html.unescape(text.strip())
        return HELP if words.lower() == "help" else f"{IMAGINE} {words}".strip()
    words = _strip_labels(text.strip())
    return f"/{words.lstrip('/').lstrip()}" if words.strip("/ ") else HELP


def line_of_mention(text: str, bot_user: str, commands: Mapping[str, AnyCommand], *, without_words: str = HELP) -> str:
    """Return the line of a message that mentions the bot: a command where it begins with one's name, else something to draw."""
    rest_of_text = _without_mention(text, bot_user)
    if not rest_of_text:
        return without_words
    bare = rest_of_text.lstrip("/").lstrip()
    if _is_command(bare, commands):
        return f"/{_strip_labels(bare)}"
    return f"{IMAGINE} {replace_markup(rest_of_text)}"


def is_command(text: str, bot_user: str, commands: Mapping[str, AnyCommand]) -> bool:
    """Return whether a message that mentions the bot names a command."""
    return _is_command(_without_mention(text, bot_user).lstrip("/").lstrip(), commands)


def _without_mention(text: str, bot_user: str) -> str:
    """Return what follows the bot's name, or all where it is not named."""
    _, _, rest_of_text = re.sub(rf"<@{re.escape(bot_user)}(?:\|[^>]*)?>", "\0", text, count=1).rpartition("\0")
    return rest_of_text.strip()


def spell_commands_for_slack(post: Post, commands: Mapping[str, AnyCommand]) -> Post:
    """Return the post with commands as they are typed on Slack: `/easel quota set` in place of `/quota set`."""
    groups = {command.group for command in commands.values() if command.is_typed} - {IMAGINE.lstrip("/")}
    names = "|".join(map(re.escape, sorted(groups)))
    named = re.compile(rf"(?<![\w/.:-])/(?=(?:{names})(?![\w/-]))")

    def spell(text: str) -> str:
        return named.sub(f"{EASEL} ", text) if names else text

    spelled = post.change_texts(lambda text: text.change_words(spell))
    return replace(spelled, details=tuple(replace(detail, title=spell(detail.title)) for detail in spelled.details))


def _strip_labels(text: str) -> str:
    """Return the words of a command, with bare ids in place of mentions, without the names that Slack adds."""
    return html.unescape(_LABEL.sub(r"\1>", text))


def replace_markup(text: str) -> str:
    """Return the words of a message, without Slack's marks for people, channels and links."""
    named = _MENTION.sub(lambda found: _MENTION_SIGNS[found[1]] + (found[3] or found[2].partition("^")[0]).lstrip("@#"), text)
    linked = _LINK.sub(lambda found: found[2] or found[1], named)
    return html.unescape(linked)


def _is_command(words: str, commands: Mapping[str, AnyCommand]) -> bool:
    """Whether it is a command. “Show me a dragon”, “template for an invoice” and “help me draw a horse” are wishes."""
    name, _, rest = words.partition(" ")
    found = [command for command in commands.values() if command.is_typed and name.lower() in {command.name, command.group}]
    if not found or not rest.strip():
        return bool(found)
    if name.lower() == "help":
        return rest.strip().lstrip("/").lower() in commands
    return any(_takes(command, _strip_labels(rest)) for command in found)


def _takes(command: AnyCommand, words: str) -> bool:
    """Whether words go on after a command's first: with the second word of its name, or with what its options may be."""
    _, _, second = command.name.partition(" ")
    if second:
        return words.split(maxsplit=1)[0].lower() == second
    before_flags = words.partition("--")[0].split()
    return bool(command.options) and (command.options[0].name in OF_MANY_WORDS or "-" in command.name or len(before_flags) <= 1)
