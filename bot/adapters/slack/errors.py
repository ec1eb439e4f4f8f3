"""Slack's errors as ours."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.adapters.slack import SLACK
from bot.errors import EaselError, MessageGone, MessageOutOfReach, StorageFailed, SurfaceFailed

_NOT_IN_CHANNEL_CODES = {"not_in_channel", "channel_not_found"}
_DELETED_CODES = {"duplicate_message_not_found", "duplicate_channel_not_found"}
_GONE_CODES = {"message_not_found", "thread_not_found"}
_OUT_OF_REACH_CODES = {
    "is_archived",
    "channel_is_archived",
    "cant_update_message",
    "edit_window_closed",
    "token_revoked",
    "account_inactive",
    "invalid_auth",
    "not_authed",
    "app_not_installed",
    "team_access_not_granted",
    "access_denied",
    "ekm_access_denied",
    "restricted_action",
    "restricted_action_read_only_channel",
    "restricted_action_thread_only_channel",
    "restricted_action_non_threadable_channel",
    "restricted_action_thread_locked",
    "messages_tab_disabled",
    "user_not_found",
    "user_not_visible",
    "user_disabled",
    "users_not_found",
    "cannot_dm_bot",
    "no_service",
    "no_team",
    "used_url",
    "expired_url",
    "invalid_token",
}
_REJECTED_CODES = {
    "invalid_blocks",
    "invalid_blocks_format",
    "msg_too_long",
    "msg_blocks_too_long",
    "no_text",
    "invalid_payload",
    "invalid_arguments",
    "invalid_arg_name",
    "invalid_metadata_format",
    "too_many_attachments",
    "too_many_contact_cards",
    "missing_scope",
    "no_permission",
    "not_allowed_token_type",
    "cant_delete_message",
    "file_upload_size_restricted",
    "file_uploads_disabled",
    "file_type_not_allowed",
}


class BotNotInChannel(MessageOutOfReach):
    """The bot is not in that channel, or cannot see it; the address that came with a call may still answer there."""


class FirstMessageGone(MessageGone):
    """The post was a repeat, and the message that it repeats was deleted."""


class SlackMessageRejected(SurfaceFailed):
    """Slack says that what was sent is wrong: sending it again will not help."""

    def __init__(self, code: str, *, is_about_a_picture: bool = False) -> None:
        super().__init__(SLACK, f"not taken: {code}")
        self.code = code
        self.is_about_a_picture = is_about_a_picture

    @property
    def is_temporary(self) -> bool:
        """Return False: it would be refused again."""
        return False


def to_surface_error(code: str, *, details: str = "", retry_after: float | None = None) -> SurfaceFailed:
    """Return our error for an error's code. `details` are Slack's sentences about blocks."""
    if code in _NOT_IN_CHANNEL_CODES:
        return BotNotInChannel(SLACK, code)
    if code in _DELETED_CODES:
        return FirstMessageGone(SLACK, code)
    if code in _OUT_OF_REACH_CODES:
        return MessageOutOfReach(SLACK, code)
    if code in _GONE_CODES:
        return MessageGone(SLACK, code)
    if code in _REJECTED_CODES:
        return SlackMessageRejected(code, is_about_a_picture=code == "invalid_blocks" and _is_about_a_picture(details.lower()))
    return SurfaceFailed(SLACK, code, retry_after=timedelta(seconds=retry_after) if retry_after is not None else None)


def may_arrive(error: EaselError) -> bool:
    """Whether the message may be seen although the call failed: Slack neither refused it, nor said when to come again."""
    return isinstance(error, SurfaceFailed) and error.is_temporary and error.retry_after is None


def _is_about_a_picture(details: str) -> bool:
    return not details or any(word in details for word in ("slack file", "slack_file", "image"))


@asynccontextmanager
async def translate_errors(time_limit: timedelta) -> AsyncIterator[None]:
    """Run the body within a time limit, and raise what the SDK, the network or the store raise in it as one of ours."""
    try:
        async with asyncio.timeout(time_limit.total_seconds()):
            yield
    except SlackApiError as error:
        raise _error_of_response(error.response) from error
    except StorageFailed as error:
        raise SurfaceFailed(SLACK, "the installation could not be read") from error
    except TimeoutError as error:
        raise SurfaceFailed(SLACK, f"no answer within {time_limit.total_seconds():g} s") from error
    except (SlackClientError, aiohttp.ClientError, OSError) as error:
        raise SurfaceFailed(SLACK, type(error).__name__) from error


def _error_of_response(response: object) -> SurfaceFailed:
    """Return our error for an SDK's answer, which is a bare HTTP response where the body was not JSON."""
    body = getattr(response, "data", None)
    headers = getattr(response, "headers", {})
    status = getattr(response, "status_code", 0)
    said = body if isinstance(body, dict) else {}
    code = str(said.get("error") or (f"status={status}" if status else "no answer that makes sense"))
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return to_surface_error("ratelimited", retry_after=retry_after(headers))
    return to_surface_error(code, details=_details(said))


def retry_after(headers: Mapping[str, str]) -> float:
    """Return the seconds that Slack asks for; one where it says nothing that makes sense."""
    asked = headers.get("Retry-After", "")
    return float(asked) if asked.isdecimal() else 1.0


def _details(said: Mapping[str, Any]) -> str:
    about = said.get("response_metadata")
    sentences = about.get("messages", ()) if isinstance(about, dict) else ()
    return " ".join(map(str, (*said.get("errors", ()), *sentences)))
