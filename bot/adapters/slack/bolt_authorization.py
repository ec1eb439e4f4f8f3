"""Authorization of slack-bolt's requests from the bots that are known."""

from collections.abc import Awaitable, Callable

import structlog
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.adapters.slack.bot_identities import BotIdentities
from bot.adapters.slack.payloads import installation_of
from bot.errors import MessageGone

log = structlog.get_logger(__name__)


async def set_installation(request: AsyncBoltRequest, next_: Callable[[], Awaitable[BoltResponse]]) -> BoltResponse:
    """Have slack-bolt ask `BotAuthorizer` for the installation that we answer by; by itself it takes a form's organisation."""
    enterprise, team = installation_of(request.body)
    if team or enterprise:
        request.context["enterprise_id"], request.context["team_id"] = enterprise or None, team or None
    return await next_()


class BotAuthorizer(AsyncAuthorize):
    """Authorizes slack-bolt's requests from the known installations, without asking Slack each time."""

    def __init__(self, bots: BotIdentities) -> None:
        self._bots = bots

    async def __call__(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None, **_: object
    ) -> AuthorizeResult | None:
        """Return the authorization, or None for a stranger. A failed look-up raises, so that Slack sends the payload again."""
        try:
            bot = await self._bots.bot(enterprise_id or "", team_id or "")
        except MessageGone as error:
            log.info("slack.stranger", team=team_id, reason=str(error))
            return None
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            user_id=user_id,
            bot_token=bot.token,
            bot_id=bot.id,
            bot_user_id=bot.user,
        )
