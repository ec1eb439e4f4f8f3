"""What the platform says no with: its error codes, and the nested shape of a bad form."""

import math
from collections.abc import Sequence
from enum import Enum

from tests.fakes.discord.wire import Json


class Known(Enum):
    """An error code of the API, with its HTTP status and its words."""

    UNAUTHORIZED = (401, 0, "401: Unauthorized")
    NOT_FOUND = (404, 0, "404: Not Found")
    UNKNOWN_APPLICATION = (404, 10002, "Unknown Application")
    UNKNOWN_CHANNEL = (404, 10003, "Unknown Channel")
    UNKNOWN_GUILD = (404, 10004, "Unknown Guild")
    UNKNOWN_MEMBER = (404, 10007, "Unknown Member")
    UNKNOWN_MESSAGE = (404, 10008, "Unknown Message")
    UNKNOWN_USER = (404, 10013, "Unknown User")
    UNKNOWN_EMOJI = (400, 10014, "Unknown Emoji")
    UNKNOWN_WEBHOOK = (404, 10015, "Unknown Webhook")
    UNKNOWN_INTERACTION = (404, 10062, "Unknown interaction")
    UNKNOWN_COMMAND = (404, 10063, "Unknown application command")
    TOO_MANY_REACTIONS = (403, 30010, "Maximum number of reactions reached (20)")
    TOO_MANY_FILES = (400, 30015, "Maximum number of attachments in a message reached (10)")
    TOO_MANY_COMMANDS = (400, 30032, "Maximum number of application commands reached")
    TOO_MANY_COMMAND_CREATES = (400, 30034, "Maximum number of daily application command creates has been reached (200)")
    TOO_LARGE = (413, 40005, "Request entity too large")
    ALREADY_ACKNOWLEDGED = (400, 40060, "Interaction has already been acknowledged.")
    TOO_MANY_FOLLOW_UPS = (400, 40094, "This interaction has hit the maximum number of follow up messages")
    MISSING_ACCESS = (403, 50001, "Missing Access")
    NOT_YOUR_MESSAGE = (403, 50005, "Cannot edit a message authored by another user")
    EMPTY_MESSAGE = (400, 50006, "Cannot send an empty message")
    NO_MESSAGES_TO_THIS_USER = (403, 50007, "Cannot send messages to this user")
    MISSING_PERMISSIONS = (403, 50013, "Missing Permissions")
    INVALID_TOKEN = (401, 50027, "Invalid Webhook Token")
    THREAD_ARCHIVED = (400, 50083, "Thread is archived")
    NO_REPLY_WITHOUT_HISTORY = (400, 160002, "Cannot reply without permission to read message history")


class ApiError(Exception):
    """A request that is answered with an error."""

    def __init__(self, status: int, code: int, message: str, errors: Json | None = None) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors

    @classmethod
    def of(cls, known: Known) -> "ApiError":
        """Make the error that the platform documents."""
        return cls(*known.value)

    def json(self) -> Json:
        """Return the body of the answer."""
        body: Json = {"message": self.message, "code": self.code}
        return {**body, "errors": self.errors} if self.errors else body


class BodyErrors:
    """Collects what is wrong with a body, at its place, as error 50035 tells it.

    `form.at("embeds", 0)` is the same form seen from inside; `prefix` is where
    the whole body hangs (`data` in an interaction's callback).
    """

    def __init__(self, *prefix: str) -> None:
        self._errors: Json = {}
        self._path: tuple[str, ...] = prefix

    def at(self, *keys: str | int) -> "BodyErrors":
        """Look at a part of the body."""
        inner = BodyErrors(*self._path, *map(str, keys))
        inner._errors = self._errors
        return inner

    def wrong(self, code: str, message: str) -> None:
        """Note what is wrong here."""
        node = self._errors
        for key in self._path:
            node = node.setdefault(key, {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def required(self) -> None:
        """Note that this was not given."""
        self.wrong("BASE_TYPE_REQUIRED", "This field is required")

    def longest(self, value: str | Sequence[object] | None, most: int) -> None:
        """Note when there is more than `most` of this."""
        if value is not None and len(value) > most:
            self.wrong("BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")

    def between(self, value: str | Sequence[object] | None, least: int, most: int) -> None:
        """Note when there is less or more of this than allowed."""
        if value is None or not least <= len(value) <= most:
            self.wrong("BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")

    def one_of(self, value: object, allowed: Sequence[object]) -> bool:
        """Note, and say, when this is none of the allowed values."""
        if value in allowed:
            return True
        self.wrong("BASE_TYPE_CHOICES", f"Value must be one of {{{', '.join(map(str, allowed))}}}.")
        return False

    def check(self) -> None:
        """Refuse the body if anything was wrong with it."""
        if self._errors:
            raise ApiError(400, 50035, "Invalid Form Body", self._errors)


class TooManyRequests(ApiError):
    """A 429. `retry_after` is in seconds; `scope` is `user`, `global` or `shared`."""

    def __init__(
        self, retry_after: float, *, scope: str = "user", code: int = 0, message: str = "You are being rate limited."
    ) -> None:
        super().__init__(429, code, message)
        self.retry_after = round(retry_after, 3)
        self.is_global = scope == "global"
        self.headers = {"Retry-After": str(math.ceil(retry_after)), "X-RateLimit-Scope": scope}
        if self.is_global:
            self.headers["X-RateLimit-Global"] = "true"

    def json(self) -> Json:
        """Return the body of the answer."""
        body: Json = {"message": self.message, "retry_after": self.retry_after, "global": self.is_global}
        return {**body, "code": self.code} if self.code else body
