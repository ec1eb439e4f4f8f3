"""`chat.*` and `reactions.*`: messages, as the API makes, changes and takes them away."""

from tests.fakes.slack.api import Method
from tests.fakes.slack.asking import Ask
from tests.fakes.slack.block_rules import checked_blocks
from tests.fakes.slack.channels import Channel
from tests.fakes.slack.errors import ApiError
from tests.fakes.slack.messages import Message, Version
from tests.fakes.slack.wire import Json

LONGEST_TEXT = 40_000
"""Longer text of a new message is cut off."""
LONGEST_UPDATE = 4_000
"""Longer text of an update is refused."""
LONGEST_BLOCKS = 13_200
"""All text of all blocks together."""
_LONGEST_EMOJI = 255


class ChatMethods:
    """The methods, by their names."""

    def methods(self) -> dict[str, Method]:
        """Return what there is."""
        write = ("chat:write",)
        return {
            "chat.postMessage": Method(post, write),
            "chat.postEphemeral": Method(whisper, write),
            "chat.update": Method(update, write),
            "chat.delete": Method(delete, write),
            "chat.getPermalink": Method(permalink, takes_json=False),
            "reactions.add": Method(react, ("reactions:write",)),
            "reactions.remove": Method(unreact, ("reactions:write",)),
        }


def post(ask: Ask) -> Json:
    """`chat.postMessage`."""
    channel = ask.channel()
    check_writable(ask, channel)
    version = version_of(ask, channel, longest=LONGEST_TEXT)
    if known := _repeated(ask, channel):
        return {"channel": channel.id, "ts": known.ts, "message": known.json()}
    message = Message(channel, ask.world.ids.ts(), channel.workspace.bot_user, version, thread=_thread(ask, channel))
    message.client_msg_id = ask.word("client_msg_id")
    metadata = ask.structure("metadata")
    message.metadata = metadata if isinstance(metadata, dict) else None
    message.is_broadcast = ask.flag("reply_broadcast")
    channel.put(message)
    return {"channel": channel.id, "ts": message.ts, "message": message.json()}


def _repeated(ask: Ask, channel: Channel) -> Message | None:
    """Return the message that has the `client_msg_id` already; of the platform only the two errors are documented."""
    wanted = ask.word("client_msg_id")
    known = next((one for one in channel.everything if wanted and one.client_msg_id == wanted), None)
    if known is not None and known.is_deleted:
        raise ApiError("duplicate_message_not_found")
    return known


def whisper(ask: Ask) -> Json:
    """`chat.postEphemeral`: shown to somebody who is in the channel, and stored nowhere."""
    channel = ask.channel()
    check_writable(ask, channel)
    member = ask.member(error="user_not_in_channel")
    if not channel.has(member):
        raise ApiError("user_not_in_channel")
    version = version_of(ask, channel, longest=LONGEST_TEXT)
    message = Message(channel, ask.world.ids.ts(), channel.workspace.bot_user, version, thread=_thread(ask, channel))
    message.whispered_to = member
    channel.put(message)
    return {"message_ts": message.ts}


def update(ask: Ask) -> Json:
    """`chat.update`: text without blocks takes the blocks away."""
    channel = _place_of_message(ask)
    message = ask.message(channel)
    if message.author is not channel.workspace.bot_user:
        raise ApiError("cant_update_message")
    if channel.is_archived:
        raise ApiError("is_archived")
    version = version_of(ask, channel, longest=None)
    message.revise(version)
    return {"channel": channel.id, "ts": message.ts, "text": version.text, "message": message.json()}


def delete(ask: Ask) -> Json:
    """`chat.delete`: files of the message stay, without a place."""
    channel = _place_of_message(ask)
    message = ask.message(channel)
    if message.author is not channel.workspace.bot_user:
        raise ApiError("cant_delete_message")
    message.delete()
    return {"channel": channel.id, "ts": message.ts}


def permalink(ask: Ask) -> Json:
    """`chat.getPermalink`."""
    channel = ask.channel()
    message = ask.message(channel, "message_ts")
    return {"channel": channel.id, "permalink": f"{channel.workspace.url}archives/{channel.id}/p{message.ts.replace('.', '')}"}


def react(ask: Ask) -> Json:
    """`reactions.add`."""
    message, name = _reaction(ask)
    bot = message.channel.workspace.bot_user
    if bot in message.reactions.get(name, []):
        raise ApiError("already_reacted")
    message.reactions.setdefault(name, []).append(bot)
    return {}


def unreact(ask: Ask) -> Json:
    """`reactions.remove`."""
    message, name = _reaction(ask)
    bot = message.channel.workspace.bot_user
    if bot not in message.reactions.get(name, []):
        raise ApiError("no_reaction")
    message.reactions[name].remove(bot)
    return {}


def check_writable(ask: Ask, channel: Channel) -> None:
    """Check that the bot may write in a channel.

    Raises:
        ApiError: It may not.
    """
    if channel.is_archived:
        raise ApiError("is_archived")
    if not channel.has_bot and "chat:write.public" not in ask.token.scopes:
        raise ApiError("not_in_channel")


def version_of(ask: Ask, channel: Channel, *, longest: int | None) -> Version:
    """Read what a message is to show. Text above `longest` is cut off; None refuses it.

    Raises:
        ApiError: There is nothing to show, too much, or blocks that break the rules.
    """
    text, blocks, attachments = ask.word("text"), ask.structure("blocks"), ask.structure("attachments")
    markdown = ask.word("markdown_text")
    if markdown and (text or blocks):
        raise ApiError("markdown_text_conflict")
    if not text and not blocks and not attachments and not markdown:
        raise ApiError("no_text")
    if longest is None and len(text) > LONGEST_UPDATE:
        raise ApiError("msg_too_long")
    raw = [{"type": "markdown", "text": markdown}] if markdown else blocks or []
    shown = checked_blocks(raw, channel.workspace.file_rule(channel))
    if sum(len(one) for one in _texts(shown)) > LONGEST_BLOCKS:
        raise ApiError("msg_blocks_too_long")
    for one in attachments or ():
        checked_blocks(one.get("blocks", []), channel.workspace.file_rule(channel))
    is_mrkdwn = ask.word("mrkdwn", "true").lower() in ("1", "true")
    return Version(ask.world.clock.now(), text[:longest], shown, tuple(attachments or ()), is_mrkdwn)


def _texts(value: object) -> list[str]:
    if isinstance(value, dict):
        own = [value["text"]] if isinstance(value.get("text"), str) else []
        return own + [text for inner in value.values() for text in _texts(inner)]
    return [text for inner in value for text in _texts(inner)] if isinstance(value, list | tuple) else []


def _thread(ask: Ask, channel: Channel) -> str | None:
    return channel.root_of(ask.word("thread_ts")) if ask.word("thread_ts") else None


def _place_of_message(ask: Ask) -> Channel:
    """Return the channel of a message that is to be changed: a person's id is not enough there."""
    if ask.need("channel").startswith(("U", "W")):
        raise ApiError("channel_not_found")
    return ask.channel()


def _reaction(ask: Ask) -> tuple[Message, str]:
    channel = ask.channel()
    name = ask.need("name").strip(":")
    if not name.isascii() or len(name) > _LONGEST_EMOJI:
        raise ApiError("invalid_name")
    if not channel.has_bot:
        raise ApiError("not_in_channel")
    return ask.message(channel, "timestamp"), name
