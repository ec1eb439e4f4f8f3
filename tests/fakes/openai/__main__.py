"""The fake as a program: its first line is its URL, and it runs until it is told to stop."""

import argparse
import asyncio
import signal

from tests.fakes.openai import FakeOpenAI, Options


async def _run(args: argparse.Namespace) -> None:
    options = Options(
        delay=args.delay,
        picture_bytes=args.picture_bytes,
        key=args.key,
        takes_response_format=args.takes_response_format,
    )
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with FakeOpenAI(options, host=args.host, port=args.port) as fake:
        print(fake.url, flush=True)  # noqa: T201 - whoever started it reads this
        await stop.wait()


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.openai", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds that a picture takes")
    parser.add_argument("--picture-bytes", type=int, default=20_000, help="about how large a picture is")
    parser.add_argument("--key", default=None, help="the only key that is accepted; any, when left out")
    parser.add_argument("--takes-response-format", action="store_true", help="accept response_format, as gateways do")
    asyncio.run(_run(parser.parse_args()))


if __name__ == "__main__":
    main()
