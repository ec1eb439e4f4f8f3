"""A command's options as a form to fill in, drawn from the declaration."""

from collections.abc import Iterator, Mapping
from typing import Any

import discord

from bot.adapters.discord.interaction_input import modal_custom_id
from bot.commands.spec import AnyCommand, Option, part_id
from bot.commands.translations import TranslatedTexts
from bot.domain.chat import Form
from bot.domain.options import Choice, Number, OptionKind, PersonRef, PictureFile, RoleRef, Text, TextFile
from bot.text import truncate

_MOST_FIELDS = 5
_MOST_CHOICES = 25
_MOST_FILES = 10
_LONGEST_TITLE = _LONGEST_LABEL = 45
_LONGEST_NOTE = 100
_LONGEST_TEXT, _LONGEST_LINE = 4000, 200


def render_modal(command: AnyCommand, form: Form, words: TranslatedTexts) -> discord.ui.Modal:
    """Return the form. Where a command takes more than a form has room for, required options come first.

    Needs a running event loop, as all views of discord.py do.
    """
    values = form.values
    by_need = sorted(command.options, key=lambda option: not option.is_required)
    options = [option for option in by_need if form.shows(option.name) and not _has_file(option, values)][:_MOST_FIELDS]
    asked = [option.name for option in options if option.name not in form.parts]
    unseen = {name: value for name, value in values.items() if name not in asked}
    title = form.title or words.get(("commands", command.name, "summary"), command.summary)
    modal = discord.ui.Modal(title=truncate(title, _LONGEST_TITLE), custom_id=modal_custom_id(command.name, unseen))
    labels = [label for option in options for label in _labels(command, option, form, words)]
    for label in labels[:_MOST_FIELDS]:
        modal.add_item(label)
    modal.stop()  # else discord.py keeps it for ever, to hear of answers that we hear of ourselves
    return modal


def _has_file(option: Option, values: Mapping[str, str]) -> bool:
    """Whether an option's file is there already. Nobody can see it in a form, so it is carried along unseen."""
    return isinstance(option.kind, TextFile | PictureFile) and bool(values.get(option.name))


def _labels(command: AnyCommand, option: Option, form: Form, words: TranslatedTexts) -> Iterator["discord.ui.Label[Any]"]:
    """Yield an option's fields: one, or one for each of its parts."""
    parts = form.parts.get(option.name)
    if parts is None:
        yield _ModalField(command, option, words).label(form.values.get(option.name, ""))
        return
    for part in parts:
        usual = f"{words.get(('words', 'usually'), 'usually')} {part.usual}" if part.usual else ""
        text_input: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id=part_id(option.name, part.name),
            style=discord.TextStyle.paragraph if part.longest > _LONGEST_LINE else discord.TextStyle.short,
            placeholder=truncate(usual, _LONGEST_NOTE) or None,
            required=part.is_required,
            max_length=part.longest,
        )
        yield discord.ui.Label(text=truncate(part.label, _LONGEST_LABEL), component=text_input)


class _ModalField:
    """One option as a part of a form."""

    def __init__(self, command: AnyCommand, option: Option, words: TranslatedTexts) -> None:
        self._option = option
        self._key = ("commands", command.name, "options", option.name)
        self._words = words

    def label(self, value: str) -> "discord.ui.Label[Any]":
        """Return the field, filled in with `value`."""
        option = self._option
        name = self._words.get((*self._key, "name"), option.name)
        summary = self._words.get((*self._key, "summary"), option.kind.summary)
        description = f"{summary}; {option.note}" if option.note else summary
        return discord.ui.Label(
            text=truncate(name.capitalize(), _LONGEST_LABEL),
            description=truncate(description, _LONGEST_NOTE),
            component=self._component(option.kind, value),
        )

    def _component(self, kind: OptionKind, value: str) -> "discord.ui.Item[Any]":
        match kind:
            case Choice(values=values) if len(values) <= _MOST_CHOICES:
                return self._select(values, value)
            case PersonRef():
                return self._user_select(value)
            case RoleRef():
                return self._role_select(value)
            case PictureFile() | TextFile():
                return self._file_upload(min(kind.most, _MOST_FILES) if isinstance(kind, PictureFile) else 1)
            case Text(longest=longest):
                return self._text_input(value, min(longest, _LONGEST_TEXT))
            case _:
                return self._text_input(value, _LONGEST_LINE, hint=" ".join(kind.values) if isinstance(kind, Number) else "")

    def _select(self, values: tuple[str, ...], value: str) -> "discord.ui.Select[Any]":
        option = self._option
        chosen = value or str(option.default or "")
        choices = [
            discord.SelectOption(
                label=self._words.get((*self._key, "choices", one), one.capitalize()), value=one, default=one == chosen
            )
            for one in values
        ]
        return discord.ui.Select(custom_id=option.name, options=choices, **self._required_fields)

    def _user_select(self, value: str) -> "discord.ui.UserSelect[Any]":
        chosen = [discord.SelectDefaultValue.from_user(discord.Object(int(value)))] if value.isdecimal() else []
        return discord.ui.UserSelect(custom_id=self._option.name, default_values=chosen, **self._required_fields)

    def _role_select(self, value: str) -> "discord.ui.RoleSelect[Any]":
        chosen = [discord.SelectDefaultValue.from_role(discord.Object(int(value)))] if value.isdecimal() else []
        return discord.ui.RoleSelect(custom_id=self._option.name, default_values=chosen, **self._required_fields)

    @property
    def _required_fields(self) -> dict[str, Any]:
        """Return that something has to be chosen; a menu takes no second choice."""
        return {"required": self._option.is_required, "min_values": 1 if self._option.is_required else 0}

    def _file_upload(self, most: int) -> "discord.ui.FileUpload[Any]":
        return discord.ui.FileUpload(custom_id=self._option.name, max_values=most, **self._required_fields)

    def _text_input(self, value: str, longest: int, hint: str = "") -> "discord.ui.TextInput[Any]":
        option = self._option
        usual = "" if option.default is None else f"{self._words.get(('words', 'usually'), 'usually')} {option.default}"
        is_long = longest > _LONGEST_LINE
        return discord.ui.TextInput(
            custom_id=option.name,
            style=discord.TextStyle.paragraph if is_long else discord.TextStyle.short,
            default=value[:longest] or None,
            placeholder=", ".join(part for part in (hint, usual) if part) or None,
            required=option.is_required,
            max_length=longest,
        )
