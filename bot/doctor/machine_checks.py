"""Checks of this machine: Python, the data folder, the port."""

import asyncio
import errno
import http.client
import json
import os
import platform
import shutil
import socket
import sys
from pathlib import Path

from bot.app.data_folder import LET_US_WRITE, reason_of, try_writing
from bot.config.sections import WebSettings
from bot.domain.health import Finding, Health, judge_free_space

_OLDEST = (3, 11)
_MIB = 1 << 20
_PATIENCE_SECONDS = 3.0
"""For the answer of whoever has the port already."""

_TAKEN = "Stop what listens there, or set another [web] port, for example with EASEL_WEB__PORT=8421."


async def check_python() -> tuple[Finding, ...]:
    """Return which Python runs this."""
    text = f"Python {platform.python_version()} on {platform.system()}."
    if sys.version_info < _OLDEST:
        return (Finding("python", Health.WRONG, text, "Install Python 3.11 or newer and run make setup again."),)
    return (Finding("python", Health.OK, text),)


async def check_data_folder(folder: Path) -> tuple[Finding, ...]:
    """Check that the data folder can be written to, and how much room it has."""
    return await asyncio.to_thread(_try_data_folder, folder)


def _try_data_folder(folder: Path) -> tuple[Finding, ...]:
    """Check the folder where it is; one that is not there yet is checked where it will be made."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    try:
        if not there.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        try_writing(there)
        free = shutil.disk_usage(there).free
    except OSError as error:
        text = f"{there} cannot be written to: {reason_of(error)}."
        return (Finding("data_dir", Health.WRONG, text, LET_US_WRITE),)
    state = "can be written to" if there == folder else "will be made at the first start"
    return (judge_free_space("data_dir", f"{folder} {state}", free, "Make room on that disk, or set another data_dir."),)


async def check_port(web: WebSettings) -> tuple[Finding, ...]:
    """Check that the page could listen on its port, or does so already."""
    if web.port == 0:
        return (Finding("web", Health.OK, f"The page takes any free port of {web.host}."),)
    where = f"{web.host} port {web.port}"
    trouble = await asyncio.to_thread(_bind, web.host, web.port)
    if trouble is None:
        return (Finding("web", Health.OK, f"{where} is free for the page."),)
    if trouble.errno != errno.EADDRINUSE:
        mend = "Set a [web] host that is an address of this machine, and a [web] port above 1023."
        return (Finding("web", Health.WRONG, f"The page cannot listen on {where}: {reason_of(trouble)}.", mend),)
    if await asyncio.to_thread(_is_alive, web.host, web.port):
        text = f"An easel answers on {where} already. If that is this one, running, all is well."
        return (Finding("web", Health.NOTE, text, f"If it is another: {_TAKEN[0].lower()}{_TAKEN[1:]}"),)
    return (Finding("web", Health.WRONG, f"Something else listens on {where}.", _TAKEN),)


def _bind(host: str, number: int) -> OSError | None:
    """Try to listen, as the page would; return the error if that fails."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, number), family=family).close()
    except OSError as error:
        return error
    return None


def _is_alive(host: str, number: int) -> bool:
    """Whether what listens there answers a health check as easel's page does."""
    to = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - connected to, not bound
    connection = http.client.HTTPConnection(to, number, timeout=_PATIENCE_SECONDS)
    try:
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        facts = json.loads(answer.read(_MIB)) if answer.status == http.client.OK else None
        return isinstance(facts, dict) and facts.get("status") == "ok"
    except (OSError, ValueError, http.client.HTTPException):
        return False
    finally:
        connection.close()
