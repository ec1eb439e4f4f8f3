"""The rules for blocks, as far as the platform publishes them."""

import copy
import json
import secrets
from collections.abc import Callable

from tests.fakes.slack.element_rules import IN_ACTIONS, IN_INPUT, IN_SECTION, check_element, check_image
from tests.fakes.slack.errors import refused_blocks
from tests.fakes.slack.rule_form import BlockMistakes, FileRule
from tests.fakes.slack.schemas import block_complaint
from tests.fakes.slack.wire import Json

MOST = {"message": 50, "modal": 100, "home": 100}
_RICH = ("rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted")
_ACTING = {*IN_ACTIONS, *IN_INPUT}
_MESSAGE_ONLY = (
    "markdown",
    "table",
    "task_card",
    "plan",
    "card",
    "carousel",
    "alert",
    "container",
    "data_table",
    "data_visualization",
)


def checked_blocks(blocks: object, is_good_file: FileRule) -> tuple[Json, ...]:
    """Return the blocks of a message.

    Raises:
        ApiError: They break the rules (`invalid_blocks`).
    """
    if isinstance(blocks, str):
        try:
            blocks = json.loads(blocks)
        except ValueError:
            raise refused_blocks(["invalid JSON [json-pointer:/blocks]"]) from None
    form = BlockMistakes("message", is_good_file)
    shown = check_blocks(form, blocks, "/blocks")
    if form.errors:
        raise refused_blocks(form.errors)
    return tuple(filled(shown))


def filled(blocks: list[Json]) -> list[Json]:
    """Return blocks with the ids that the platform makes up where the app gave none."""
    new: list[Json] = copy.deepcopy(blocks)
    for number, block in enumerate(new):
        if not block.get("block_id"):
            block["block_id"] = f"b{number}{secrets.token_hex(2)}"
        inner = [*_as_list(block.get("elements")), block.get("accessory"), block.get("element")]
        for element in inner:
            if isinstance(element, dict) and element.get("type") in _ACTING and not element.get("action_id"):
                element["action_id"] = f"a{secrets.token_hex(2)}"
    return new


def check_blocks(form: BlockMistakes, blocks: object, pointer: str) -> list[Json]:
    """Check a list of blocks and give it."""
    if not isinstance(blocks, list):
        form.wrong(pointer, "must provide an array")
        return []
    if len(blocks) > MOST[form.surface]:
        form.wrong(pointer, f"no more than {MOST[form.surface]} items allowed")
    for number, block in enumerate(blocks):
        _check_block(form, block, f"{pointer}/{number}")
        if not form.errors and (complaint := block_complaint(block)):
            form.wrong(f"{pointer}/{number}", complaint)
    return [one for one in blocks if isinstance(one, dict)]


def _check_block(form: BlockMistakes, block: object, pointer: str) -> None:
    if not isinstance(block, dict):
        form.wrong(pointer, "must provide an object")
        return
    kind = str(block.get("type"))
    rule = _RULES.get(kind)
    if rule is None or (kind in _MESSAGE_ONLY and form.surface != "message"):
        form.wrong(f"{pointer}/type", f"unsupported type: {kind}")
        return
    form.string(block, "block_id", pointer, most=255)
    block_id = block.get("block_id")
    if isinstance(block_id, str) and block_id:
        if block_id in form.block_ids:
            form.wrong(f"{pointer}/block_id", f"`block_id` {block_id} already exists")
        form.block_ids.add(block_id)
    rule(form, block, pointer)


def _section(form: BlockMistakes, block: Json, pointer: str) -> None:
    if "text" not in block and "fields" not in block:
        form.wrong(pointer, "must provide at least one of: text, fields")
    form.text(block, "text", pointer, most=3000, is_needed=False)
    if "fields" in block:
        for number, _ in enumerate(form.items(block, "fields", pointer, most=10)):
            form.text(_as_object(block["fields"]), str(number), f"{pointer}/fields", most=2000)
    if "accessory" in block:
        check_element(form, block["accessory"], IN_SECTION, f"{pointer}/accessory", _key(block, pointer))


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _as_object(items: list[object]) -> Json:
    """Return a list as a JSON pointer sees it."""
    return {str(number): one for number, one in enumerate(items)}


def _actions(form: BlockMistakes, block: Json, pointer: str) -> None:
    for number, element in enumerate(form.items(block, "elements", pointer, most=25)):
        check_element(form, element, IN_ACTIONS, f"{pointer}/elements/{number}", _key(block, pointer))


def _context(form: BlockMistakes, block: Json, pointer: str) -> None:
    for number, element in enumerate(form.items(block, "elements", pointer, most=10)):
        place = f"{pointer}/elements/{number}"
        if isinstance(element, dict) and element.get("type") == "image":
            check_image(form, element, place)
        else:
            form.text({"elements": element}, "elements", place, most=3000)


def _header(form: BlockMistakes, block: Json, pointer: str) -> None:
    form.text(block, "text", pointer, most=150, is_plain=True)


def _image(form: BlockMistakes, block: Json, pointer: str) -> None:
    check_image(form, block, pointer)
    form.text(block, "title", pointer, most=2000, is_plain=True, is_needed=False)


def _input(form: BlockMistakes, block: Json, pointer: str) -> None:
    form.text(block, "label", pointer, most=2000, is_plain=True)
    form.text(block, "hint", pointer, most=2000, is_plain=True, is_needed=False)
    check_element(form, block.get("element"), IN_INPUT, f"{pointer}/element", _key(block, pointer))


def _markdown(form: BlockMistakes, block: Json, pointer: str) -> None:
    form.string(block, "text", pointer, most=12_000, least=1, is_needed=True)


def _card(form: BlockMistakes, block: Json, pointer: str) -> None:
    form.text(block, "title", pointer, most=150, is_needed=False)
    form.text(block, "body", pointer, most=200, is_needed=False)
    if isinstance(block.get("hero_image"), dict):
        check_image(form, block["hero_image"], f"{pointer}/hero_image")
    if "actions" in block:
        for number, element in enumerate(form.items(block, "actions", pointer, most=3)):
            check_element(form, element, ("button",), f"{pointer}/actions/{number}", _key(block, pointer))


def _carousel(form: BlockMistakes, block: Json, pointer: str) -> None:
    for number, card in enumerate(form.items(block, "elements", pointer, most=10)):
        place = f"{pointer}/elements/{number}"
        if isinstance(card, dict) and card.get("type") == "card":
            _card(form, card, place)
        else:
            form.wrong(place, "must be a card")


def _rich_text(form: BlockMistakes, block: Json, pointer: str) -> None:
    for number, element in enumerate(form.items(block, "elements", pointer, most=1000)):
        kind = element.get("type") if isinstance(element, dict) else None
        form.one_of(kind, _RICH, f"{pointer}/elements/{number}/type")


def _anything(form: BlockMistakes, block: Json, pointer: str) -> None:
    """Take a block whose rules are not known well enough to hold anybody to them."""


def _key(block: Json, pointer: str) -> str:
    return str(block.get("block_id") or pointer)


_RULES: dict[str, Callable[[BlockMistakes, Json, str], None]] = {
    "section": _section,
    "divider": _anything,
    "image": _image,
    "actions": _actions,
    "context": _context,
    "header": _header,
    "input": _input,
    "markdown": _markdown,
    "rich_text": _rich_text,
    "card": _card,
    "carousel": _carousel,
    **dict.fromkeys(
        ("video", "table", "task_card", "plan", "alert", "container", "data_table", "data_visualization", "context_actions"),
        _anything,
    ),
}
