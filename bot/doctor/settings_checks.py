"""Checks of settings that need nothing but the settings."""

from collections.abc import Sequence
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from bot.adapters.stripe import PATH
from bot.config import Settings
from bot.config.field_types import is_loopback
from bot.config.sections import WebSettings
from bot.domain.health import Finding, Health

_EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104 - compared with, not bound
_INSIDE = (".localhost", ".local", ".internal", ".lan", ".svc", ".home.arpa")
_SERVE = "Set [objects] redirect = false, and easel serves the pictures itself; or public_url, if everybody can read the bucket."


async def report_settings_file(path: Path | None, outdated: Sequence[str] = ()) -> tuple[Finding, ...]:
    """Return where the settings come from, and which of them stand there under old names."""
    if path is None:
        text = "No config.toml: everything is at its default, or set by the environment."
    else:
        text = f"Read from {path}; the environment goes before it."
    old = (Finding("settings", Health.NOTE, sentence, "Rename it: the old name will go.") for sentence in outdated)
    return (Finding("settings", Health.OK, text), *old)


async def check_links(web: WebSettings) -> tuple[Finding, ...]:
    """Check that people can follow our links, and that the page is as open as it seems."""
    text = f"Links of pictures begin with {web.links_base}."
    if not web.public_url:
        return (_links_of_this_machine(web, text),)
    url = urlsplit(web.public_url)
    if is_loopback(url.hostname or ""):
        return (Finding("links", Health.NOTE, f"{text} Only this machine can follow them.", "Set the public [web] public_url."),)
    if url.scheme == "http":
        mend = "Put a proxy with a certificate in front, and let [web] public_url begin with https://."
        return (Finding("links", Health.NOTE, f"{text} Anybody on the way can read along.", mend),)
    if is_loopback(web.host):
        mend = f"See that a proxy at {url.hostname} passes requests on to http://{web.host}:{web.port}."
        return (Finding("links", Health.NOTE, f"{text} easel itself listens on {web.host} only.", mend),)
    return (Finding("links", Health.OK, text),)


def _links_of_this_machine(web: WebSettings, text: str) -> Finding:
    if is_loopback(web.host):
        return Finding("links", Health.OK, f"{text} They work on this machine only, like the page.")
    where = "on this machine only" if web.host in _EVERYWHERE else "where that address is reachable"
    return Finding(
        "links",
        Health.NOTE,
        f"{text} They work {where}.",
        "Set [web] public_url to the address that people use for this machine.",
    )


async def check_store_links(settings: Settings) -> tuple[Finding, ...]:
    """Check that people who are redirected to the store can reach it."""
    options = settings.objects
    if settings.pictures_folder is not None or not options.redirect or options.public_url or not options.endpoint_url:
        return ()
    url, page = urlsplit(options.endpoint_url), urlsplit(settings.web.links_base)
    if is_loopback(page.hostname or ""):
        return ()
    text = f"Whoever opens a picture is sent to {options.endpoint_url}"
    if _is_inside(url.hostname or ""):
        return (Finding("pictures", Health.WRONG, f"{text}, which only the inside can reach.", _SERVE),)
    if page.scheme == "https" and url.scheme == "http":
        return (Finding("pictures", Health.WRONG, f"{text}; a page with a certificate shows nothing from there.", _SERVE),)
    return ()


def _is_inside(host: str) -> bool:
    """Whether a host is a machine or a network's own, and cannot be reached from the internet."""
    try:
        return not ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith(_INSIDE)


async def check_quotas(settings: Settings) -> tuple[Finding, ...]:
    """Return who may draw how much."""
    tiers = ", ".join(f"{tier} {limit}" for tier, limit in settings.quotas.tiers.items())
    text = f"Pictures a day: {tiers}. The day ends at midnight, {settings.quotas.time_zone}."
    if any(settings.quotas.tiers.values()):
        return (Finding("quotas", Health.OK, text),)
    return (Finding("quotas", Health.WRONG, f"{text} So nobody can have any.", "Raise a limit under [quotas.tiers]."),)


async def check_membership(settings: Settings) -> tuple[Finding, ...]:
    """Check that we would hear of what people pay."""
    chosen, web = settings.membership, settings.web
    if not chosen.stripe_secret and not chosen.checkout_url:
        return (Finding("membership", Health.OK, "Off: nothing is set for it."),)
    if fault := _membership_problem(settings):
        return (Finding("membership", Health.WRONG, *fault),)
    text = f"Stripe tells of payments at {web.links_base}{PATH}; whoever pays is {chosen.tier}."
    if is_loopback(urlsplit(web.links_base).hostname or ""):
        mend = "Set the public [web] public_url."
        return (Finding("membership", Health.NOTE, f"{text} Only this machine can reach that address.", mend),)
    return (Finding("membership", Health.OK, text),)


def _membership_problem(settings: Settings) -> tuple[str, str] | None:
    """Return why we would not hear of what people pay, and what to do about that."""
    chosen = settings.membership
    if not chosen.stripe_secret:
        text = "/quota show says where to pay, but nobody would tell easel that they did."
        return text, "Set [membership] stripe_secret, or take checkout_url out."
    if find_spec("stripe") is None:
        text = "[membership] stripe_secret is set, and the package that reads what Stripe sends is not installed."
        return text, "pip install easel[stripe]."
    if not chosen.stripe_secret.get_secret_value().startswith("whsec_"):
        text = "[membership] stripe_secret is no signing secret, so nothing that Stripe sends would be believed."
        return text, "Copy the one of the webhook; it begins with whsec_."
    if chosen.checkout_url and not chosen.accepts:
        text = "[membership] accepts is empty, so nothing that is paid for makes anybody a member."
        return text, "Name the id of the Payment Link (plink_…) or of its prices (price_…)."
    return None


async def report_front_ends(settings: Settings) -> tuple[Finding, ...]:
    """Return where people can talk to easel."""
    return (Finding("web page", Health.OK, f"On: {settings.web.links_base}/"),)
