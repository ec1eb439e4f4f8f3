"""Files that somebody gives to a command: looked up first, then fetched from Slack alone, with the bot's token."""

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, NoReturn

from bot.adapters.slack.errors import SlackMessageRejected
from bot.adapters.slack.web_api import DownloadedFile, ForeignAddress, SlackWebApi
from bot.commands.spec import AnyCommand, Option
from bot.domain.inputs import MOST_BYTES, BroughtPicture, InputRole
from bot.domain.options import PictureFile, TextFile
from bot.errors import BadInput, SurfaceFailed
from bot.text import truncate

Json = Mapping[str, Any]

_LONGEST_NAME = 80
_MOST_TEXT_BYTES = 4 * 1024 * 1024
_MOST_NAMED = 10
_NAMED = "files:"
_UNKNOWN_TYPES = {"", "application/octet-stream"}
_LOGIN_PAGE_TYPE = "text/html"
_GONE = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}

_SCOPE_MISSING = (
    "This app may not read files here: it lacks the scope files:read, which an admin of the workspace gives it by "
    "installing it again. Nothing was counted."
)
_DELETED = "Slack does not have that file any more; please attach it again. Nothing was counted."
_HIDDEN = (
    "I do not see that file, perhaps because it is from a channel that I am not in; please attach the picture itself. "
    "Nothing was counted."
)
_UNAVAILABLE = "Slack does not give me that file now; please try again. Nothing was counted."


def picture_option(command: AnyCommand | None) -> tuple[str, PictureFile] | None:
    """Return the name and the kind of the command's option that takes pictures, if it has one."""
    options = command.options if command is not None else ()
    return next(((option.name, option.kind) for option in options if isinstance(option.kind, PictureFile)), None)


def text_option(command: AnyCommand) -> str | None:
    """Return the name of the command's option that can be a text as a file, beside another one for words."""
    return next((option.name for option in command.options if _is_text_file(option)), None)


def takes_files(option: Option) -> bool:
    """Whether a form asks for files: pictures, or a text where the words could be written as well."""
    return isinstance(option.kind, PictureFile) or _is_text_file(option)


def _is_text_file(option: Option) -> bool:
    return isinstance(option.kind, TextFile) and not option.is_required


def read_files(given: object) -> tuple[Json, ...]:
    """Return the files that an event or a form names, as Slack describes them there."""
    return tuple(one for one in given if isinstance(one, Mapping)) if isinstance(given, list) else ()


def name_files(files: Sequence[Json], command: str) -> str:
    """Return what stands for a message's pictures in the form that its menu opened; nothing without any."""
    pictures = [one for one in files if str(one.get("mimetype") or "image/").startswith("image/")][:_MOST_NAMED]
    ids = ",".join(str(one.get("id") or "") for one in pictures)
    return f"{_NAMED}{command}:{ids}" if ids else ""


def read_named_files(given: object) -> tuple[tuple[Json, ...], InputRole] | None:
    """Return the files that `name_files` stands for, and what they are for; None for any other value."""
    if not isinstance(given, str) or not given.startswith(_NAMED):
        return None
    command, _, ids = given.removeprefix(_NAMED).partition(":")
    role = InputRole.BASE if command == "ask_edit" else InputRole.REFERENCE
    return tuple({"id": one} for one in ids.split(",")), role


async def fetch_pictures(web: SlackWebApi, team: str, files: Sequence[Json], most: int) -> tuple[BroughtPicture, ...]:
    """Return the files' bytes, in their order; they may be no pictures. All are looked up before the first is fetched.

    Raises:
        BadInput: There are more than `most`, or one is too large, is not Slack's, or cannot be fetched.
    """
    if len(files) > most:
        raise BadInput(f"There can be {most} pictures at most, and these are {len(files)}. Nothing was counted.")
    found = [await _look_up(web, team, file) for file in files]
    _check_sizes(found)
    return tuple([BroughtPicture(await _download(web, team, file)) for file in found])


