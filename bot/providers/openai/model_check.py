"""Checks that a model can be used, as far as a free look at the list of models tells."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from bot.domain.health import Finding, Health
from bot.ports.clock import Clock
from bot.provider_errors import ProviderFailed, ProviderFault
from bot.providers.openai.client import OpenAiClient, is_openai_itself
from bot.providers.openai.errors import api_errors, is_status_error, translate_error
from bot.providers.openai.models import Model

_SOON = timedelta(days=90)

_VERSION = "/v1"

_NO_SUCH_LIST = {404, 405, 501}
_NOT_FOR_THIS_KEY = 403

_MENDS = {
    ProviderFault.BAD_KEY: "Copy the key again from the service's page; it may have been revoked.",
    ProviderFault.OUT_OF_MONEY: "Top up the account, or raise its spending limit.",
    ProviderFault.UNREACHABLE: "See whether this machine reaches the address, and whether it is the right one.",
    ProviderFault.TIMED_OUT: "See whether this machine reaches the address, and whether it is the right one.",
}
_LATER = "Try again in a few minutes; if it stays so, see the service's status page."


@dataclass(frozen=True, slots=True)
class _ModelList:
    """What the service lists: each model, with the day of its shutdown where it names one."""

    models: Mapping[str, date | None]


async def check_model(
    client: OpenAiClient,
    model: Model,
    *,
    service: str,
    clock: Clock,
    address_setting: str = "OPENAI_BASE_URL",
    time_limit: timedelta = timedelta(seconds=10),
    replaced_on: date | None = None,
) -> tuple[Finding, ...]:
    """Check that the key is accepted, and that `model` is there and will stay; `service` opens each subject.

    It costs nothing and never raises. `address_setting` is where the address
    stands, `replaced_on` the day on which easel changes to its replacement by itself.
    """
    try:
        sdk = await client.load(service)
        async with asyncio.timeout(time_limit.total_seconds()):
            listed = _parse_models(await sdk.get("/models", cast_to=object))
    except ProviderFailed as error:  # of loading the library
        return (_explain_fault(error.fault, service),)
    except api_errors(ValueError, TimeoutError) as error:
        found = await _find_missing_version(client, service, address_setting, time_limit) or _explain_missing_list(error, service)
        return (found, *_check_shutdown(service, model, None, clock, replaced_on))
    if listed is None:
        return (
            await _find_missing_version(client, service, address_setting, time_limit) or _no_list(service),
            *_check_shutdown(service, model, None, clock, replaced_on),
        )
    key = Finding(f"{service}: key", Health.OK, "The service accepts it.")
    return (
        key,
        *_check_presence(client, service, model, listed),
        *_check_shutdown(service, model, listed.models.get(model.name), clock, replaced_on),
    )


async def _find_missing_version(client: OpenAiClient, service: str, setting: str, time_limit: timedelta) -> Finding | None:
    """Return that the address lacks `/v1`, where a list of models is found behind that: the commonest slip with gateways."""
    address = str(client.base_url).rstrip("/")
    if address.endswith(_VERSION):
        return None
    try:
        sdk = await client.load(service)
        async with asyncio.timeout(time_limit.total_seconds()):
            listed = _parse_models(await sdk.get(f"{address}{_VERSION}/models", cast_to=object))
    except api_errors(ValueError, TimeoutError):
        return None
    if listed is None:
        return None
    shown = str(client.base_url.copy_with(userinfo=b"")).rstrip("/")
    text = f"There is nothing at {shown}, but the service answers at {shown}{_VERSION}."
    return Finding(f"{service}: address", Health.WRONG, text, f"Set {setting} to {shown}{_VERSION}.")


def _check_presence(client: OpenAiClient, service: str, model: Model, listed: _ModelList) -> tuple[Finding, ...]:
    subject = f"{service}: model {model.name}"
    if model.name in listed.models:
        return (Finding(subject, Health.OK, "The key may use it."),)
    if not is_openai_itself(client):
        text = "The gateway does not list it; it may know it all the same."
        return (Finding(subject, Health.NOTE, text, "Compare the name with the gateway's own settings."),)
    text = f"It is not among the models that this key may use ({len(listed.models)})."
    instead = f"Choose {model.replacement}, or" if model.replacement else "Choose another model, or"
    return (Finding(subject, Health.WRONG, text, f"{instead} see in the account whether it has to be verified first."),)


def _check_shutdown(
    service: str, model: Model, listed: date | None, clock: Clock, replaced_on: date | None
) -> tuple[Finding, ...]:
    """Return when the model goes; the service's own date is newer than our table's."""
    last = listed or model.shuts_down
    today = clock.now().date()
    if last is None or last - today > _SOON:
        return ()
    subject = f"{service}: shutdown of {model.name}"
    mend = f"Change to {model.replacement}." if model.replacement else "Choose another model."
    if last <= today:
        return (Finding(subject, Health.WRONG, f"It was shut down on {last.isoformat()}.", mend),)
    days = "tomorrow" if (last - today).days == 1 else f"in {(last - today).days} days"
    if replaced_on is not None:
        mend = (
            f"{model.replacement} takes its place by itself on {replaced_on.isoformat()}; change to it before, or pin the model."
        )
    return (Finding(subject, Health.NOTE, f"It will be shut down on {last.isoformat()}, {days}.", mend, due=last),)


def _explain_missing_list(error: Exception, service: str) -> Finding:
    if is_status_error(error):
        if error.status_code in _NO_SUCH_LIST:
            return _no_list(service)
        if error.status_code == _NOT_FOR_THIS_KEY:
            text = "The key may not list models, so neither it nor the model could be checked; drawing may work all the same."
            return Finding(f"{service}: key", Health.NOTE, text, "Give the key leave to read the list of models.")
    if isinstance(error, ValueError):
        return _no_list(service)
    if isinstance(error, TimeoutError):
        text = "The service took too long to answer."
        return Finding(f"{service}: service", Health.WRONG, text, _MENDS[ProviderFault.TIMED_OUT])
    failure = translate_error(error, service, is_repeatable=True)
    return _explain_fault(failure.fault if isinstance(failure, ProviderFailed) else ProviderFault.BAD_ANSWER, service)


def _explain_fault(fault: ProviderFault, service: str) -> Finding:
    subject = f"{service}: key" if fault in {ProviderFault.BAD_KEY, ProviderFault.OUT_OF_MONEY} else f"{service}: service"
    return Finding(subject, Health.WRONG, _TEXTS.get(fault, "The service answered with an error."), _MENDS.get(fault, _LATER))


_TEXTS = {
    ProviderFault.BAD_KEY: "The service does not accept it.",
    ProviderFault.OUT_OF_MONEY: "The account is out of credit.",
    ProviderFault.UNREACHABLE: "The service could not be reached.",
    ProviderFault.RATE_LIMITED: "The service is getting more requests than it takes.",
    ProviderFault.OVERLOADED: "The service is overloaded or broken.",
}


def _no_list(service: str) -> Finding:
    text = "The service has no list of models, so neither the key nor the model could be checked."
    return Finding(f"{service}: service", Health.NOTE, text)


def _parse_models(body: object) -> _ModelList | None:
    """Return the list; None when the answer is none."""
    rows = body.get("data") if isinstance(body, Mapping) else None
    if not isinstance(rows, list):
        return None
    models = {str(row["id"]): _parse_date(row.get("shutdown_date")) for row in rows if isinstance(row, Mapping) and "id" in row}
    return _ModelList(models)


def _parse_date(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        return None
