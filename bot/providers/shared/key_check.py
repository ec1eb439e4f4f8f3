"""Whether a service that is asked over HTTP accepts our key, as far as a free look tells."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.domain.health import Finding, Health
from bot.provider_errors import ProviderFailed
from bot.providers.shared.rest_client import RestResponse

_UNAUTHORIZED, _PAYMENT_REQUIRED, _FORBIDDEN, _NOT_FOUND, _SERVER_ERROR = 401, 402, 403, 404, 500
_REACH = "See whether this machine reaches the address, and whether it is the right one."


async def check_key(
    provider: str,
    ask: Callable[[], Awaitable[RestResponse]],
    *,
    setting: str = "",
    time_limit: timedelta = timedelta(seconds=10),
) -> tuple[Finding, ...]:
    """Return what the answer to a free call says about the key; `provider` opens each subject. It never raises.

    `setting` is what was looked for with it, such as `model`, where the service may not have it.
    """
    try:
        async with asyncio.timeout(time_limit.total_seconds()):
            response = await ask()
    except TimeoutError:
        return (Finding(f"{provider}: service", Health.WRONG, "The service took too long to answer.", _REACH),)
    except ProviderFailed:
        return (Finding(f"{provider}: service", Health.WRONG, "The service could not be reached.", _REACH),)
    if setting and response.status == _NOT_FOUND:
        mend = f"See the service's page for its name, and set [providers.{provider}] {setting}."
        return (Finding(f"{provider}: {setting}", Health.WRONG, f"The service has no such {setting}.", mend),)
    return (_judge(f"{provider}: key", response.status),)


def _judge(subject: str, status: int) -> Finding:
    if status == _PAYMENT_REQUIRED:
        return Finding(subject, Health.WRONG, "The account is out of credit.", "Top up the account.")
    if status in {_UNAUTHORIZED, _FORBIDDEN}:
        mend = "Copy the key again from the service's page; it may have been revoked."
        return Finding(subject, Health.WRONG, "The service does not accept it.", mend)
    if status >= _SERVER_ERROR:
        text = f"The service answered with an error (status {status})."
        mend = "Try again in a few minutes; if it stays so, see the service's status page."
        return Finding(subject, Health.WRONG, text, mend)
    return Finding(subject, Health.OK, "The service accepts it.")
