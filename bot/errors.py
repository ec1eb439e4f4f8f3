"""The one exception tree: every error owns the sentence that people read."""

import errno
from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from bot.text import pluralize


class EaselError(Exception):
    """The base of all errors that easel raises itself.

    `str(error)` is for the log and never holds what a person typed;
    `error.user_text` is one sentence for the chat; `kind` is a stable word
    for programs (`easel imagine --json`, the web page).
    """

    kind: ClassVar[str] = "error"

    def __init__(self, log_text: str, *, user_text: str) -> None:
        super().__init__(log_text)
        self.user_text = user_text


class Refusal(EaselError):
    """A rule refuses what was asked for; nothing failed."""

    kind = "refusal"


class BadInput(Refusal):
    """What was typed makes no sense to the command."""

    kind = "bad_input"

    def __init__(self, user_text: str) -> None:
        super().__init__("bad input", user_text=user_text)


class Conflict(BadInput):
    """What is asked for makes sense, but not as things stand: a key that was used, a job that has ended."""

    kind = "conflict"


class RefusedBy(StrEnum):
    """Who refuses words. A provider's refusal may be a false alarm, and is nobody's fault."""

    FILTER = "filter"
    MODERATION = "moderation"
    REWRITER = "rewriter"
    PICTURE_CHECK = "picture_check"
    PROVIDER = "provider"

    @property
    def judges_words(self) -> bool:
        """Whether these are rules of the house about the words that somebody typed."""
        return self in {RefusedBy.FILTER, RefusedBy.MODERATION, RefusedBy.REWRITER}


