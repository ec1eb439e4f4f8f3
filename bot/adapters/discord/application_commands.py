"""Commands as Discord's clients offer them, drawn from the declarations."""

from collections.abc import Iterable, Mapping
from typing import Any

from bot.adapters.discord.interaction_input import numbered_option
from bot.commands.spec import AnyCommand, CommandAudience, Option
from bot.commands.translations import Translations
from bot.domain.images import USUAL_SIZES
from bot.domain.options import (
    Choice,
    ImageModelRef,
    Number,
    OptionKind,
    PersonRef,
    PictureFile,
    Pixels,
    RoleRef,
    Suggestion,
    Text,
    TextFile,
)
from bot.domain.template_options import TemplateRef
from bot.text import truncate

CONTEXT_MENUS = {
    "Report picture": "report",
    "Edit this picture": "ask_edit",
    "Use as reference": "use_reference",
    "Save as template": "save_template",
}
"""Entries of a message's menu, and the command that each presses; one whose command is not there is not shown."""

_SLASH, _ON_MESSAGE = 1, 3
_SUBCOMMAND, _STRING, _INTEGER, _USER, _ROLE, _ATTACHMENT = 1, 3, 4, 6, 8, 11
_LONGEST_STRING = 6000
_MOST_CHOICES, _LONGEST_DESCRIPTION = 25, 100
_MOST_PICTURES = 4
"""Options of `/imagine` that take one; more would hide what else it takes."""

_EVERYWHERE = {
    "integration_types": [0, 1],  # installed by a server, or by a person
    "contexts": [0, 1, 2],  # in servers, in direct messages with us, in conversations that we are not in
}
_ADMINS_ONLY = {
    "integration_types": [0],
    "contexts": [0],
    "default_member_permissions": "32",  # Manage Server; the server may choose otherwise, so the house asks again
}
_MODERATORS_ONLY = _ADMINS_ONLY | {"default_member_permissions": "8192"}  # Manage Messages

_LOCALES = {
    "en": ("en-US", "en-GB"),
    "es": ("es-ES", "es-419"),
    "pt": ("pt-BR",),
    "sv": ("sv-SE",),
    "zh": ("zh-CN", "zh-TW"),
}
"""What Discord calls a language, where that is not the same."""

Json = dict[str, Any]


def render_commands(commands: Iterable[AnyCommand], translations: Translations) -> list[Json]:
    """Return everything that is registered: typed commands, and the entries of a message's menu."""
    return _CommandRenderer(translations).render({command.name: command for command in commands})


class _CommandRenderer:
    """Writes entries, with their words in every language."""

    def __init__(self, translations: Translations) -> None:
        self._translations = translations

    def render(self, known: Mapping[str, AnyCommand]) -> list[Json]:
        groups: dict[str, list[AnyCommand]] = {}
        for command in known.values():
            if command.is_typed:
                groups.setdefault(command.group, []).append(command)
        slash = [self._slash_command(name, commands) for name, commands in groups.items()]
        return [*slash, *(self._context_menu_entry(name) for name, command in CONTEXT_MENUS.items() if command in known)]

    def _context_menu_entry(self, name: str) -> Json:
        return {
            "type": _ON_MESSAGE,
            "name": name,
            **self._build_localizations("name", self._translations_of("menus", name)),
            **_EVERYWHERE,
        }

    def _slash_command(self, name: str, commands: list[AnyCommand]) -> Json:
        """Return one slash command: a command, or several as its sub-commands."""
        reach = {"type": _SLASH, **_reach(commands)}
        if [command.name for command in commands] == [name]:
            return {**self._command_fields(commands[0]), **reach}
        inner = [{**self._command_fields(command), "type": _SUBCOMMAND} for command in commands]
        return {
            "name": name,
            "description": truncate(", ".join(one["name"] for one in inner), _LONGEST_DESCRIPTION),
            **self._localised_texts("groups", name),
            "options": inner,
            **reach,
        }

    def _command_fields(self, command: AnyCommand) -> Json:
        options = sorted(command.options, key=lambda option: not option.is_required)
        return {
            "name": command.name.rpartition(" ")[2],
            "description": truncate(command.summary, _LONGEST_DESCRIPTION),
            **self._localised_texts("commands", command.name),
            "options": [
                fields
                for option in options
                for fields in self._fields_of(option, ("commands", command.name, "options", option.name))
            ],
        }

    def _fields_of(self, option: Option, key: tuple[str, ...]) -> list[Json]:
        """Return an option. One that takes several pictures is several options: Discord takes one file for each."""
        fields = self._option_fields(option, key)
        if not isinstance(option.kind, PictureFile):
            return [fields]
        alike = {name: value for name, value in fields.items() if name != "name_localizations"}
        return [fields, *({**alike, "name": name} for name in picture_options(option)[1:])]

    def _option_fields(self, option: Option, key: tuple[str, ...]) -> Json:
        return {
            "name": option.name,
            "description": truncate(f"{option.summary}{_default_note('usually', option.default)}", _LONGEST_DESCRIPTION),
            **self._build_localizations("name", self._translations_of(*key, "name")),
            **self._build_localizations("description", self._localised_summaries(option, key)),
            "required": option.is_required,
            **_type_fields(option.kind),
            **self._choices(option.kind, key),
        }

    def _localised_summaries(self, option: Option, key: tuple[str, ...]) -> dict[str, str]:
        """Return an option's summary in each language, with its default as that language calls it."""
        usually, labels = self._translations_of("words", "usually"), self._translations_of(*key, "choices", str(option.default))
        found: dict[str, str] = {}
        for language, summary in self._translations_of(*key, "summary").items():
            usual = _default_note(usually.get(language, ""), labels.get(language, option.default))
            found[language] = truncate(f"{_with_note(summary, option)}{usual}", _LONGEST_DESCRIPTION)
        return found

    def _choices(self, kind: OptionKind, key: tuple[str, ...]) -> Json:
        if not isinstance(kind, Choice) or len(kind.values) > _MOST_CHOICES:
            return {}
        labels = {value: self._translations_of(*key, "choices", value) for value in kind.values}
        return {
            "choices": [
                {"name": value.capitalize(), **self._build_localizations("name", labels[value]), "value": value}
                for value in kind.values
            ]
        }

    def _localised_texts(self, *key: str) -> Json:
        """Return the names of a command in other languages, and what it does."""
        texts = self._translations_of(*key, "summary")
        summaries = {language: truncate(text, _LONGEST_DESCRIPTION) for language, text in texts.items()}
        return {
            **self._build_localizations("name", self._translations_of(*key, "name")),
            **self._build_localizations("description", summaries),
        }

    def _translations_of(self, *key: str) -> dict[str, str]:
        return self._translations.in_each_language(*key)

    @staticmethod
    def _build_localizations(what: str, texts: Mapping[str, str]) -> Json:
        locales = {locale: text for language, text in texts.items() for locale in _LOCALES.get(language, (language,))}
        return {f"{what}_localizations": locales} if locales else {}


