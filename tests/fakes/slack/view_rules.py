"""The rules for modals and Home tabs."""

import json

from tests.fakes.slack.block_rules import check_blocks
from tests.fakes.slack.errors import ApiError
from tests.fakes.slack.rule_form import BlockMistakes, FileRule
from tests.fakes.slack.schemas import view_complaint
from tests.fakes.slack.wire import Json, dumps

_LARGEST = 250_000


def checked_view(raw: object, kind: str, is_good_file: FileRule) -> Json:
    """Return a view that keeps the rules of its kind.

    Raises:
        ApiError: It does not (`invalid_arguments`), or it is too large.
    """
    view = _parsed(raw)
    form = BlockMistakes(kind, is_good_file)
    if view.get("type") != kind:
        form.wrong("/view/type", f"must be {kind}")
    _check_frame(form, view, kind)
    blocks = check_blocks(form, view.get("blocks"), "/view/blocks")
    has_input = any(block.get("type") == "input" for block in blocks)
    if kind == "modal" and has_input and not view.get("submit"):
        form.wrong("/view/submit", "missing required field: submit")
    if not form.errors and (complaint := view_complaint(view)):
        form.wrong("/view", complaint)
    if form.errors:
        raise ApiError("invalid_arguments", form.errors)
    if len(dumps(view)) > _LARGEST:
        raise ApiError("view_too_large")
    return view


def _check_frame(form: BlockMistakes, view: Json, kind: str) -> None:
    if kind == "modal":
        form.text(view, "title", "/view", most=24, is_plain=True)
        form.text(view, "submit", "/view", most=24, is_plain=True, is_needed=False)
        form.text(view, "close", "/view", most=24, is_plain=True, is_needed=False)
    form.string(view, "private_metadata", "/view", most=3000)
    form.string(view, "callback_id", "/view", most=255)
    form.string(view, "external_id", "/view", most=255)


def _parsed(raw: object) -> Json:
    if isinstance(raw, str):
        try:
            raw = json.loads(raw)
        except ValueError:
            raw = None
    if not isinstance(raw, dict):
        raise ApiError("invalid_arguments", ["missing required field: view"])
    return raw
