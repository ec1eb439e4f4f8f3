"""`/files` and `/batches`, as far as pictures need them: files of lines, and batches that draw each line for half the price."""

import asyncio
import json
import re
import time
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

from tests.fakes.openai.error_replies import ErrorReply, RefusedError, error_reply, error_reply_for
from tests.fakes.openai.faults import Endpoint, Fault, Kind
from tests.fakes.openai.image_rules import GENERATION_PARAMS, check_params
from tests.fakes.openai.images import images_response, order_of
from tests.fakes.openai.state import Json, Paid, State
from tests.fakes.openai.wire import instead_of_an_answer, send

_FILE_FIELDS = {"file", "purpose", "expires_after[anchor]", "expires_after[seconds]"}
_BATCH_FIELDS = {"input_file_id", "endpoint", "completion_window", "metadata", "output_expires_after"}
_LINE_FIELDS = {"custom_id", "method", "url", "body"}
_GENERATIONS = "/v1/images/generations"
_NOT_IN_BATCHES = re.compile(r"gpt-image-2\.6")
_ID = re.compile(r"[\x21-\x7e]{1,64}")
_EXPIRY = range(3600, 2_592_001)
_WAITING = {"validating", "in_progress"}


@dataclass(slots=True)
class Stored:
    """A batch that was accepted. `due` is when it is done, by the loop's clock, and `fault` what comes of its lines."""

    id: str
    body: Json
    lines: list[Json]
    fault: Fault
    due: float
    status: str = "validating"
    files: dict[str, str] = field(default_factory=dict)
    errors: list[Json] = field(default_factory=list)
    times: dict[str, int] = field(default_factory=dict)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


async def upload(request: web.Request, state: State, body: Json, fault: Fault) -> web.StreamResponse:
    """Take a file, which costs nothing."""
    unknown = set(body) - _FILE_FIELDS
    if unknown or body.get("purpose") != "batch":
        raise RefusedError(_invalid("purpose" if not unknown else min(unknown)))
    if "expires_after[anchor]" in body:
        _check_expiry(
            {"anchor": body["expires_after[anchor]"], "seconds": int(str(body["expires_after[seconds]"]))}, "expires_after"
        )
    content = body.get("file")
    if not isinstance(content, bytes) or not content:
        raise RefusedError(_invalid("file"))
    id_ = f"file-{next(state.numbers):08d}"
    state.uploads[id_] = content
    fields = {"id": id_, "object": "file", "bytes": len(content), "created_at": int(time.time()), "filename": "lines.jsonl"}
    return instead_of_an_answer(request, fault) or await send(
        request, fields | {"purpose": "batch", "status": "processed"}, fault
    )


async def read_upload(request: web.Request) -> Json:
    """Read the form of an upload, with the file's bytes."""
    body: Json = {}
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        assert part.name is not None
        body[part.name] = await part.text() if part.filename is None else bytes(await part.read())
    return body


async def content_of(request: web.Request, state: State, body: Json, fault: Fault) -> web.StreamResponse:
    """Give a file."""
    found = state.uploads.get(request.match_info["id"])
    if found is None:
        raise RefusedError(error_reply(404, "No such File object.", code=None, param="id"))
    return instead_of_an_answer(request, fault) or web.Response(body=found, content_type="application/octet-stream")


