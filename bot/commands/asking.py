"""Asks in a form for what a command was typed without."""

from bot.domain.chat import Form
from bot.errors import BadInput, SurfaceFailed
from bot.ports.surfaces import Call


async def ask_in_form(call: Call, command: str, otherwise: str) -> None:
    """Open the form of a command that does nothing without options.

    Raises:
        BadInput: No form can be shown there; `otherwise` says what to type instead.
    """
    try:
        await call.ask(Form(command))
    except SurfaceFailed:
        raise BadInput(otherwise) from None
