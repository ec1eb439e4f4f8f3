"""The fake as a program: its first line is its address, and it runs until it is told to stop."""

import argparse
import asyncio
import signal

from tests.fakes.comfyui import FakeComfyUi, Options


async def _run(args: argparse.Namespace) -> None:
    options = Options(delay=args.delay, loading=args.loading, most_pixels=args.most_pixels)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with FakeComfyUi(options, host=args.host, port=args.port) as fake:
        print(fake.url, flush=True)  # noqa: T201 - whoever started it reads this
        await stop.wait()


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.comfyui", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds that a drawing takes")
    parser.add_argument("--loading", type=float, default=0.0, help="seconds more that the first one takes")
    parser.add_argument("--most-pixels", type=int, default=64_000_000, help="what there is memory for")
    asyncio.run(_run(parser.parse_args()))


if __name__ == "__main__":
    main()
