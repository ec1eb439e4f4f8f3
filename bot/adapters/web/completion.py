"""The commands as the page's completion needs them, drawn from their declarations."""

from collections.abc import Iterable, Mapping

from pydantic import BaseModel

from bot.adapters.web.languages import ENGLISH
from bot.commands.spec import AnyCommand, Option
from bot.commands.translations import TranslatedTexts, Translations
from bot.domain.chat import Place
from bot.domain.options import Choice, Number, PersonRef, PictureFile, Pixels, Suggestion, Text, TextFile
from bot.domain.people import Person


class OptionDescription(BaseModel):
    """One option, called `label` by people, and by its name where it is typed.

    `kind` is text, choice, number, size, person or other; what does not apply to it is empty. One that is prominent is a
    control beside the box.
    """

    name: str
    label: str
    kind: str
    summary: str
    is_required: bool
    is_prominent: bool = False
    default: str | None
    choices: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None
    longest: int | None = None


class CommandDescription(BaseModel):
    """One command that can be typed, and how many pictures can go with it.

    One that can wait may be sent again later, and again: the same call is the same job.
    """

    name: str
    summary: str
    example: str
    takes_plain_words: bool
    most_pictures: int
    can_wait: bool
    options: tuple[OptionDescription, ...]


class CommandList(BaseModel):
    """Everything that can be typed, as it is called in a language. What has no words there is described in English."""

    language: str = ENGLISH
    commands: tuple[CommandDescription, ...]


async def describe_commands(
    commands: Iterable[AnyCommand],
    person: Person,
    place: Place,
    translations: Translations = Translations(),  # noqa: B008 - it never changes
    language: str = ENGLISH,
) -> CommandList:
    """Return the commands that this person can type, in the order of their declaration."""
    texts = translations.for_locale(language)
    typed = [command for command in commands if command.is_typed]
    described = [_command(command, await command.suggest(person, place), texts) for command in typed]
    return CommandList(language=language, commands=tuple(described))


def _command(
    command: AnyCommand, suggestions: Mapping[str, tuple[Suggestion, ...]], texts: TranslatedTexts
) -> CommandDescription:
    return CommandDescription(
        name=command.name,
        summary=texts.get(("commands", command.name, "summary"), command.summary),
        example=command.example,
        takes_plain_words=command.takes_plain_words,
        most_pictures=sum(option.kind.most for option in command.options if isinstance(option.kind, PictureFile)),
        can_wait=command.answers_in_public,
        options=tuple(
            _translate(
                _option(option, suggestions.get(option.name, ()), is_prominent=option.name in command.prominent), command, texts
            )
            for option in command.available_options
            if not isinstance(option.kind, PictureFile) and (option.is_required or not isinstance(option.kind, TextFile))
        ),
    )


def _option(option: Option, suggestions: tuple[Suggestion, ...], *, is_prominent: bool) -> OptionDescription:
    card = OptionDescription(
        name=option.name,
        label=option.name,
        kind="other",
        summary=option.summary,
        is_required=option.is_required,
        is_prominent=is_prominent,
        default=None if option.default is None else str(option.default),
    )
    return card.model_copy(update=_kind_fields(option, suggestions))


def _translate(described: OptionDescription, command: AnyCommand, texts: TranslatedTexts) -> OptionDescription:
    """Return the option in another language. A summary there has no note on what choices cost, which is English."""
    found = {
        "label": texts.get(("commands", command.name, "options", described.name, "name")),
        "summary": texts.get(("commands", command.name, "options", described.name, "summary")),
    }
    return described.model_copy(update={field: text for field, text in found.items() if text is not None})


def _kind_fields(option: Option, suggestions: tuple[Suggestion, ...]) -> dict[str, object]:
    """Return what an option takes, as far as its kind is one that completion knows."""
    if suggestions:
        return {"kind": "choice", "choices": tuple(one.value for one in suggestions)}
    match option.kind:
        case Text(longest=longest):
            return {"kind": "text", "longest": longest}
        case Choice() as pick:
            return {"kind": "choice", "choices": pick.values}
        case Number(least=least, most=most):
            return {"kind": "number", "least": least, "most": most}
        case Pixels() | PersonRef():
            return {"kind": "size" if isinstance(option.kind, Pixels) else "person"}
        case _:
            return {}
