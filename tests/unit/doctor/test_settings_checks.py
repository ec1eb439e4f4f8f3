"""Does the doctor read the settings as an experienced operator would?"""

from pathlib import Path

import pytest

from bot.config import Settings, load
from bot.doctor import settings_checks
from bot.domain.health import Finding, Health


async def links(**web: str) -> Finding:
    """Judge the links of a page with these settings."""
    settings = load(environ={f"EASEL_WEB__{name.upper()}": value for name, value in web.items()})
    [finding] = await settings_checks.check_links(settings.web)
    return finding


async def test_a_page_for_this_machine_only_is_fine() -> None:
    """It is the default."""
    finding = await links()
    assert (finding.health, finding.mend) == (Health.OK, "")
    assert "http://127.0.0.1:8420" in finding.text


@pytest.mark.parametrize(
    ("web", "mend"),
    [
        ({"host": "0.0.0.0"}, "public_url"),  # noqa: S104 - not bound
        ({"host": "192.0.2.1"}, "public_url"),
        ({"public_url": "http://localhost:8420"}, "public_url"),
        ({"public_url": "http://easel.example.org", "host": "192.0.2.1"}, "https://"),
        ({"public_url": "https://easel.example.org"}, "proxy at easel.example.org passes requests on to http://127.0.0.1:8420"),
    ],
)
async def test_what_may_surprise_is_noted_with_its_mend(web: dict[str, str], mend: str) -> None:
    """None of it is wrong in every house."""
    finding = await links(**web)
    assert finding.health is Health.NOTE
    assert mend in finding.mend


async def test_a_public_page_with_a_certificate_is_fine() -> None:
    """Nothing to mend."""
    finding = await links(public_url="https://easel.example.org", host="192.0.2.1")
    assert (finding.health, finding.mend) == (Health.OK, "")


@pytest.mark.parametrize(
    ("endpoint", "page", "is_wrong"),
    [
        ("http://127.0.0.1:19123", "https://easel.example.org", True),
        ("http://minio:9000", "https://easel.example.org", True),
        ("https://10.0.0.7", "https://easel.example.org", True),
        ("http://store.example.org", "https://easel.example.org", True),
        ("https://store.example.org", "https://easel.example.org", False),
        ("http://127.0.0.1:19123", "", False),
    ],
)
async def test_a_store_that_people_cannot_reach_is_told(endpoint: str, page: str, is_wrong: bool) -> None:
    """They would be sent there for every picture; unless easel serves them, or the bucket has an address of its own."""
    environ = {"EASEL_OBJECTS__URL": "s3://bucket", "EASEL_OBJECTS__ENDPOINT_URL": endpoint, "EASEL_WEB__PUBLIC_URL": page}
    found = await settings_checks.check_store_links(load(environ=environ))
    assert [(one.health, endpoint in one.text, "redirect = false" in one.mend) for one in found] == [
        (Health.WRONG, True, True)
    ] * is_wrong
    for mended in ({"REDIRECT": "false"}, {"PUBLIC_URL": "https://pictures.example.org"}):
        more = {f"EASEL_OBJECTS__{name}": value for name, value in mended.items()}
        assert await settings_checks.check_store_links(load(environ={**environ, **more})) == ()


async def test_the_page_is_always_on() -> None:
    """The chat platforms are looked at by themselves."""
    [page] = await settings_checks.report_front_ends(Settings())
    assert (page.health, page.subject) == (Health.OK, "web page")


async def test_limits_that_let_nobody_draw_are_wrong() -> None:
    """Every tier at nothing."""
    [fine] = await settings_checks.check_quotas(Settings())
    assert fine.text == "Pictures a day: guest 3, registered 20, premium 200. The day ends at midnight, UTC."
    nothing = {f"EASEL_QUOTAS__TIERS__{tier}": "0" for tier in ("GUEST", "REGISTERED", "PREMIUM")}
    [finding] = await settings_checks.check_quotas(load(environ=nothing))
    assert finding.health is Health.WRONG


async def test_the_settings_file_is_named() -> None:
    """Mending begins with knowing which file is read."""
    [none] = await settings_checks.report_settings_file(None)
    [one] = await settings_checks.report_settings_file(Path("/etc/easel/config.toml"))
    assert "default" in none.text
    assert "/etc/easel/config.toml" in one.text


PAYABLE = {
    "EASEL_MEMBERSHIP__STRIPE_SECRET": "whsec_made_up",
    "EASEL_MEMBERSHIP__CHECKOUT_URL": "https://buy.example.org/x",
    "EASEL_WEB__PUBLIC_URL": "https://easel.example.org",
    "EASEL_MEMBERSHIP__ACCEPTS": "plink_1",
}


@pytest.mark.parametrize(
    ("changes", "health", "words"),
    [
        ({}, Health.OK, "Stripe tells of payments at https://easel.example.org/webhooks/stripe; whoever pays is premium."),
        ({"EASEL_MEMBERSHIP__STRIPE_SECRET": ""}, Health.WRONG, "nobody would tell easel"),
        ({"EASEL_MEMBERSHIP__STRIPE_SECRET": "sk_live_made_up"}, Health.WRONG, "no signing secret"),
        ({"EASEL_WEB__PUBLIC_URL": ""}, Health.NOTE, "Only this machine can reach that address."),
        ({"EASEL_MEMBERSHIP__ACCEPTS": ""}, Health.WRONG, "accepts is empty"),
        ({"EASEL_MEMBERSHIP__STRIPE_SECRET": "", "EASEL_MEMBERSHIP__CHECKOUT_URL": ""}, Health.OK, "Off: nothing is set for it."),
    ],
)
async def test_memberships_are_judged(changes: dict[str, str], health: Health, words: str) -> None:
    """Who pays should get what they paid for."""
    [finding] = await settings_checks.check_membership(load(environ=PAYABLE | changes))
    assert (finding.health, words in finding.text) == (health, True)


async def test_a_missing_package_for_memberships_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """The start would fail for want of it."""
    monkeypatch.setattr(settings_checks, "find_spec", lambda _: None)
    [finding] = await settings_checks.check_membership(load(environ=PAYABLE))
    assert (finding.health, finding.mend) == (Health.WRONG, "pip install easel[stripe].")


async def test_a_setting_under_an_old_name_is_noted() -> None:
    """It works, and the next version may not take it any more."""
    settings = load(environ={"EASEL_DRAWING__BUDGETS__HIGH": "10m"})
    [_, finding] = await settings_checks.report_settings_file(None, settings.outdated)
    assert finding.health is Health.NOTE
    assert finding.text == "EASEL_DRAWING__BUDGETS__HIGH is an old name: write EASEL_DRAWING__TIMEOUTS__HIGH."