async def create_batch(request: web.Request, state: State, body: Json, fault: Fault) -> web.StreamResponse:
    """Accept a batch: what is drawn of it costs money from here on."""
    for name in body:
        if name not in _BATCH_FIELDS:
            raise RefusedError(error_reply(400, f"Unknown parameter: '{name}'.", code="unknown_parameter", param=name))
    if body.get("endpoint") != _GENERATIONS or body.get("completion_window") != "24h":
        raise RefusedError(_invalid("endpoint" if body.get("completion_window") == "24h" else "completion_window"))
    metadata = body.get("metadata") or {}
    if not isinstance(metadata, dict) or not all(isinstance(value, str) and len(value) <= 512 for value in metadata.values()):
        raise RefusedError(_invalid("metadata"))
    if "output_expires_after" in body:
        _check_expiry(body["output_expires_after"], "output_expires_after")
    content = state.uploads.get(str(body.get("input_file_id")))
    if content is None:
        raise RefusedError(_invalid("input_file_id"))
    due = asyncio.get_running_loop().time() + state.options.delay
    coming = state.faults.next(Endpoint.BATCH_LINES)
    stored = Stored(f"batch_{next(state.numbers):08d}", body, [], coming, due, times={"created_at": int(time.time())})
    stored.lines, stored.errors = _read_lines(content)
    if coming.kind is Kind.BATCH_FAILED:
        stored.errors.append({"code": coming.code, "message": f"It failed.{coming.says}", "param": None, "line": None})
    await state.note(lambda: state.batches.__setitem__(stored.id, stored))
    return instead_of_an_answer(request, fault) or await send(request, _fields(stored), fault)


async def retrieve_batch(request: web.Request, state: State, body: Json, fault: Fault) -> web.StreamResponse:
    """Tell how far it is."""
    stored = _find(request, state)
    await _move_on(state, stored)
    return instead_of_an_answer(request, fault) or await send(request, _fields(stored), fault)


async def list_batches(request: web.Request, state: State, body: Json, fault: Fault) -> web.StreamResponse:
    """Give a page of them, the newest first."""
    unknown = set(request.query) - {"after", "limit"}
    limit = int(request.query.get("limit", "20"))
    if unknown or not 1 <= limit <= 100:
        raise RefusedError(_invalid("limit"))
    newest = [stored for stored in reversed(state.batches.values()) if isinstance(stored, Stored)]
    if after := request.query.get("after"):
        newest = newest[[stored.id for stored in newest].index(after) + 1 :]
    for stored in newest[:limit]:
        await _move_on(state, stored)
    page = [_fields(stored) for stored in newest[:limit]]
    fields = {"object": "list", "data": page, "has_more": len(newest) > limit}
    return instead_of_an_answer(request, fault) or await send(request, fields, fault)


async def cancel_batch(request: web.Request, state: State, body: Json, fault: Fault) -> web.StreamResponse:
    """Begin to stop it; one that is done cannot be stopped."""
    stored = _find(request, state)

    def stop() -> None:
        if stored.status not in _WAITING | {"cancelling"}:
            raise RefusedError(error_reply(400, f"Cannot cancel a batch with status '{stored.status}'.", code=None))
        stored.status = "cancelling"

    await state.note(stop)
    return instead_of_an_answer(request, fault) or await send(request, _fields(stored), fault)


def _read_lines(content: bytes) -> tuple[list[Json], list[Json]]:
    """Return the lines of a file, and what is wrong with them."""
    lines: list[Json] = []
    errors: list[Json] = []
    for number, text in enumerate(content.splitlines(), start=1):
        line = json.loads(text)
        is_one = set(line) == _LINE_FIELDS and (line["method"], line["url"]) == ("POST", _GENERATIONS)
        if not is_one or not _ID.fullmatch(line["custom_id"]):
            errors.append({"code": "invalid_request", "message": "That is no request.", "param": None, "line": number})
        elif _NOT_IN_BATCHES.match(line["body"].get("model", "")):
            message = "The provided model is not supported by the Batch API."
            errors.append({"code": "model_not_found", "message": message, "param": "body.model", "line": number})
        lines.append(line)
    return lines, errors


async def _move_on(state: State, stored: Stored) -> None:
    """Draw the batch once it is its time, or let it end without; whoever asks meanwhile waits for that."""
    async with stored.lock:
        await _decide(state, stored)


