"""The page for moderators: who works there, the list of cases, and what is done about one."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response

from bot.adapters.web.call import WebCall
from bot.adapters.web.call_request import bad_request, is_text, read_json_body
from bot.adapters.web.page_context import PageContext
from bot.adapters.web.problems import problem
from bot.adapters.web.rendering import AskedText, json_list
from bot.adapters.web.surface import WEB
from bot.adapters.web.visitors import Visitor
from bot.commands.case_access import CaseAccess
from bot.domain.cases import Case, CaseId, CaseState
from bot.services.moderator_sessions import Moderator, ModeratorSessions

_PAGE = 30
_LONGEST_ID = 64
_COMMANDS = ("cases ", "case-")
"""What the names of the commands begin with that can be given there; all others but one are given in the chat."""

_REPORT = "report"
"""The button of a picture that is like that of a case."""

_EXPECTED_CODE = 'Send {"code": "..."}.'
_EXPECTED_CALL = 'Send {"command": "cases show", "options": {"case": "..."}, "key": "..."}.'
_NO_MODERATOR = "This page is for moderators: type /cases page where you moderate, and open the link that you get."
_LINK_IS_OVER = "That link does not work any more: type /cases page once more, and open the new one."


@dataclass(frozen=True, slots=True)
class ModerationDependencies:
    """What the page for moderators needs: who may see which cases, and who has opened a link."""

    access: CaseAccess
    sessions: ModeratorSessions


class Moderators:
    """Finds for each request which moderator sends it: by the session that a link began, or as owner of the house."""

    def __init__(self, sessions: ModeratorSessions, web: PageContext) -> None:
        self._sessions = sessions
        self._dispatcher = web.dispatcher
        self._surface = web.surface
        self._place = web.place

    async def call(self, visitor: Visitor, key: str) -> WebCall:
        """Return a call of the moderator that a visitor is, at the place that they moderate.

        Raises:
            HTTPException: They are none.
        """
        moderator = await self._find(visitor)
        if moderator is None:
            raise HTTPException(HTTPStatus.FORBIDDEN, _NO_MODERATOR)
        return WebCall(
            self._surface,
            self._dispatcher.commands,
            key=f"{WEB}:{visitor.person.identity.user}:{key}",
            person=moderator.person,
            place=moderator.place,
            asked=AskedText("", is_press=True),
        )

    async def _find(self, visitor: Visitor) -> Moderator | None:
        found = await self._sessions.find(visitor.person.identity.user)
        if found is None and await self._dispatcher.is_admin_or_owner(visitor.person):
            return Moderator(visitor.person, self._place)
        return found


def moderation_routes(dependencies: ModerationDependencies, web: PageContext) -> APIRouter:
    """Build `/moderation`, and what its script asks for below `/api/moderation`."""
    routes = APIRouter()
    access, sessions, visitors = dependencies.access, dependencies.sessions, web.visitors
    moderators = Moderators(sessions, web)

    @routes.api_route("/moderation", methods=["GET", "HEAD"])
    async def show_page(request: Request) -> Response:
        return web.send_page("moderation.html", request)

    @routes.post("/api/moderation/session")
    async def open_session(request: Request) -> Response:
        visitor = visitors.identify(request)
        code = (await read_json_body(request, _EXPECTED_CODE)).get("code", "")
        if not is_text(code) or await sessions.open(visitor.person.identity.user, code) is None:
            return problem(HTTPStatus.FORBIDDEN, _LINK_IS_OVER)
        response = _json({})
        visitors.remember(visitor, response)
        return response

    @routes.delete("/api/moderation/session")
    async def close_session(request: Request) -> Response:
        await sessions.close(visitors.identify(request).person.identity.user)
        return _json({})

    @routes.get("/api/moderation/cases")
    async def list_cases(request: Request, state: CaseState = CaseState.OPEN, after: str | None = None) -> Response:
        if after is not None and not 0 < len(after) <= _LONGEST_ID:
            return problem(HTTPStatus.BAD_REQUEST, "That is not the id of a case.")
        call = await moderators.call(visitors.identify(request), "list")
        found = await access.page(call, state, _PAGE + 1, after=None if after is None else CaseId(after))
        cases, has_more = [_describe(case) for case in found[:_PAGE]], len(found) > _PAGE
        return _json({"you": call.person.name, "open": await access.count_open(call), "has_more": has_more, "cases": cases})

    @routes.post("/api/moderation/calls")
    async def take_call(request: Request) -> Response:
        visitor = visitors.identify(request)
        name, options, key = _read_call(await read_json_body(request, _EXPECTED_CALL))
        call = await moderators.call(visitor, key)
        if name.startswith("cases "):
            await web.dispatcher.dispatch(name, options, call)
        else:
            await web.dispatcher.press(f"{name}:{options.get('case', '')}", call)
        notes = [await web.private_files.render_note(visitor.person.identity.user, note) for note in call.finish()]
        return Response(f'{{"notes":{json_list(notes)}}}', media_type="application/json", headers=_NOT_KEPT)

    return routes


_NOT_KEPT = {"Cache-Control": "no-store"}


def _json(facts: Mapping[str, object]) -> Response:
    return Response(json.dumps(facts, ensure_ascii=False), media_type="application/json", headers=_NOT_KEPT)


def _describe(case: Case) -> dict[str, object]:
    return {
        "id": case.id,
        "kind": case.kind,
        "reason": case.reason,
        "opened_at": case.opened_at.isoformat(),
        "assignee": case.assignee.name if case.assignee else "",
        "outcome": case.decision.outcome if case.decision else "",
        "revision": case.revision,
    }


def _read_call(fields: Mapping[str, Any]) -> tuple[str, dict[str, str], str]:
    """Return the command, its options, and the key of the call.

    Raises:
        HTTPException: They are not what they should be.
    """
    options = fields.get("options")
    texts = (fields.get("command"), fields.get("key"), *(options.values() if isinstance(options, dict) else (None,)))
    if not all(is_text(text) for text in texts):
        raise bad_request(_EXPECTED_CALL)
    if not (fields["command"].startswith(_COMMANDS) or fields["command"] == _REPORT) or not 0 < len(fields["key"]) <= _LONGEST_ID:
        raise bad_request(_EXPECTED_CALL)
    return fields["command"], dict(fields["options"]), fields["key"]
