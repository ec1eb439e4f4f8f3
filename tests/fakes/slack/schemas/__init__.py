"""What Slack itself says of manifests, blocks and views: its schema, and the models of its SDK."""

import copy
import json
from functools import cache
from pathlib import Path

from jsonschema import Draft7Validator
from jsonschema.exceptions import best_match
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from tests.fakes.slack.wire import Json

_FILE = Path(__file__).parent / "manifest-v1.json"


def manifest_complaint(manifest: Json) -> str:
    """Return what Slack's schema has against a manifest; nothing where it has none."""
    error = best_match(_manifests().iter_errors(manifest))
    return f"{error.json_path}: {error.message[:400]}" if error is not None else ""


def block_complaint(block: Json) -> str:
    """Return what the SDK's model has against a block; nothing where it has none, or knows no such block."""
    try:
        known = Block.parse(copy.deepcopy(block))
        if known is not None:
            known.to_dict()
    except SlackObjectFormationError as error:
        return str(error)
    return ""


def view_complaint(view: Json) -> str:
    """Return what the SDK's model has against a modal or a Home tab; nothing where it has none."""
    try:
        View(**copy.deepcopy(view)).to_dict()
    except SlackObjectFormationError as error:
        return str(error)
    return ""


@cache
def _manifests() -> Draft7Validator:
    return Draft7Validator(json.loads(_FILE.read_text(encoding="utf-8")))
