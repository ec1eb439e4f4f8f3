"""`easel link`: joins an account on the page or in a chat with the one of this system's user."""

import asyncio
from pathlib import Path

import typer

from bot.app.data_folder import make_data_folder
from bot.app.stores import open_records
from bot.app.system import RandomIds, SystemClock, random_below
from bot.cli.logs import configure_logging
from bot.cli.system_user import terminal_identity
from bot.config import Settings, load
from bot.domain.people import Identity
from bot.services.account_linking import CODE_LIFETIME, AccountLinking, LinkCode
from storage.limits.local import LocalRateLimiter
from storage.migrate import upgrade
from storage.sql.accounts import SqlAccounts
from storage.sql.codes import SqlCodes


def link(config: Path | None, *, is_verbose: bool) -> int:
    """Print a code for the account of this system's user, and return the exit code."""
    settings = load(config)
    configure_logging(settings, "info" if is_verbose else "warning")
    make_data_folder(settings.home)
    code = asyncio.run(_issue_code(settings, terminal_identity()))
    minutes = int(CODE_LIFETIME.total_seconds()) // 60
    typer.echo(f"/link {code.text}")
    typer.echo(
        f"Type that on the page or in a chat (on Slack: /easel link {code.text}) within {minutes} minutes: "
        "the account there becomes one with yours here, which owns this easel. It works once; show it to nobody.",
        err=True,
    )
    return 0


async def _issue_code(settings: Settings, identity: Identity) -> LinkCode:
    """Open the records without the rest of the house, and issue a code."""
    await upgrade(settings.records_url)
    clock = SystemClock()
    async with open_records(settings) as database:
        accounts = SqlAccounts(database, clock, RandomIds())
        linking = AccountLinking(
            accounts=accounts,
            codes=SqlCodes(database, clock),
            rate_limiter=LocalRateLimiter(clock),
            clock=clock,
            first_tier={},
            random_below=random_below,
        )
        account = await accounts.get_or_create(identity, settings.quotas.first_tier_of(identity.platform))
        return await linking.issue(account.id)
