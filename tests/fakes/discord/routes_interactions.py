"""Interaction callbacks and the webhooks of interaction tokens: let in by the token in the path."""

from aiohttp import web

from tests.fakes.discord.answers import Answers
from tests.fakes.discord.rest import Asked, Rest
from tests.fakes.discord.wire import Json


class InteractionRoutes:
    """Serves `/interactions/…` and `/webhooks/…`."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    def add_to(self, app: web.Application, rest: Rest) -> None:
        """Register the routes."""
        one = "/webhooks/{webhook_id}/{token}/messages/{message_id}"
        for method, path, route in (
            ("POST", "/interactions/{interaction_id}/{token}/callback", self._callback),
            ("POST", "/webhooks/{webhook_id}/{token}", self._follow_up),
            ("GET", one, self._get),
            ("PATCH", one, self._edit),
            ("DELETE", one, self._delete),
        ):
            rest.add(app, method, path, route, needs_bot=False)

    def _callback(self, asked: Asked) -> Json | None:
        shown = self._answers.callback(asked.number("interaction_id"), asked.word("token"), asked.body)
        return shown if asked.query("with_response").lower() in {"1", "true"} else None

    def _follow_up(self, asked: Asked) -> Json:
        interaction = self._answers.alive(asked.number("webhook_id"), asked.word("token"))
        return self._answers.follow_up(interaction, asked.body).json()

    def _get(self, asked: Asked) -> Json:
        interaction = self._answers.alive(asked.number("webhook_id"), asked.word("token"))
        return self._answers.message(interaction, asked.word("message_id")).json()

    def _edit(self, asked: Asked) -> Json:
        interaction = self._answers.alive(asked.number("webhook_id"), asked.word("token"))
        return self._answers.edit(interaction, asked.word("message_id"), asked.body).json()

    def _delete(self, asked: Asked) -> None:
        interaction = self._answers.alive(asked.number("webhook_id"), asked.word("token"))
        message = self._answers.message(interaction, asked.word("message_id"))
        message.delete()
