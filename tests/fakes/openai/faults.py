"""What the fake can be told to do wrong, one request at a time."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum


class Endpoint(StrEnum):
    """What faults are queued for."""

    IMAGES = "images"
    EDITS = "edits"
    CHAT = "chat"
    MODERATIONS = "moderations"
    MODELS = "models"
    RESPONSES = "responses"
    RETRIEVALS = "retrievals"
    FILES = "files"
    BATCHES = "batches"
    BATCH_LOOKS = "batch_looks"
    BATCH_LINES = "batch_lines"
    """What comes of the lines of the next batches."""


class Kind(StrEnum):
    """What goes wrong. The first ones, up to `ERROR_ANSWER`, are error answers: nothing is accepted, nothing is paid."""

    NONE = "none"
    MODERATION_BLOCKED = "moderation_blocked"
    OLD_REFUSAL = "old_refusal"
    AZURE_FILTER = "azure_filter"
    LEGAL_REASONS = "legal_reasons"
    BAD_KEY = "bad_key"
    UNVERIFIED = "unverified"
    ACCOUNT_BLOCKED = "account_blocked"
    RATE_LIMITED = "rate_limited"
    SLOW_DOWN = "slow_down"
    OUT_OF_MONEY = "out_of_money"
    BILLING_STOP = "billing_stop"
    NO_MODEL = "no_model"
    BAD_PARAM = "bad_param"
    SERVER_ERROR = "server_error"
    OVERLOADED = "overloaded"
    BAD_GATEWAY = "bad_gateway"
    GATEWAY_TIMEOUT = "gateway_timeout"
    ERROR_ANSWER = "error_answer"
    """Any error: `status`, and `answer` as JSON or, if it is a string, as HTML. Whether it is paid for, nobody knows."""

    CUT_BEFORE = "cut_before"
    """The connection is cut when the request has come, and before it is accepted."""

    CUT_AFTER_PAID = "cut_after_paid"
    """Accepted and paid for; then the connection is cut without an answer."""

    CUT_MID_BODY = "cut_mid_body"
    CUT_MID_STREAM = "cut_mid_stream"
    """Cut after `after` events."""

    NO_COMPLETED = "no_completed"
    """The stream ends in good order, without its completed event."""

    JSON_TO_STREAM = "json_to_stream"
    """A whole JSON answer where a stream was asked for."""

    EMPTY_JSON_TO_STREAM = "empty_json_to_stream"
    ERROR_EVENT = "error_event"
    """A flat error event after `after` events, with `code`."""

    NESTED_ERROR_EVENT = "nested_error_event"
    GARBAGE_EVENT = "garbage_event"
    SLOPPY_STREAM = "sloppy_stream"
    """All is there, among comments, unknown events and unreadable previews, and the last event lacks its blank line."""

    NAMED_EVENTS = "named_events"
    """Each event says its type on its own line only, not among its fields."""

    MISLABELED = "mislabeled"
    """All is well but for the content type, which is `says`."""

    PACKED_BOMB = "packed_bomb"
    """An answer of 136 MiB that begins with `says`, packed small with gzip."""

    ERROR_IN_200 = "error_in_200"
    GARBAGE = "garbage"
    SLOW_DRIP = "slow_drip"
    """The answer comes a few bytes at a time until the client goes away."""

    URL = "url"
    """Addresses instead of base64; `where` names one of the fake's own files, or is an address itself."""

    DEAD_LINK = "dead_link"
    """The first picture is an address behind which there is nothing."""

    NOT_A_PICTURE = "not_a_picture"
    BOMB = "bomb"
    """A small file of 60 megapixels."""

    BAD_BASE64 = "bad_base64"
    NO_PICTURES = "no_pictures"
    FEWER_PICTURES = "fewer_pictures"
    NO_USAGE = "no_usage"
    STRANGE_USAGE = "strange_usage"
    RESPONSE_FAILED = "response_failed"
    """A response in the background ends as failed, with `code`."""

    INCOMPLETE = "incomplete"
    """It ends as incomplete, because of the content filter."""

    BATCH_FAILED = "batch_failed"
    """A batch is not begun, with `code`."""

    EXPIRED = "expired"
    """A batch is not begun within its day."""

    SLOW_CANCEL = "slow_cancel"
    """A batch that is cancelled goes on being cancelled."""

    CALL_BLOCKED = "call_blocked"
    """It is completed, and its call of the tool was blocked because of `categories`."""

    VERDICT = "verdict"
    """The chat model's answer is `answer`, as JSON or, if it is a string, as it stands."""

    MODEL_REFUSAL = "model_refusal"
    LENGTH = "length"
    CONTENT_FILTER = "content_filter"
    NO_CHOICES = "no_choices"
    FLAGGED = "flagged"
    """The moderation model flags `categories`."""

    SCORED = "scored"
    """The moderation model flags nothing, and gives the scores of `answer`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong for one request; `times` repeats it."""

    kind: Kind
    times: int = 1
    status: int = 500
    after: int = 1
    code: str | None = "server_error"
    where: str = "picture"
    stage: str = "input"
    """Empty: the answer says nothing about the stage, as older ones do not."""

    categories: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    answer: object = None
    says: str = ""
    """Text that an error's message repeats, as the real one repeats prompts and parts of keys."""


NO_FAULT = Fault(kind=Kind.NONE)


def fault_from_json(raw: Mapping[str, object]) -> tuple[Endpoint, Fault]:
    """Read what `POST /control/faults` got.

    Raises:
        ValueError: It names no known endpoint or kind, or a field that is none.
    """
    known = {each.name for each in fields(Fault)}
    unknown = set(raw) - known - {"endpoint"}
    if unknown:
        raise ValueError(f"no such field: {', '.join(sorted(unknown))}")
    values = {name: value for name, value in raw.items() if name in known}
    values["kind"] = Kind(str(raw.get("kind")))
    if "categories" in values:
        values["categories"] = tuple(str(name) for name in _listed(values["categories"]))
    return Endpoint(str(raw.get("endpoint"))), Fault(**values)  # type: ignore[arg-type]  # a control request of ours, checked by name


def _listed(value: object) -> list[object]:
    if not isinstance(value, list):
        raise ValueError("categories is a list")  # noqa: TRY004 - the caller answers 400 for ValueError
    return value


class FaultQueues:
    """What waits for the next requests of each endpoint."""

    def __init__(self) -> None:
        self._queues: dict[Endpoint, deque[Fault]] = {endpoint: deque() for endpoint in Endpoint}

    def add(self, endpoint: Endpoint, *faults: Fault) -> None:
        """Put faults at the end of the line."""
        for fault in faults:
            self._queues[endpoint].extend([fault] * fault.times)

    def next(self, endpoint: Endpoint) -> Fault:
        """Take the next one; when there is none left, nothing goes wrong."""
        queue = self._queues[endpoint]
        return queue.popleft() if queue else NO_FAULT
