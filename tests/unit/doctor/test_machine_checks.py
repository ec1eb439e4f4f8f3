"""Does the doctor see what the machine lacks?"""

import contextlib
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.config.sections import WebSettings
from bot.doctor import machine_checks
from bot.domain.health import Health
from tests.fakes.ports import free_port


@contextlib.contextmanager
def answering(body: bytes, status: int = 200) -> Iterator[int]:
    """Yield the port of a web server that says the same to everything."""

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def entries(folder: Path) -> list[Path]:
    """Return what is in a folder."""
    return list(folder.iterdir())


async def test_this_python_is_new_enough() -> None:
    """Otherwise nothing here would run."""
    [finding] = await machine_checks.check_python()
    assert finding.health is Health.OK


async def test_a_folder_that_is_there_is_tried_and_left_as_it_was(tmp_path: Path) -> None:
    """The doctor leaves nothing behind."""
    [finding] = await machine_checks.check_data_folder(tmp_path)
    assert finding.text.startswith(f"{tmp_path} can be written to; ")
    assert entries(tmp_path) == []


async def test_a_folder_that_is_not_there_yet_is_not_made(tmp_path: Path) -> None:
    """Looking is not starting."""
    [finding] = await machine_checks.check_data_folder(tmp_path / "a" / "b")
    assert "will be made at the first start" in finding.text
    assert entries(tmp_path) == []


async def test_a_file_in_the_way_of_the_folder_is_wrong(tmp_path: Path) -> None:
    """With the mend."""
    (tmp_path / "data").write_text("")
    [finding] = await machine_checks.check_data_folder(tmp_path / "data" / "deeper")
    assert finding.health is Health.WRONG
    assert finding.text == f"{tmp_path / 'data'} cannot be written to: not a directory."
    assert "EASEL_DATA_DIR" in finding.mend


async def test_a_folder_that_takes_nothing_is_wrong() -> None:
    """The kernel's own folder says no even to root."""
    [finding] = await machine_checks.check_data_folder(Path("/proc/easel"))
    assert finding.health is Health.WRONG


async def test_a_free_port_is_fine() -> None:
    """And free again afterwards."""
    web = WebSettings(port=free_port())
    for _ in range(2):
        [finding] = await machine_checks.check_port(web)
        assert finding.health is Health.OK
        assert finding.text.endswith("is free for the page.")


async def test_any_port_is_fine() -> None:
    """0 takes whatever is free."""
    [finding] = await machine_checks.check_port(WebSettings(port=0))
    assert finding.health is Health.OK


async def test_an_easel_that_runs_already_is_told() -> None:
    """Most people call the doctor while it runs, and some have another one there."""
    with answering(b'{"status": "ok"}') as number:
        [finding] = await machine_checks.check_port(WebSettings(port=number))
    assert finding.health is Health.NOTE
    assert "already" in finding.text
    assert finding.mend.startswith("If it is another: stop what listens there")


@pytest.mark.parametrize(
    ("body", "status"), [(b"<html>", 200), (b'{"status": "ok"}', 503), (b"[]", 200), (b'{"status": 1}', 200)]
)
async def test_a_stranger_on_the_port_is_wrong(body: bytes, status: int) -> None:
    """Whatever it says."""
    with answering(body, status) as number:
        [finding] = await machine_checks.check_port(WebSettings(port=number))
    assert finding.health is Health.WRONG
    assert "EASEL_WEB__PORT" in finding.mend


async def test_an_address_of_another_machine_is_wrong() -> None:
    """It can be written down, but not listened on."""
    [finding] = await machine_checks.check_port(WebSettings(host="192.0.2.1", port=8420))
    assert finding.health is Health.WRONG
    assert "[web] host" in finding.mend
