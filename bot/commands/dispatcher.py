"""The boundary where every call comes in, and every failure becomes one sentence."""

from collections.abc import Awaitable, Callable, Iterable, Mapping

import structlog

from bot.commands.line import read_options, split_line
from bot.commands.options import meant
from bot.commands.spec import AnyCommand
from bot.domain.chat import Post, Tone
from bot.errors import BadInput, EaselError, Fault, Refusal
from bot.ports.surfaces import Call

log = structlog.get_logger(__name__)


class Dispatcher:
    """Runs commands for all front ends alike. None of its methods raises, but for cancellation."""

    def __init__(self, commands: Iterable[AnyCommand], fault_code: Callable[[], str]) -> None:
        self.commands = {command.name: command for command in commands}
        self._fault_code = fault_code

    async def dispatch(self, name: str, raw: Mapping[str, object], call: Call) -> None:
        """Run a command with the options that a platform parsed."""

        async def run() -> None:
            command = self._typed(name)
            await command.run(call, command.parse(raw))

        await self._guard(run, call)

    async def dispatch_line(self, line: str, call: Call) -> None:
        """Run a typed line such as `/imagine a fox --shape wide`."""

        async def run() -> None:
            name, rest = split_line(line)
            command = self._typed(name)
            await command.run(call, command.parse(read_options(command, rest)))

        await self._guard(run, call)

    async def press(self, action: str, call: Call) -> None:
        """Run what a button stands for: `again:<job id>`."""

        async def run() -> None:
            name, _, argument = action.partition(":")
            command = self.commands.get(name)
            if command is None:
                raise BadInput("That button belongs to something this bot no longer does.")
            await command.run(call, command.parse(command.press(argument)))

        await self._guard(run, call)

    def _typed(self, name: str) -> AnyCommand:
        typed = {name: command for name, command in self.commands.items() if command.is_typed}
        if name not in typed:
            raise BadInput(f"There is no /{name[:40]}.{meant(name, list(typed))} Type /help to see what there is.")
        return typed[name]

    async def _guard(self, run: Callable[[], Awaitable[None]], call: Call) -> None:
        identity = call.person.identity
        with structlog.contextvars.bound_contextvars(platform=identity.platform, user=identity.user, call=call.key):
            try:
                await run()
            except EaselError as error:
                log.info("command.refused", kind=error.kind, reason=str(error))
                tone = Tone.REFUSED if isinstance(error, Refusal) else Tone.FAILED
                await call.whisper(Post(error.user_text, tone, error.kind))
            except Exception:
                fault = Fault(self._fault_code())
                log.exception("command.broke", fault=fault.code)
                await call.whisper(Post(fault.user_text, Tone.FAILED, fault.kind))
