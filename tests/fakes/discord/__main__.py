"""The fake as a program: `python -m tests.fakes.discord --port 0`. Its first line is its URL."""

import argparse
import asyncio
import contextlib
import signal
import sys
from datetime import timedelta

from tests.fakes.discord.limits import Limits
from tests.fakes.discord.line import HELP, Line
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.server import FakeDiscord


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


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


async def _main(arguments: argparse.Namespace) -> None:
    limits = Limits(heartbeat_every=timedelta(seconds=arguments.heartbeat))
    if arguments.no_rate_limits:
        limits.switch_rates_off()
    async with FakeDiscord(limits=limits, token=arguments.token, port=arguments.port) as discord:
        discord.gateway.shards = arguments.shards
        discord.add_guild(bot_permissions=Permission.MANAGE_MESSAGES).add_channel("general")
        discord.add_user("ada")
        _say(discord.url)
        _say(f"api_url = {discord.api_url}\ngateway_url = {discord.gateway_url}\ntoken = {discord.token}")
        await _serve(discord, arguments)


async def _serve(discord: FakeDiscord, arguments: argparse.Namespace) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    line = Line(discord, _say)
    tasks = [asyncio.create_task(_listen(line, stop))]
    if not arguments.quiet:
        tasks.append(asyncio.create_task(_show(discord, line)))
    try:
        await stop.wait()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _listen(line: Line, stop: asyncio.Event) -> None:
    """Read lines from standard input; its end is not the end of the program, which may run without a terminal."""
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    with contextlib.suppress(ValueError, PermissionError):
        pipe, _ = await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
        with contextlib.closing(pipe):
            while raw := await reader.readline():
                if not await line.run(raw.decode()):
                    stop.set()


async def _show(discord: FakeDiscord, line: Line) -> None:
    while True:
        line.show_news()
        await discord.changes.next()


if __name__ == "__main__":
    asyncio.run(_main(_arguments()))
