"""Places, references to messages, and posts that every platform can show."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from bot.domain.images import Size
from bot.domain.options import Suggestion
from bot.domain.people import Platform
from bot.domain.pictures import PictureId
from bot.domain.rich_text import RichText, TextPart, TextReference


@dataclass(frozen=True, slots=True)
class Place:
    """Where to answer. `tenant` is a guild, a workspace, or empty; `thread` is empty outside one.

    Where a thread is a channel with an id of its own, `parent` is the channel
    that it belongs to; it is only known while somebody calls.
    """

    platform: Platform
    tenant: str
    channel: str
    thread: str = ""
    parent: str = field(default="", compare=False)

    def is_at(self, platform: Platform, tenant: str) -> bool:
        """Return whether the place belongs to that tenant of the platform."""
        return (self.platform, self.tenant) == (platform, tenant)


class UnpostedId(StrEnum):
    """What a reference has in place of an id while the platform has given none. No platform's ids begin with an @."""

    PROMISED = "@promised"
    """Somebody is about to say it."""

    UNCONFIRMED = "@sought"
    """It may have been said: it has to be looked for."""


@dataclass(frozen=True, slots=True)
class MessageRef:
    """A message of ours, so that any process can change it later.

    `reply_token` is whatever else the platform wants for that (an interaction
    token, a response URL); it is a secret and never logged. `names_asker` is
    for a message that stands apart from what somebody typed: it says who asked.
    """

    place: Place
    id: str
    reply_token: str = ""
    names_asker: bool = False

    @property
    def is_promised(self) -> bool:
        """Whether somebody is about to post it, so that nobody else may."""
        return self.id == UnpostedId.PROMISED

    @property
    def is_posted(self) -> bool:
        """Whether the platform has given it an id."""
        return self.id not in set(UnpostedId)

    def as_unconfirmed(self) -> "MessageRef":
        """Return the reference of a promised message that may or may not have been posted: it has to be looked for."""
        return replace(self, id=UnpostedId.UNCONFIRMED)


def promise(place: Place, reply_token: str = "") -> MessageRef:
    """Return the reference of a message that is about to be posted. `reply_token` finds it where nothing else does."""
    return MessageRef(place, UnpostedId.PROMISED, reply_token)


class Tone(StrEnum):
    """What kind of news a post is, for its colour and its icon."""

    PLAIN = "plain"
    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"

    @property
    def is_unfinished(self) -> bool:
        """Whether the message of such a post changes again."""
        return self in {Tone.WAITING, Tone.WORKING}


@dataclass(frozen=True, slots=True)
class Button:
    """A button that calls a command. It carries no state but an id, so it never expires."""

    label: str
    command: str
    argument: str
    is_dangerous: bool = False

    @property
    def action(self) -> str:
        """Return the text that platforms carry for it: `again:<job id>`."""
        return f"{self.command}:{self.argument}"


@dataclass(frozen=True, slots=True)
class Link:
    """An address on the web that people can follow from where a post is shown."""

    label: str
    address: str


@dataclass(frozen=True, slots=True)
class FormPart:
    """One field of an option that a form asks for in parts; `usual` is what it is if it is left empty."""

    name: str
    label: str
    usual: str = ""
    is_required: bool = True
    longest: int = 500