async def _decide(state: State, stored: Stored) -> None:
    if stored.status == "cancelling":
        if stored.fault.kind is not Kind.SLOW_CANCEL:
            stored.status = "cancelled"
    elif stored.status not in _WAITING:
        return
    elif stored.errors:
        stored.status = "failed"
    elif stored.fault.kind is Kind.EXPIRED:
        error: Json = {
            "code": "batch_expired",
            "message": "This request could not be executed before the completion window expired.",
        }
        stored.status = "expired"
        stored.files["error_file_id"] = _store(state, [_line(line, None, error) for line in stored.lines])
    elif asyncio.get_running_loop().time() >= stored.due and state.may_draw.is_set():
        stored.status = "finalizing"
        results = [await _draw(state, line, stored.fault) for line in stored.lines]
        for name, is_good in (("output_file_id", True), ("error_file_id", False)):
            if listed := [line for line, is_drawn in results if is_drawn is is_good]:
                stored.files[name] = _store(state, listed)
        stored.status = "completed"
    else:
        stored.status = "in_progress"


def _wrong(state: State, body: Json) -> ErrorReply | None:
    """Return what is wrong with a request."""
    try:
        check_params(body, known=GENERATION_PARAMS, models=[name for name in state.models if "image" in name])
    except RefusedError as error:
        return error.complaint
    return None


async def _draw(state: State, line: Json, fault: Fault) -> tuple[Json, bool]:
    """Return the line of one request in the files that come of a batch, and whether it was drawn, which is paid for."""
    body: Any = line["body"]
    reply = error_reply_for(fault) or _wrong(state, body)
    if reply is not None:
        return _line(line, {"status_code": reply.status, "request_id": state.new_request_id(), "body": reply.body}, None), False
    order = order_of(Endpoint.IMAGES, body, next(state.orders))
    paid = Paid(
        endpoint=Endpoint.BATCHES, prompt=order.prompt, model=order.model, size=order.size, quality=order.quality, n=order.n
    )
    await state.note(lambda: state.paid.append(paid))
    drawn = await asyncio.to_thread(images_response, state, order, fault)
    return _line(line, {"status_code": 200, "request_id": state.new_request_id(), "body": drawn}, None), True


def _line(line: Json, response: Json | None, error: Json | None) -> Json:
    return {"id": f"batch_req_{line['custom_id']}", "custom_id": line["custom_id"], "response": response, "error": error}


def _store(state: State, lines: list[Json]) -> str:
    id_ = f"file-{next(state.numbers):08d}"
    state.uploads[id_] = "".join(json.dumps(line) + "\n" for line in lines).encode()
    return id_


def _fields(stored: Stored) -> Json:
    """Return a batch, as the SDK's `Batch` has it."""
    body = stored.body
    return {
        "id": stored.id,
        "object": "batch",
        "endpoint": body["endpoint"],
        "errors": {"object": "list", "data": stored.errors} if stored.status == "failed" else None,
        "input_file_id": body["input_file_id"],
        "completion_window": body["completion_window"],
        "status": stored.status,
        "output_file_id": stored.files.get("output_file_id"),
        "error_file_id": stored.files.get("error_file_id"),
        "request_counts": {"total": len(stored.lines), "completed": 0, "failed": 0},
        "metadata": body.get("metadata"),
        **stored.times,
    }


def _find(request: web.Request, state: State) -> Stored:
    found = state.batches.get(request.match_info["id"])
    if not isinstance(found, Stored):
        raise RefusedError(error_reply(404, f"No batch found with id '{request.match_info['id']}'.", code=None))
    return found


def _check_expiry(policy: object, name: str) -> None:
    is_one = isinstance(policy, dict) and set(policy) == {"anchor", "seconds"} and policy["anchor"] == "created_at"
    if not is_one or not isinstance(policy, dict) or policy["seconds"] not in _EXPIRY:
        raise RefusedError(_invalid(name))


def _invalid(param: str) -> ErrorReply:
    return error_reply(400, f"Invalid value for '{param}'.", code="invalid_value", param=param)