async def fetch_text(web: SlackWebApi, team: str, file: Json) -> str:
    """Return a file's text.

    Raises:
        BadInput: It is too large, no UTF-8, not Slack's, or cannot be fetched.
    """
    found = await _look_up(web, team, file, is_picture=False)
    size = found.get("size")
    content = b"" if isinstance(size, int) and size > _MOST_TEXT_BYTES else await _download(web, team, found)
    if not content or len(content) > _MOST_TEXT_BYTES:
        raise BadInput(f"{_name(found)} is empty or too large: {_MOST_TEXT_BYTES // 2**20} MB are the most. Nothing was counted.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput(f"{_name(found)} is no UTF-8 text; please save it as UTF-8. Nothing was counted.") from None


async def _look_up(web: SlackWebApi, team: str, file: Json, *, is_picture: bool = True) -> Json:
    """Return what Slack tells of a file now; of one in a channel of two organisations an event tells the id alone."""
    if file.get("mode") == "tombstone":
        raise BadInput(_DELETED)
    try:
        answer = await web.call("files.info", team, {"file": str(file.get("id") or "")}, verb="GET")
    except SurfaceFailed as error:
        _refuse(error)
    raw = answer.get("file")
    found = raw if isinstance(raw, Mapping) else {}
    _check_usable(found, is_picture=is_picture)
    return found


def _refuse(error: SurfaceFailed) -> NoReturn:
    if isinstance(error, SlackMessageRejected) and error.code == "missing_scope":
        raise BadInput(_SCOPE_MISSING) from error
    if "file_deleted" in str(error):
        raise BadInput(_DELETED) from error
    if "file_not_found" in str(error) or "access_denied" in str(error):
        raise BadInput(_HIDDEN) from error
    raise BadInput(_UNAVAILABLE) from error


def _check_usable(file: Json, *, is_picture: bool) -> None:
    media_type = str(file.get("mimetype") or "")
    if file.get("mode") == "tombstone":
        raise BadInput(_DELETED)
    if file.get("is_external"):
        raise _outside(file)
    if not _address(file):
        raise BadInput(_HIDDEN)
    if is_picture and media_type not in _UNKNOWN_TYPES and not media_type.startswith("image/"):
        raise BadInput(f"{_name(file)} is no picture. Nothing was counted.")


def _outside(file: Json) -> BadInput:
    return BadInput(f"{_name(file)} is only a link to outside of Slack; please attach the picture itself. Nothing was counted.")


def _check_sizes(files: Iterable[Json]) -> None:
    for file in files:
        size = file.get("size")
        if isinstance(size, int) and size > MOST_BYTES:
            _refuse_large(file)


def _refuse_large(file: Json) -> NoReturn:
    raise BadInput(f"{_name(file)} is too large: {MOST_BYTES // 2**20} MB are the most. Nothing was counted.")


async def _download(web: SlackWebApi, team: str, file: Json) -> bytes:
    try:
        answer = await web.download(team, _address(file), MOST_BYTES)
    except ForeignAddress as error:
        raise _outside(file) from error
    except SurfaceFailed as error:
        raise BadInput(_UNAVAILABLE) from error
    if _is_login_page(answer):
        raise BadInput(_SCOPE_MISSING)
    if answer.status in _GONE:
        raise BadInput(_DELETED)
    if answer.status != HTTPStatus.OK:
        raise BadInput(_UNAVAILABLE)
    if len(answer.content) > MOST_BYTES:
        _refuse_large(file)
    return answer.content


def _is_login_page(answer: DownloadedFile) -> bool:
    """Whether Slack asks to log in, or sends somewhere to do so: what it answers to a token that may not read files."""
    is_page = answer.status == HTTPStatus.OK and answer.media_type == _LOGIN_PAGE_TYPE
    return is_page or HTTPStatus.MULTIPLE_CHOICES <= answer.status < HTTPStatus.BAD_REQUEST


def _name(file: Json) -> str:
    return truncate(str(file.get("name") or "That file"), _LONGEST_NAME)


def _address(file: Json) -> str:
    return str(file.get("url_private_download") or file.get("url_private") or "")