def _with_note(summary: str, option: Option) -> str:
    """Return the summary with what choices cost; a number is read in any language."""
    return f"{summary}; {option.note}" if option.note else summary


def _default_note(usually: str, default: object) -> str:
    return f"; {usually} {default}" if usually and default not in (None, "", ()) else ""


def _type_fields(kind: OptionKind) -> Json:
    match kind:
        case PersonRef() | RoleRef() | TextFile() | PictureFile():
            return {"type": _THING_TYPES[type(kind)]}
        case Text(longest=longest):
            return {"type": _STRING, "max_length": min(longest, _LONGEST_STRING)}
        case Choice(values=values) if len(values) <= _MOST_CHOICES:
            return {"type": _STRING}
        case Number(least=least, most=most):
            return {"type": _INTEGER, "min_value": least, "max_value": most}
        case Pixels() | ImageModelRef() | TemplateRef():
            return {"type": _STRING, "max_length": _LONGEST_WORDS[type(kind)], "autocomplete": True}
        case _:
            return {"type": _STRING, "autocomplete": bool(kind.values)}


_LONGEST_WORDS: Mapping[type[OptionKind], int] = {Pixels: 20, ImageModelRef: 64, TemplateRef: 64}
_THING_TYPES: Mapping[type[OptionKind], int] = {PersonRef: _USER, RoleRef: _ROLE, TextFile: _ATTACHMENT, PictureFile: _ATTACHMENT}


def autocomplete_choices(
    command: AnyCommand, option: str, typed: str, suggestions: tuple[Suggestion, ...] = ()
) -> list[Suggestion]:
    """Return up to 25 values that begin with what was typed so far, or hold it; `suggestions` depend on who asks."""
    kind = next((one.kind for one in command.options if one.name == option), None)
    known = suggestions or (_known_values(kind) if kind is not None else ())
    word = typed.strip().lower()
    found = [one for one in known if word in one.label.lower()]
    ranked = sorted(found, key=lambda one: not one.value.lower().startswith(word))[:_MOST_CHOICES]
    return [Suggestion(one.value, truncate(one.label, _LONGEST_DESCRIPTION)) for one in ranked]


def _known_values(kind: OptionKind) -> tuple[Suggestion, ...]:
    values = tuple(str(size) for size in USUAL_SIZES.values()) if isinstance(kind, Pixels) else kind.values
    return tuple(Suggestion(value, value) for value in values)


def picture_options(option: Option) -> tuple[str, ...]:
    """Return the names of the options that stand for one that takes several pictures."""
    most = min(_MOST_PICTURES, option.kind.most) if isinstance(option.kind, PictureFile) else 1
    return tuple(numbered_option(option.name, number) for number in range(1, most + 1))


def _reach(commands: list[AnyCommand]) -> Json:
    """Return who sees a group: everybody who may give one command of it."""
    audiences = {command.audience for command in commands}
    if CommandAudience.EVERYONE in audiences:
        return _EVERYWHERE
    return _MODERATORS_ONLY if CommandAudience.MODERATORS in audiences else _ADMINS_ONLY
