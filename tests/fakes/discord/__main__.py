"""The fake as a program: `python -m tests.fakes.discord --port 0`. Its first line is its URL."""

import argparse
import asyncio
from datetime import timedelta

from tests.fakes.discord.limits import Limits
from tests.fakes.discord.line import HELP, Line
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.server import FakeDiscord
from tests.fakes.program import say, serve


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.discord", description="A Discord to try a bot on.", epilog=HELP)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--port", type=int, default=0, help="0 takes any that is free")
    parser.add_argument("--token", default="fake-token", help="the bot's token")
    parser.add_argument("--heartbeat", type=float, default=41.25, help="seconds between heartbeats; short ones show stalls")
    parser.add_argument("--shards", type=int, default=1, help="how many the platform recommends")
    parser.add_argument("--no-rate-limits", action="store_true", help="never answer 429 by itself")
    parser.add_argument("--quiet", action="store_true", help="show no messages")
    return parser.parse_args()


async def _main(arguments: argparse.Namespace) -> None:
    limits = Limits(heartbeat_every=timedelta(seconds=arguments.heartbeat))
    if arguments.no_rate_limits:
        limits.switch_rates_off()
    async with FakeDiscord(limits=limits, token=arguments.token, port=arguments.port) as discord:
        discord.gateway.shards = arguments.shards
        discord.add_guild(bot_permissions=Permission.MANAGE_MESSAGES).add_channel("general")
        discord.add_user("ada")
        say(discord.url)
        say(f"api_url = {discord.api_url}\ngateway_url = {discord.gateway_url}\ntoken = {discord.token}")
        await serve(Line(discord, say), discord.changes, is_quiet=arguments.quiet)


if __name__ == "__main__":
    asyncio.run(_main(_arguments()))
