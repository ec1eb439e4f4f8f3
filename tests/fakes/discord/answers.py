"""What a bot may answer to an interaction, and for how long: callbacks, `@original`, follow-ups."""

import time
from typing import TYPE_CHECKING

from tests.fakes.discord.bodies import Body
from tests.fakes.discord.command_rules import STRING, check_choices
from tests.fakes.discord.errors import ApiError, BodyErrors, Known
from tests.fakes.discord.interactions import Answer, Interaction, Kind
from tests.fakes.discord.messages import Message
from tests.fakes.discord.modals import check_modal
from tests.fakes.discord.users import User
from tests.fakes.discord.wire import Json, MessageFlag

if TYPE_CHECKING:
    from tests.fakes.discord.world import World

_ALLOWED = {
    Kind.COMMAND: (Answer.MESSAGE, Answer.THINKING, Answer.MODAL),
    Kind.COMPONENT: (Answer.MESSAGE, Answer.THINKING, Answer.SILENT, Answer.UPDATE, Answer.MODAL),
    Kind.AUTOCOMPLETE: (Answer.CHOICES,),
    Kind.MODAL: (Answer.MESSAGE, Answer.THINKING),
}
_FROM_A_MESSAGE = (Answer.SILENT, Answer.UPDATE)


class Answers:
    """Takes the answers in."""

    def __init__(self, world: "World") -> None:
        self._world = world

    def callback(self, interaction_id: int, token: str, body: Body) -> Json:
        """Take the first answer, and give what `with_response` shows of it.

        Raises:
            ApiError: It comes too late (10062), is the second one (40060), or is not accepted (then another may follow).
        """
        interaction = self._world.interactions.get(token)
        if interaction is None or interaction.id != interaction_id or interaction.has_failed:
            raise ApiError.of(Known.UNKNOWN_INTERACTION)
        if interaction.is_acknowledged:
            raise ApiError.of(Known.ALREADY_ACKNOWLEDGED)
        answer = self._checked_type(interaction, body.payload)
        self._apply(interaction, answer, body)
        interaction.response_type = answer
        interaction.acknowledged_after = time.perf_counter() - interaction.sent_at
        self._world.changes.notify()
        return _response_json(interaction, answer)

    @staticmethod
    def _checked_type(interaction: Interaction, payload: Json) -> Answer:
        allowed = _ALLOWED[interaction.kind]
        if interaction.kind is Kind.MODAL and interaction.origin.message is not None:
            allowed += _FROM_A_MESSAGE
        form = BodyErrors()
        form.at("type").one_of(payload.get("type"), [int(one) for one in allowed])
        form.check()
        return Answer(payload["type"])

    def _apply(self, interaction: Interaction, answer: Answer, body: Body) -> None:
        form, inner = BodyErrors("data"), body.part("data")
        whispered_to = interaction.user if _is_whisper(inner.payload) else None
        if answer is Answer.MESSAGE:
            interaction.original = self._say(interaction, inner, form, whispered_to)
        elif answer is Answer.THINKING:
            _check_only_ephemeral(form, inner.payload)
            interaction.original = self._world.posts.placeholder(interaction, whispered_to)
        elif answer is Answer.CHOICES:
            interaction.choices = inner.payload.get("choices") or []
            is_text = _focused_type(interaction.data) == STRING
            check_choices(form.at("choices"), interaction.choices, is_text=is_text)
            form.check()
        elif answer is Answer.MODAL:
            modal = check_modal(form, inner.payload)
            form.check()
            interaction.modal = modal
        else:
            interaction.original = interaction.origin.message
            if answer is Answer.UPDATE and interaction.original is not None:
                self._world.posts.edit(interaction.original, inner, form=form, upload_bytes=interaction.upload_bytes)

    def _say(self, interaction: Interaction, body: Body, form: BodyErrors, whispered_to: User | None) -> Message:
        return self._world.posts.create(
            interaction.origin.channel,
            self._world.bot,
            body,
            form=form,
            whispered_to=whispered_to,
            upload_bytes=interaction.upload_bytes,
            interaction=interaction,
        )

    def alive(self, application_id: int, token: str) -> Interaction:
        """Return the interaction that a token belongs to.

        Raises:
            ApiError: The token is made up (50027), was not answered in time or not yet (10015), or is too old.
        """
        interaction = self._world.interactions.get(token)
        if interaction is None:
            raise ApiError.of(Known.INVALID_TOKEN)
        if application_id != self._world.application.id or not interaction.is_acknowledged:
            raise ApiError.of(Known.UNKNOWN_WEBHOOK)
        if interaction.age_s > self._world.limits.token_lives.total_seconds():
            raise ApiError.of(self._world.limits.expired_token)
        return interaction

    def message(self, interaction: Interaction, message_id: str) -> Message:
        """Return a message that the token may touch: `@original`, or one it has made.

        Raises:
            ApiError: It is none of those, or is deleted (10008).
        """
        message = interaction.original
        if message_id != "@original":
            own = [one for one in (interaction.original, *interaction.follow_ups) if one is not None]
            message = next((one for one in own if str(one.id) == message_id), None)
        if message is None or message.is_deleted or message.channel.is_deleted:
            raise ApiError.of(Known.UNKNOWN_MESSAGE)
        return message

    def edit(self, interaction: Interaction, message_id: str, body: Body) -> Message:
        """Change a message by token.

        Raises:
            ApiError: The platform does not take it.
        """
        message = self.message(interaction, message_id)
        return self._world.posts.edit(message, body, upload_bytes=interaction.upload_bytes)

    def follow_up(self, interaction: Interaction, body: Body) -> Message:
        """Say something more; right after a deferral it becomes the deferred answer itself.

        Raises:
            ApiError: The platform does not take it.
        """
        original = interaction.original
        if original is not None and original.is_thinking:
            return self.edit(interaction, "@original", body)  # 10008 where the placeholder was deleted
        if interaction.origin.channel.is_deleted:
            raise ApiError.of(Known.UNKNOWN_CHANNEL)
        most = self._world.limits.user_install_follow_ups
        if interaction.origin.is_user_install_only and len(interaction.follow_ups) >= most:
            raise ApiError.of(Known.TOO_MANY_FOLLOW_UPS)
        whispered_to = interaction.user if _is_whisper(body.payload) else None
        message = self._say(interaction, body, BodyErrors(), whispered_to)
        interaction.follow_ups.append(message)
        self._world.changes.notify()
        return message


def _is_whisper(payload: Json) -> bool:
    return bool(int(payload.get("flags") or 0) & MessageFlag.EPHEMERAL)


def _check_only_ephemeral(form: BodyErrors, payload: Json) -> None:
    if int(payload.get("flags") or 0) & ~int(MessageFlag.EPHEMERAL):
        form.at("flags").wrong("INTERACTION_DEFERRED_FLAGS_INVALID", "Only EPHEMERAL can be set when deferring")
    form.check()


def _focused_type(data: Json) -> int:
    for option in data.get("options") or []:
        if option.get("focused"):
            return int(option["type"])
        if "options" in option:
            return _focused_type(option)
    return STRING


def _response_json(interaction: Interaction, answer: Answer) -> Json:
    about: Json = {"id": str(interaction.id), "type": int(interaction.kind)}
    resource: Json = {"type": int(answer)}
    if interaction.original is not None:
        about |= {
            "response_message_id": str(interaction.original.id),
            "response_message_loading": interaction.original.is_thinking,
            "response_message_ephemeral": interaction.original.is_ephemeral,
        }
        if answer in {Answer.MESSAGE, Answer.UPDATE}:
            resource["message"] = interaction.original.json()
    return {"interaction": about, "resource": resource}
