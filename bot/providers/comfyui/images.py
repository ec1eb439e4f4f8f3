"""Pictures from a ComfyUI server: any worker collects them, since each drawing's id is also its id there."""

from base64 import urlsafe_b64decode
from dataclasses import replace
from datetime import timedelta
from functools import partial
from importlib import resources
from typing import Any
from urllib.parse import urlencode

from bot.domain.health import Finding
from bot.domain.images import Abilities, DrawingId, FreeSizes, ImageRequest, ImageResult, Progress
from bot.domain.inputs import InputContent
from bot.domain.money import Cost, UnitPrices
from bot.domain.tickets import Ticket
from bot.ports.clock import Clock
from bot.ports.images import OnProgress
from bot.provider_errors import OutcomeUnknown, ProviderFailed, ProviderFault
from bot.providers.comfyui.execution import Execution
from bot.providers.comfyui.server_check import check_server
from bot.providers.shared.comfyui_workflow import Workflow, parse_workflow
from bot.providers.shared.hosted_model import FLUX_2_ABILITIES, HostedModel, HostedService
from bot.providers.shared.polling import poll
from bot.providers.shared.rest_client import RestClient, RestResponse
from bot.providers.shared.templates import drawing_values, fill, find_placeholders

BUILT_IN = ("flux2-klein", "flux2-dev")
"""The workflows that ship with easel and draw."""

BUILT_IN_EDITS = {"flux2-dev": "flux2-edit"}
"""Those that change a picture with the files of one that draws."""

_ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}

_SIZES = FreeSizes(multiple_of=16, min_pixels=256 * 256, max_pixels=2048 * 2048, max_edge=4096, max_aspect=4.0)
_KEPT = timedelta(days=1)
"""ComfyUI forgets its 10,001st drawing and all of them when it restarts, so that any time is a guess."""

_ACCEPTED = {"accepted": "yes"}
"""What tells a ticket that the server gave from one that is only known: whose drawing it may never have got."""


def load_built_in(name: str) -> Workflow:
    """Return one of the workflows that ship with easel."""
    text = (resources.files(__package__) / "workflows" / f"{name}.json").read_text("utf-8")
    return parse_workflow(text, setting=name, changes_picture=name in BUILT_IN_EDITS.values())


def abilities_of(workflow: Workflow, edits: Workflow | None = None) -> Abilities:
    """Return what FLUX.2 draws; how many at once depends on whether the workflow takes a count, `edits` take one picture."""
    takes_count = all("count" in find_placeholders(one) for one in (workflow, edits or workflow))
    return replace(FLUX_2_ABILITIES, free=_SIZES, most=4 if takes_count else 1, most_inputs=1 if edits else 0)