class PromptRefused(Refusal):
    """A rule, a model or the provider refuses these words.

    `rule` is a short code for the log, `category` the kind of content that it
    is about, and `entry` what a word list found, which nobody reads. `safer`
    is a wording that would pass, if one is known; `request_id` is the
    provider's own, when it was a provider. `refusal_id` names it where it is
    kept, so that somebody can say that it was a mistake.
    """

    kind = "prompt_refused"

    def __init__(
        self,
        *,
        rule: str,
        sentence: str,
        by: RefusedBy = RefusedBy.PROVIDER,
        category: str = "",
        entry: str = "",
        safer: str | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(
            f"rule={rule} request_id={request_id}" if request_id else f"rule={rule}",
            user_text=f"{sentence} Nothing was drawn and nothing was counted.",
        )
        self.rule = rule
        self.sentence = sentence
        self.by = by
        self.category = category
        self.entry = entry
        self.refusal_id = ""
        self.safer = safer
        self.request_id = request_id


class PictureBlocked(PromptRefused):
    """What was drawn is a picture that was taken down and may not come back."""

    kind = "picture_blocked"

    def __init__(self) -> None:
        super().__init__(rule="blocked_picture", sentence="", by=RefusedBy.PICTURE_CHECK)
        self.user_text = "What was drawn is a picture that was taken down here before, so it is not shown. Nothing was counted."


class InputRefused(PromptRefused):
    """A picture that the wish begins with may not be drawn from, or cannot be any more."""

    def __init__(self, rule: str, sentence: str, *, category: str = "") -> None:
        super().__init__(rule=rule, sentence=sentence, by=RefusedBy.PICTURE_CHECK, category=category)


class QuotaExceeded(Refusal):
    """The account has fewer pictures left than the wish costs, its credits included.

    `can_register` is set where accepting the content policy would give the person more.
    """

    kind = "quota_exceeded"
    can_register = False

    def __init__(self, *, cost: int, left: int, refills_at: datetime, credits_left: int = 0) -> None:
        beside = f" and {pluralize(credits_left, 'credit')}" if credits_left else ""
        missing = f"That needs {pluralize(cost, 'picture')} and you have {left} left today{beside}."
        if left + credits_left <= 0:
            missing = "You have no pictures left today."
        super().__init__(
            f"cost={cost} left={left} refills_at={refills_at.isoformat()} credits={credits_left}",
            user_text=f"{missing} More at {refills_at:%H:%M} {refills_at.tzname()}; nothing was counted.",
        )

    def offer_registering(self, limit: int) -> None:
        """Add to the sentence that registering gives `limit` pictures a day."""
        self.can_register = True
        self.user_text = f"{self.user_text} With /register you have {pluralize(limit, 'picture')} a day."


class LimitTooLow(QuotaExceeded):
    """The wish costs more than a whole day's allowance, so that waiting would not help."""

    def __init__(self, *, cost: int, limit: int, credits_left: int = 0) -> None:
        beside = f" and you have {pluralize(credits_left, 'credit')}" if credits_left else ""
        ask = "Ask for fewer or smaller ones, or a lower quality" if limit + credits_left else "An admin can raise it"
        EaselError.__init__(
            self,
            f"cost={cost} limit={limit} credits={credits_left}",
            user_text=(
                f"That needs {pluralize(cost, 'picture')}; your limit is {limit} a day{beside}. {ask}; nothing was counted."
            ),
        )


class TenantQuotaExceeded(Refusal):
    """All people of a server or workspace together have used up what it allows itself a day."""

    kind = "crowd_exceeded"  # promised to programs by docs/rest.md

    def __init__(self, *, cost: int, left: int, refills_at: datetime) -> None:
        super().__init__(
            f"tenant cost={cost} left={left} refills_at={refills_at.isoformat()}",
            user_text=(
                f"Everybody here together has {pluralize(left, 'picture')} left today and that needs {cost}. "
                f"More at {refills_at:%H:%M} {refills_at.tzname()}; nothing was counted."
            ),
        )


class BudgetExceeded(Refusal):
    """The community or the house has no money left for the period. Nobody in the channel is to blame for that."""

    kind = "budget_exceeded"

    def __init__(self, *, scope: str, period: str, limit: int) -> None:
        when, again = ("today's", "tomorrow") if period == "day" else ("this month's", "next month")
        super().__init__(
            f"scope={scope} period={period} limit={limit}",
            user_text=(
                f"Too little is left of {when} budget for pictures, so nothing was drawn or counted. "
                f"Try again {again}, or ask an admin, or whoever runs this bot, to raise it."
            ),
        )


class NotAllowed(Refusal):
    """This person may not do this here."""

    kind = "not_allowed"

    def __init__(self, user_text: str) -> None:
        super().__init__("not allowed", user_text=user_text)


class Sanctioned(Refusal):
    """Moderators have muted or banned this person; `sanction` is the id of that. The reason is for the person alone."""

    kind = "sanctioned"

    def __init__(self, *, sanction: str, is_ban: bool, until: datetime | None, reason: str) -> None:
        what = "banned from asking for pictures" if is_ban else "muted and cannot ask for pictures"
        end = f" until {until:%Y-%m-%d %H:%M} UTC" if until else ""
        why = f" Why: {reason.rstrip('.')}." if reason else ""
        super().__init__(
            f"sanction={sanction} is_ban={is_ban}",
            user_text=f"You are {what} here{end}; nothing was counted.{why} /appeal asks a moderator to look at it again.",
        )
        self.sanction = sanction


class NotYours(Refusal):
    """The job or picture belongs to somebody else."""

    kind = "not_yours"

    def __init__(
        self,
        user_text: str = "Only the person who asked for this picture, or a moderator, may do that.",
    ) -> None:
        super().__init__("not the owner", user_text=user_text)


class Busy(Refusal):
    """Too much is under way for this person; it will be fine in `retry_after`."""

    kind = "busy"

    def __init__(self, user_text: str, *, retry_after: timedelta) -> None:
        super().__init__(f"busy retry_after={retry_after.total_seconds():g}", user_text=user_text)
        self.retry_after = retry_after


class SurfaceFailed(EaselError):
    """A platform does not accept a message; `retry_after` says when it might."""

    kind = "surface_failed"

    def __init__(self, platform: str, reason: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(
            f"platform={platform} reason={reason}",
            user_text="The answer could not be posted here; /gallery shows your pictures.",
        )
        self.retry_after = retry_after

    @property
    def is_temporary(self) -> bool:
        """Whether the platform may take the same message a little later."""
        return True


class MessageGone(SurfaceFailed):
    """The message, or the place it stood in, is no longer there."""

    kind = "message_gone"

    @property
    def is_temporary(self) -> bool:
        """Return False: what is gone stays gone."""
        return False


class MessageOutOfReach(MessageGone):
    """The message may well be there, but we may not touch it any more."""


class StorageFailed(EaselError):
    """A database or an object store could not be read or written; `mend` tells an operator what to do, where that is known."""

    kind = "storage_failed"

    def __init__(self, store: str, reason: str, *, mend: str = "") -> None:
        super().__init__(
            f"store={store} reason={reason}",
            user_text=(
                "The bot cannot reach its own storage right now. Please try again soon; /quota show says what was counted."
            ),
        )
        self.store = store
        self.reason = reason
        self.mend = mend


class ObjectMissing(StorageFailed):
    """There is nothing under that key."""

    kind = "object_missing"


class LeaseLost(EaselError):
    """Somebody else has the job now, or it was cancelled: stop and touch nothing."""

    kind = "lease_lost"

    def __init__(self, job: str, attempt: int) -> None:
        super().__init__(f"job={job} attempt={attempt}", user_text="This is taken care of already; nothing more was counted.")


class Stopping(EaselError):
    """This process is about to end and makes no new paid call; the job is for the next one."""

    kind = "stopping"

    def __init__(self) -> None:
        super().__init__(
            "no paid call is begun any more", user_text="The bot is being restarted; your picture is drawn right after."
        )


class WaitsForProvider(EaselError):
    """An image service has as much to do as it may have; the job is queued, and goes on when it is its turn there.

    `wait` is how long that will be, where it is known.
    """

    kind = "waits_for_provider"

    def __init__(self, provider: str, wait: timedelta | None = None) -> None:
        super().__init__(
            f"provider={provider}", user_text="The image service is busy; your picture is drawn as soon as it is its turn."
        )
        self.provider = provider
        self.wait = wait


class ConfigError(EaselError):
    """A setting is wrong; the sentence names it and says how to mend it."""

    kind = "config_error"

    def __init__(self, user_text: str) -> None:
        super().__init__(user_text, user_text=user_text)


class InternalError(EaselError):
    """An error that nothing foresaw; `code` is shown to the person and logged, so that it can be found."""

    kind = "fault"

    def __init__(self, code: str) -> None:
        super().__init__(
            f"fault={code}",
            user_text=(
                "Something went wrong on our side; /quota show says what was counted. "
                f"If it happens again, quote the code {code} to whoever runs this bot."
            ),
        )
        self.code = code


def is_out_of_files(error: BaseException) -> bool:
    """Return whether something under an error was that no more files can be opened now, which passes by itself."""
    return any(isinstance(cause, OSError) and cause.errno in {errno.EMFILE, errno.ENFILE} for cause in _causes(error))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        cause = waiting.pop()
        if cause is None or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        waiting += [cause.__cause__, cause.__context__, *(cause.exceptions if isinstance(cause, BaseExceptionGroup) else ())]
