"""The fake as a program: `python -m tests.fakes.slack`. Its first line is JSON with all addresses and tokens."""

import argparse
import asyncio

from tests.fakes.program import say, serve
from tests.fakes.slack.limits import Limits
from tests.fakes.slack.line import HELP, Line
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.wire import dumps


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.slack", description="A Slack to try a bot on.", epilog=HELP)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--port", type=int, default=0, help="0 takes any that is free")
    parser.add_argument("--http", metavar="URL", help="post payloads to this request URL, signed; without it, Socket Mode")
    parser.add_argument("--app-token", help="the app-level token (any is made up)")
    parser.add_argument("--bot-token", help="the bot token of the first workspace (any is made up)")
    parser.add_argument("--signing-secret", help="what HTTP deliveries are signed with (any is made up)")
    parser.add_argument("--client-secret", help="the app's secret for OAuth (any is made up)")
    parser.add_argument("--not-installed", action="store_true", help="the app has to be installed by OAuth first")
    parser.add_argument("--rotate-tokens", action="store_true", help="tokens of new installations expire after 12 hours")
    parser.add_argument("--no-rate-limits", action="store_true", help="never answer 429 by itself")
    parser.add_argument("--quiet", action="store_true", help="show no messages")
    return parser.parse_args()


def _slack(arguments: argparse.Namespace) -> FakeSlack:
    limits = Limits()
    if arguments.no_rate_limits:
        limits.switch_rates_off()
    slack = FakeSlack(limits=limits, port=arguments.port, app_token=arguments.app_token)
    slack.request_url, slack.app.rotates_tokens = arguments.http, arguments.rotate_tokens
    slack.app.signing_secret = arguments.signing_secret or slack.app.signing_secret
    slack.app.client_secret = arguments.client_secret or slack.app.client_secret
    team = slack.add_workspace("acme", is_installed=not arguments.not_installed, bot_token=arguments.bot_token)
    team.add_channel("general")
    team.add_member("ann")
    team.add_member("grace", is_admin=True)
    return slack


async def _main(arguments: argparse.Namespace) -> None:
    async with _slack(arguments) as slack:
        [team] = slack.workspaces
        token = {"bot_token": team.bot_token} if team.is_installed else {}
        say(dumps({**slack.addresses(), "team_id": team.id, **token}))
        await serve(Line(slack, say), slack.changes, is_quiet=arguments.quiet)


if __name__ == "__main__":
    asyncio.run(_main(_arguments()))