class ComfyUiImages(HostedService):
    """Draws by one workflow, and changes a picture by another. `second` is what a second costs; without a price it is free."""

    def __init__(
        self,
        client: RestClient,
        model: HostedModel,
        nodes: Workflow,
        *,
        edits: Workflow | None = None,
        name: str,
        attribution: str,
        clock: Clock,
        second: int,
    ) -> None:
        super().__init__(model, name=name, attribution=attribution)
        self._client = client
        self._nodes = nodes
        self._edits = edits or {}
        self._clock = clock
        self._prices = UnitPrices(second=second)

    async def check(self) -> tuple[Finding, ...]:
        """Ask which nodes and files the server has, which is free."""
        edits = {f"{number} (edits)": node for number, node in self._edits.items()}
        return await check_server(self._client, {**self._nodes, **edits}, name=self.name)

    async def submit(self, request: ImageRequest) -> Ticket:
        """Put the drawing into the server's queue, unless it is known there already; see `TicketProvider`."""
        self.refuse_impossible(request)
        ticket = replace(self.known_ticket(request.drawing), details=_ACCEPTED)
        place, execution = await self._find(ticket)
        if place is not None or execution.entry:
            return ticket
        values = drawing_values(request)
        if request.inputs:
            values["image"] = await self._upload(request.inputs[0], ticket)
        graph = fill(self._edits if request.inputs else self._nodes, values)
        response = await self._client.post_paid("prompt", {"prompt": graph, "prompt_id": ticket.id, "client_id": ticket.id})
        if not response.is_success:
            raise self._client.failure(response, is_paid=True, reason=_invalid_nodes(response))
        return replace(ticket, id=self._client.read_id(response, "prompt_id"))  # servers of before 2025-10 choose their own

    async def _upload(self, picture: InputContent, ticket: Ticket) -> str:
        """Upload a picture, over the same one if it is there, and return what nodes call it."""
        file = (f"easel-{ticket.id}.{_ENDINGS[picture.media_type]}", picture.content, picture.media_type)
        said = (await self._client.upload("upload/image", file, {"type": "input", "overwrite": "true"})).fields
        name, folder = said.get("name"), said.get("subfolder")
        if not isinstance(name, str) or not name:
            raise ProviderFailed(self.name, "a picture that was taken without a name", fault=ProviderFault.BAD_ANSWER)
        return f"{folder}/{name}" if isinstance(folder, str) and folder else name

    def known_ticket(self, drawing: DrawingId) -> Ticket:
        """Return the ticket of a drawing: its 16 bytes, written as a UUID."""
        digits = urlsafe_b64decode(f"{drawing}==").hex()
        uuid = "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
        return Ticket(id=uuid, expires_at=self._clock.now() + _KEPT)

    async def collect(self, ticket: Ticket, on_progress: OnProgress) -> ImageResult:
        """Wait for the drawing's turn and its end, and fetch its pictures; see `TicketProvider`."""
        execution = await poll(lambda: self._look(ticket, on_progress), ticket=ticket, provider=self.name, clock=self._clock)
        if not execution.entry and ticket.details == _ACCEPTED:
            raise OutcomeUnknown(self.name, "the server has forgotten the drawing", request_id=ticket.id)
        if not execution.entry:
            raise ProviderFailed(self.name, "it never got there", fault=ProviderFault.UNREACHABLE, request_id=ticket.id)
        cost = execution.cost(self._prices)
        await on_progress(Progress(cost=cost))
        if failure := execution.failure(self.name, ticket.id):
            raise failure
        files = execution.files[: self.abilities.most]
        fetches = [partial(self._client.fetch, "GET", f"view?{urlencode(file)}") for file in files]
        answers = [await poll(fetch, ticket=ticket, provider=self.name, clock=self._clock) for fetch in fetches]
        pictures = tuple(answer.content for answer in answers)
        return ImageResult(pictures=pictures, model=self.model, cost=cost, request_id=ticket.id)

    async def cancel(self, ticket: Ticket) -> Cost | None:
        """Take the drawing out of the queue, and interrupt it where it is the one that runs."""
        try:
            await self._client.fetch("POST", "queue", {"delete": [ticket.id]})
            place, execution = await self._find(ticket)
            if place == 0:
                # Older servers stop whatever runs, so they are asked only while it is this one.
                await self._client.fetch("POST", "interrupt", {"prompt_id": ticket.id})
                return None if self._prices.second else Cost()
        except ProviderFailed:
            return None
        return execution.cost(self._prices) if execution.entry else Cost()

    async def _look(self, ticket: Ticket, on_progress: OnProgress) -> Execution | None:
        """Return how the drawing ended; None while it has not."""
        place, execution = await self._find(ticket)
        if place is None:
            return execution
        # A server that has drawn nothing since its start has to load its models.
        is_warm = place or (await self._client.fetch("GET", "history?max_items=1")).fields
        await on_progress(Progress(ahead=place or None, is_warming_up=not is_warm))
        return None

    async def _find(self, ticket: Ticket) -> tuple[int | None, Execution]:
        """Return how many drawings come first, 0 while it runs; once it has left the queue None, and how it ended.

        What has left the queue is in the history at once, unless the server has forgotten it.
        """
        queue = (await self._client.fetch("GET", "queue")).fields
        running, pending = _list_ids(queue.get("queue_running")), _list_ids(queue.get("queue_pending"))
        if ticket.id in running:
            return 0, Execution({})
        if ticket.id in pending:
            return len(running) + pending.index(ticket.id), Execution({})
        entry = (await self._client.fetch("GET", f"history/{ticket.id}")).fields.get(ticket.id)
        return None, Execution(entry if isinstance(entry, dict) else {})


def _list_ids(rows: Any) -> list[str]:
    """Return the ids in the order of their numbers: the server keeps them as a heap."""
    return [row[1] for row in sorted(rows, key=lambda row: row[0])] if isinstance(rows, list) else []


def _invalid_nodes(response: RestResponse) -> str:
    """Return which nodes of the workflow the server rejects, without the words that were asked for."""
    errors, nodes = response.fields.get("error"), response.fields.get("node_errors")
    kind = errors.get("type") if isinstance(errors, dict) else ""
    found = [
        f"node {node} ({problem.get('class_type')}): {each.get('type')} {(each.get('extra_info') or {}).get('input_name', '')}"
        for node, problem in (nodes.items() if isinstance(nodes, dict) else ())
        for each in problem.get("errors", ())
    ]
    return f"workflow: {'; '.join([str(kind), *found]).strip()}"