@dataclass(frozen=True, slots=True)
class Form:
    """The options of a command as a form to fill in; `values` are filled in already, as they would be typed.

    `suggestions` are what options can be whose values depend on who asks.
    `shown` are the options to fill in, where not all are: the values of others travel along unseen. An option
    that has `parts` is a field for each of them, which come back as `option.part`. `title` is shown in place
    of what the command does.
    """

    command: str
    values: Mapping[str, str] = field(default_factory=dict)
    suggestions: Mapping[str, tuple[Suggestion, ...]] = field(default_factory=dict)
    shown: tuple[str, ...] = ()
    parts: Mapping[str, tuple[FormPart, ...]] = field(default_factory=dict)
    title: str = ""

    def shows(self, option: str) -> bool:
        """Return whether an option is to be filled in."""
        return not self.shown or option in self.shown


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that is sent along and not kept: a plot, a table. Pictures among them are shown, with `alt` for who cannot see."""

    name: str
    media_type: str
    content: bytes = field(repr=False)
    alt: str = ""


@dataclass(frozen=True, slots=True)
class PostPicture:
    """A kept picture inside a post. `link` is ours, stable and revocable.

    `original` is the address of the untouched bytes for people anywhere,
    and empty where there is none: then `link` leads to this machine only.
    """

    picture: PictureId
    key: str
    media_type: str
    width: int
    height: int
    size_bytes: int
    alt: str
    link: str
    original: str = ""


@dataclass(frozen=True, slots=True)
class Details:
    """A titled text that is collapsed where the platform can do that. `references` are whom and what the text names."""

    title: str
    text: str
    references: tuple[TextReference, ...] = ()

    @classmethod
    def of(cls, title: str, text: TextPart) -> "Details":
        """Return details of a text with its references."""
        rich = RichText.of(text)
        return cls(title, rich.text, rich.references)

    @property
    def rich_text(self) -> RichText:
        """Return the text with its references."""
        return RichText(self.text, self.references)


@dataclass(frozen=True, slots=True)
class Post:
    """One whole message. All its texts are plain words: each surface escapes them for itself.

    `references` are the people, roles and channels that the text names, which
    each surface shows as it names them. They are for messages that one person
    reads alone: elsewhere a platform may call whoever is named.
    `kind` is the machine's word for a refusal or failure (`EaselError.kind`).
    `progress` runs from 0 to 1; `size` is that of the picture that is being
    drawn, for its place to have the right shape; `preview` holds the bytes of an unfinished
    picture and is never kept.
    """

    text: str
    tone: Tone = Tone.PLAIN
    kind: str = ""
    pictures: tuple[PostPicture, ...] = ()
    is_sensitive: bool = False
    """Whether nobody is to see the pictures who does not open them: behind a click, or blurred."""

    preview: bytes | None = None
    progress: float | None = None
    size: Size | None = None
    details: tuple[Details, ...] = ()
    footer: tuple[str, ...] = ()
    cost: str = ""
    """What it cost in dollars, for admins and owners; a surface whose messages everybody reads alike leaves it out."""

    sheet: Attachment | None = None
    """All its pictures on one, for platforms that show few in a message; see `with_few_pictures`."""

    buttons: tuple[Button, ...] = ()
    more: tuple[Button, ...] = ()
    """What is needed less often: a menu of its own beside the buttons."""

    menu: tuple[Button, ...] = ()
    """What the menu of every message offers where a platform has such menus; elsewhere these are buttons like the others."""

    links: tuple[Link, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    references: tuple[TextReference, ...] = ()

    @property
    def rich_text(self) -> RichText:
        """Return the text with its references."""
        return RichText(self.text, self.references)

    def with_few_pictures(self) -> "Post":
        """Return the post with its sheet in place of its pictures, where it has one."""
        if self.sheet is None:
            return self
        return replace(self, pictures=(), sheet=None, attachments=(self.sheet, *self.attachments))

    def change_texts(self, change: Callable[[RichText], RichText]) -> "Post":
        """Return the post with its text, and those of its details, changed."""
        text = change(self.rich_text)
        details = tuple(Details.of(detail.title, change(detail.rich_text)) for detail in self.details)
        return replace(self, text=text.text, references=text.references, details=details)


def rich_post(text: TextPart, *, details: tuple[Details, ...] = (), buttons: tuple[Button, ...] = ()) -> Post:
    """Return a post of a text with its references."""
    rich = RichText.of(text)
    return Post(rich.text, references=rich.references, details=details, buttons=buttons)
