"""The page of `/usage`: charts of what was drawn and what it cost, for those who may give the command."""

import json
from collections.abc import Sequence
from http import HTTPStatus

from fastapi import APIRouter, HTTPException, Request, Response

from bot.adapters.web.compression import compress_text
from bot.adapters.web.page_context import PageContext
from bot.domain.people import AccountId
from bot.ports.plots import UsageShare
from bot.services.usage_reports import UsageReport, UsageReports

_MOST_DAYS = 90
_NOT_KEPT = {"Cache-Control": "no-store"}
_NOT_PERMITTED = "This page is for admins only. Whoever runs this easel becomes one by what easel link prints."


def usage_routes(reports: UsageReports, web: PageContext) -> APIRouter:
    """Build `/usage`, and what its script asks for below `/api/usage`."""
    routes = APIRouter()

    @routes.api_route("/usage", methods=["GET", "HEAD"])
    async def show_page(request: Request) -> Response:
        return web.send_page("usage.html", request)

    @routes.get("/api/usage")
    async def tell_usage(request: Request, days: int = 30) -> Response:
        report = await read(request, days)
        body, headers = compress_text(request, json.dumps(_describe(report), ensure_ascii=False))
        return Response(body, media_type="application/json", headers=headers | _NOT_KEPT)

    @routes.get("/api/usage.csv")
    async def send_table(request: Request, days: int = 30) -> Response:
        report = await read(request, days)
        name = f"usage-{report.first}-{report.last}.csv"
        headers = _NOT_KEPT | {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(await report.to_csv(), media_type="text/csv; charset=utf-8", headers=headers)

    async def read(request: Request, days: int) -> UsageReport:
        person = web.visitors.identify(request).person
        if not await web.dispatcher.is_admin_or_owner(person):
            raise HTTPException(HTTPStatus.FORBIDDEN, _NOT_PERMITTED)
        if not 1 <= days <= _MOST_DAYS:
            raise HTTPException(HTTPStatus.BAD_REQUEST, f"days is a whole number from 1 to {_MOST_DAYS}.")
        return await reports.read(person, web.place, days)

    return routes


def _describe(report: UsageReport) -> dict[str, object]:
    summary = report.summary
    ids = {account: str(owner) for account, owner in report.owners.items()}
    return {
        "first": report.first.isoformat(),
        "last": report.last.isoformat(),
        "pictures": summary.pictures,
        "microusd": summary.microusd,
        "estimated": summary.estimated,
        "head_count": summary.head_count,
        "days": [
            {"day": one.day.isoformat(), "pictures": one.pictures, "microusd": one.microusd, "estimated": one.estimated}
            for one in summary.days
        ],
        "models": _shares(summary.models),
        "people": [share | {"id": ids.get(AccountId(str(share["id"])), "")} for share in _shares(summary.people)],
    }


def _shares(shares: Sequence[UsageShare]) -> list[dict[str, object]]:
    return [
        {"id": one.key, "name": one.name, "pictures": one.pictures, "microusd": one.microusd, "estimated": one.estimated}
        for one in shares
    ]
