"""Posts as the JSON that the page builds its messages from: plain words only, never HTML."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.chat import Button, Post, PostPicture, Tone
from bot.ports.page_messages import PageMessage


@dataclass(frozen=True, slots=True)
class AskedText:
    """What a person typed to get a message, or the label of the button they pressed."""

    text: str
    is_press: bool = False


def render_body(post: Post, *, asked: AskedText | None = None, preview: str = "") -> str:
    """Return a message's body; the same post gives the same text. `preview` is the id of an unfinished picture."""
    return _to_json(
        {
            "text": post.text,
            "tone": post.tone,
            "kind": post.kind,
            "pictures": [_picture(post_picture) for post_picture in post.pictures],
            "is_sensitive": post.is_sensitive,
            "folds": [{"title": one.title, "text": one.text} for one in post.details if one.text and one.text != post.text],
            "footer": list(post.footer),
            "cost": post.cost,
            "buttons": [_button(button) for button in post.buttons],
            "more": [_button(button) for button in (*post.more, *post.menu)],
            "progress": post.progress,
            "size": [post.size.width, post.size.height] if post.size else None,
            "asked": {"text": asked.text, "is_press": asked.is_press} if asked else None,
            "preview": preview,
        }
    )


def asked_text_in(body: str) -> AskedText | None:
    """Return what a stored message answers."""
    asked = json.loads(body)["asked"]
    return AskedText(asked["text"], is_press=asked["is_press"]) if asked else None


def preview_in(body: str) -> str:
    """Return the id of a stored message's unfinished picture, or nothing."""
    return str(json.loads(body)["preview"])


def tone_in(body: str) -> Tone:
    """Return the tone of a stored message."""
    return Tone(json.loads(body)["tone"])


def label_in(body: str, action: str) -> str | None:
    """Return the label of the button that stands for `action` in a stored message; None when it has no such button.

    A button of the message may be about one of its pictures, whose number is in the label then.
    """
    facts = json.loads(body)
    buttons = [*facts["buttons"], *facts.get("more", [])]
    label = next((str(button["label"]) for button in buttons if button["action"] == action), None)
    if label is not None:
        return label
    command, _, about = action.partition(":")
    number = next((number for number, one in enumerate(facts["pictures"], start=1) if one.get("id") == about), None)
    label = next((str(button["label"]) for button in buttons if button["action"].partition(":")[0] == command), None)
    return f"{label} (picture {number})" if number is not None and label is not None else None


def render_view(
    message: PageMessage,
    *,
    author: str,
    is_mine: bool,
    preview: str | None,
    hidden: frozenset[str] = frozenset(),
    knows_cost: bool = True,
) -> str:
    """Return a message as one visitor sees it.

    `author` is a name for people, `preview` the address of an unfinished
    picture, `hidden` the commands whose buttons this visitor may not press,
    `knows_cost` says whether they may read what it cost.
    """
    facts = _to_json(
        {
            "id": message.id,
            "version": message.version,
            "created_at": message.created_at.isoformat(),
            "is_deleted": message.is_deleted,
            "author": author,
            "is_mine": is_mine,
            "preview": preview,
        }
    )
    body = "null" if message.is_deleted else _hide(message.body, hidden, knows_cost=knows_cost)
    return f'{facts[:-1]},"post":{body}}}'


def _hide(body: str, hidden: frozenset[str], *, knows_cost: bool) -> str:
    """Return a body without the buttons of some commands, and without what it cost."""
    if knows_cost and not any(f'"{command}:' in body for command in hidden):
        return body
    facts = json.loads(body)
    facts["cost"] = facts.get("cost", "") if knows_cost else ""
    for name in ("buttons", "more"):
        facts[name] = [button for button in facts.get(name, []) if button["action"].partition(":")[0] not in hidden]
    return _to_json(facts)


def json_list(parts: list[str]) -> str:
    """Return one JSON list of texts that are JSON already."""
    return f"[{','.join(parts)}]"


def _picture(post_picture: PostPicture) -> dict[str, object]:
    return {
        "id": post_picture.picture,
        "link": post_picture.link,
        "alt": post_picture.alt,
        "width": post_picture.width,
        "height": post_picture.height,
        "size_bytes": post_picture.size_bytes,
    }


def _button(button: Button) -> dict[str, object]:
    return {"label": button.label, "action": button.action, "is_dangerous": button.is_dangerous}


def _to_json(facts: Mapping[str, object]) -> str:
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":"))
