"""The rules for elements: buttons, menus, inputs, pictures."""

from collections.abc import Callable

from tests.fakes.slack.rule_form import BlockMistakes
from tests.fakes.slack.wire import Json

_MENUS = ("static_select", "external_select", "users_select", "conversations_select", "channels_select")
MENUS = (*_MENUS, *(f"multi_{one}" for one in _MENUS), "overflow")
CHOICES = ("radio_buttons", "checkboxes")
PICKERS = ("datepicker", "timepicker", "datetimepicker")
TYPED = ("plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input")
IN_ACTIONS = ("button", "workflow_button", *MENUS, *CHOICES, *PICKERS)
IN_SECTION = ("button", "image", "workflow_button", *MENUS, *CHOICES, *PICKERS)
IN_INPUT = (*TYPED, *(one for one in MENUS if one != "overflow"), *CHOICES, *PICKERS, "file_input")


def check_element(form: BlockMistakes, element: object, allowed: tuple[str, ...], pointer: str, block_id: str = "") -> None:
    """Check an element of a block."""
    if not isinstance(element, dict):
        form.wrong(pointer, "must provide an object")
        return
    kind = str(element.get("type"))
    if not form.one_of(kind, allowed, f"{pointer}/type"):
        return
    _check_action(form, element, pointer, block_id)
    rule = _RULES.get(kind)
    if rule is not None:
        rule(form, element, pointer)
    if "confirm" in element:
        _confirm(form, element["confirm"], f"{pointer}/confirm")
    if kind not in ("button", "image"):
        form.text(element, "placeholder", pointer, most=150, is_plain=True, is_needed=False)


def check_image(form: BlockMistakes, image: Json, pointer: str) -> None:
    """Check a picture: as a block or as an element."""
    form.string(image, "alt_text", pointer, most=2000, is_needed=True)
    url, file = image.get("image_url"), image.get("slack_file")
    if (url is None) == (file is None):
        form.wrong(pointer, "must provide exactly one of: image_url, slack_file")
    elif file is not None:
        if not isinstance(file, dict) or not form.is_good_file(file):
            form.wrong(f"{pointer}/slack_file", "invalid slack file")
    else:
        form.string(image, "image_url", pointer, most=3000)
        if not str(url).startswith(("http://", "https://")):
            form.wrong(f"{pointer}/image_url", "invalid url")


def _check_action(form: BlockMistakes, element: Json, pointer: str, block_id: str) -> None:
    form.string(element, "action_id", pointer, most=255, least=1)
    action = element.get("action_id")
    if isinstance(action, str) and block_id:
        if (block_id, action) in form.action_ids:
            form.wrong(f"{pointer}/action_id", "`action_id` already exists for the same `block_id`")
        form.action_ids.add((block_id, action))


def _button(form: BlockMistakes, button: Json, pointer: str) -> None:
    form.text(button, "text", pointer, most=75, is_plain=True)
    form.string(button, "value", pointer, most=2000)
    form.string(button, "url", pointer, most=3000)
    form.string(button, "accessibility_label", pointer, most=75)
    if "style" in button:
        form.one_of(button["style"], ("primary", "danger"), f"{pointer}/style")


def _select(form: BlockMistakes, menu: Json, pointer: str) -> None:
    if "option_groups" in menu:
        for number, group in enumerate(form.items(menu, "option_groups", pointer, most=100)):
            place = f"{pointer}/option_groups/{number}"
            if not isinstance(group, dict):
                form.wrong(place, "must provide an object")
                continue
            form.text(group, "label", place, most=75, is_plain=True)
            _options(form, group, place, most=100)
    else:
        _options(form, menu, pointer, most=100)


def _choices(form: BlockMistakes, element: Json, pointer: str) -> None:
    _options(form, element, pointer, most=10, is_plain=False)


def _overflow(form: BlockMistakes, element: Json, pointer: str) -> None:
    _options(form, element, pointer, most=5)


def _options(form: BlockMistakes, owner: Json, pointer: str, *, most: int, is_plain: bool = True) -> None:
    options = form.items(owner, "options", pointer, most=most)
    for number, option in enumerate(options):
        _option(form, option, f"{pointer}/options/{number}", is_plain=is_plain)
    initial, many = owner.get("initial_option"), owner.get("initial_options")
    for one in [*([initial] if initial else []), *(many if isinstance(many, list) else [])]:
        if one not in options:
            form.wrong(f"{pointer}/initial_option", "must match an option exactly")


def _option(form: BlockMistakes, option: object, pointer: str, *, is_plain: bool) -> None:
    if not isinstance(option, dict):
        form.wrong(pointer, "must provide an object")
        return
    form.text(option, "text", pointer, most=75, is_plain=is_plain)
    form.text(option, "description", pointer, most=75, is_plain=is_plain, is_needed=False)
    form.string(option, "value", pointer, most=150, is_needed=True)


def _typed(form: BlockMistakes, element: Json, pointer: str) -> None:
    for key in ("min_length", "max_length"):
        value = element.get(key)
        if value is not None and not (isinstance(value, int) and 0 <= value <= 3000):
            form.wrong(f"{pointer}/{key}", "must be between 0 and 3000")
    form.string(element, "initial_value", pointer, most=3000)


def _number(form: BlockMistakes, element: Json, pointer: str) -> None:
    if not isinstance(element.get("is_decimal_allowed"), bool):
        form.wrong(pointer, "missing required field: is_decimal_allowed")


def _files(form: BlockMistakes, element: Json, pointer: str) -> None:
    most = element.get("max_files", 10)
    if not (isinstance(most, int) and 1 <= most <= 10):
        form.wrong(f"{pointer}/max_files", "must be between 1 and 10")
    if form.surface != "modal":
        form.wrong(pointer, "file_input is only allowed in modals")


def _confirm(form: BlockMistakes, confirm: object, pointer: str) -> None:
    if not isinstance(confirm, dict):
        form.wrong(pointer, "must provide an object")
        return
    form.text(confirm, "title", pointer, most=100, is_plain=True)
    form.text(confirm, "text", pointer, most=300)
    form.text(confirm, "confirm", pointer, most=30, is_plain=True)
    form.text(confirm, "deny", pointer, most=30, is_plain=True)


_RULES: dict[str, Callable[[BlockMistakes, Json, str], None]] = {
    "button": _button,
    "image": check_image,
    "static_select": _select,
    "multi_static_select": _select,
    "radio_buttons": _choices,
    "checkboxes": _choices,
    "overflow": _overflow,
    "plain_text_input": _typed,
    "number_input": _number,
    "file_input": _files,
}
