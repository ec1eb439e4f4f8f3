"""Commands given by a reaction to a message, or from its menu."""

import re
from collections.abc import Awaitable, Callable
from enum import StrEnum

import structlog

from bot.commands.dispatcher import Dispatcher
from bot.commands.edit import REFERENCE_FIELDS
from bot.domain.chat import Form, Post, Tone
from bot.domain.inputs import BroughtPicture
from bot.domain.jobs import Job, JobState
from bot.domain.pictures import PictureId
from bot.domain.remarks import is_remark
from bot.errors import EaselError, Refusal
from bot.ports.surfaces import Call
from bot.services.lineage import Lineage
from bot.services.picture_lookup import PictureLookup, message_name

log = structlog.get_logger(__name__)

_NO_PICTURE = Post(
    "I know of no picture in that message; if it shows one, use the message in which it was first posted. Nothing was done.",
    Tone.REFUSED,
    "bad_input",
)


_NUMBERED = re.compile(r"#?([1-4])\s*[:.)]\s+(.+)", re.DOTALL)
"""Words about one picture of a set."""


BringPictures = Callable[[], Awaitable[tuple[BroughtPicture, ...]]]
"""Gets what is attached to a message; a refusal says why that cannot be had."""


_FIELDS = {"ask_edit": ("prompt",), "use_reference": REFERENCE_FIELDS}
"""What is asked for about a picture that is none of ours, by the entry of the message's menu."""


class Reaction(StrEnum):
    """What a reaction stands for: the name of a command; the cross cancels what runs and deletes what is drawn."""

    MAIL = "mail"
    FAVOURITE = "favourite"
    REPORT = "flag"
    CROSS = "cross"


_TAKEN_BACK = {Reaction.REPORT: "unflag", Reaction.FAVOURITE: "unfavourite"}

ShownPicture = Callable[[], Awaitable[PictureId | None]]
"""Asks a platform which picture of ours a message shows."""


async def show_nothing() -> None:
    """Return nothing: it is not known what the message shows."""
    return


class MessageActions:
    """Presses commands on the job of a message. Like the dispatcher's, none of its methods raises."""

    def __init__(self, dispatcher: Dispatcher, lookup: PictureLookup, lineage: Lineage | None = None) -> None:
        self._dispatcher = dispatcher
        self._lookup = lookup
        self._lineage = lineage

    def is_supported(self, reaction: Reaction) -> bool:
        """Whether a reaction does anything here."""
        return reaction is Reaction.CROSS or reaction in self._dispatcher.commands

    async def choose(self, command: str, message: str, call: Call, show: ShownPicture = show_nothing, *, files: str = "") -> None:
        """Press what somebody chose from the menu of a message, which may be anybody's.

        Of a message that is not known, `show` tells what it shows; the other methods take it too.
        `files` stands for the pictures of such a message, which can be changed and drawn from too.
        """
        if await self._press(command, message, call, show):
            return
        fields = _FIELDS.get(command)
        if not files or fields is None:
            await call.whisper(_NO_PICTURE)
            return
        try:
            await call.ask(Form("imagine", {"picture": files}, shown=fields))
        except EaselError as error:
            log.info("message.no_form", kind=error.kind, reason=str(error))
            await call.whisper(Post(error.user_text, Tone.FAILED, error.kind))

    async def react(self, reaction: Reaction, message: str, call: Call, show: ShownPicture = show_nothing) -> None:
        """Press what a reaction stands for; below a message without a job it does nothing."""
        await self._press(reaction, message, call, show)

    async def take_back(self, reaction: Reaction, message: str, call: Call, show: ShownPicture = show_nothing) -> None:
        """Press what removing a reaction does, if anything."""
        if reaction in _TAKEN_BACK:
            await self._press(_TAKEN_BACK[reaction], message, call, show)

    async def reply(self, words: str, message: str, call: Call, bring: BringPictures, *, began: str | None = None) -> bool:
        """Change the picture of a message as an answer to it says; return False where the message shows none.

        Pictures that come with the answer are loaded only then, to be drawn from.
        `began` is the key of the call that a message may be, where it begins a thread: then the
        newest picture of the thread is meant. “2: make it night” means the second of a set.
        Thanks and the like change nothing: a reply mentions us by itself, and nobody means to pay for one.
        """
        try:
            link = await self._find_answered(message, call, began)
            if link is None:
                return False
            if is_remark(words):
                return True
            pictures = await bring()
        except EaselError as error:
            log.warning("message.not_looked_up", kind=error.kind, reason=str(error))
            await call.whisper(Post(error.user_text, Tone.REFUSED if isinstance(error, Refusal) else Tone.FAILED, error.kind))
            return True
        numbered = _NUMBERED.fullmatch(words.strip())
        raw: dict[str, object] = {"link": link, "words": numbered[2] if numbered else words.strip() or None}
        raw |= {"number": numbered[1]} if numbered else {}
        raw |= {"picture": pictures} if pictures else {}
        await self._dispatcher.dispatch("edit", raw, call)
        return True

    async def _find_answered(self, message: str, call: Call, began: str | None) -> str | None:
        """Return the id of the pictures that an answer is about."""
        platform, channel = call.place.platform, call.place.channel
        job = await self._lookup.job_of_message(platform, channel, message)
        if began is None or self._lineage is None:
            return None if job is None else message_name(platform, channel, message)
        job = job or await self._lookup.job_of_call(began)
        if job is None:
            return None
        newest = await self._lineage.newest_in_thread(job, call.place)
        own = newest.message
        is_said = own is not None and own.is_posted
        return message_name(platform, channel, own.id) if is_said and own is not None else newest.id

    async def _press(self, command: str, message: str, call: Call, show: ShownPicture) -> bool:
        """Press a command on a message's job; return False when it has none."""
        try:
            job = await self._find_job(message, call, show)
        except EaselError as error:
            log.warning("message.not_looked_up", kind=error.kind, reason=str(error))
            await call.whisper(Post(error.user_text, Tone.FAILED, error.kind))
            return True
        if job is None:
            return False
        name = _cross_command(job) if command == Reaction.CROSS else command
        await self._dispatcher.press(f"{name}:{job.id}", call)
        return True

    async def _find_job(self, message: str, call: Call, show: ShownPicture) -> Job | None:
        job = await self._lookup.job_of_message(call.place.platform, call.place.channel, message)
        if job is not None:
            return job
        picture = await show()
        return None if picture is None else await self._lookup.job_of_picture(picture)


def _cross_command(job: Job) -> str:
    return "cancel" if job.state in {JobState.QUEUED, JobState.RUNNING} else "delete"
