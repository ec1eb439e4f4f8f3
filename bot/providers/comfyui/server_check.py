"""Whether a ComfyUI server has what a workflow needs: its nodes, and the files that they load."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any

from bot.domain.health import Finding, Health
from bot.provider_errors import ProviderFailed
from bot.providers.shared.comfyui_workflow import Workflow
from bot.providers.shared.rest_client import RestClient


async def check_server(client: RestClient, workflow: Workflow, *, name: str) -> tuple[Finding, ...]:
    """Check everything that can be checked without drawing. Never raises."""
    try:
        async with asyncio.timeout(20):
            system = (await client.ask("GET", "system_stats")).fields.get("system")
            if not isinstance(system, dict):
                mend = f"Set [providers.{name}] base_url to the address that shows ComfyUI in a browser."
                return (Finding(f"{name}: address", Health.WRONG, "There is no ComfyUI at that address.", mend),)
            kinds = {node["class_type"] for node in workflow.values()}
            known = {kind: (await client.ask("GET", f"object_info/{kind}")).fields.get(kind) for kind in kinds}
    except (ProviderFailed, TimeoutError):
        mend = f"Start ComfyUI with --listen, and see whether this machine reaches [providers.{name}] base_url."
        return (Finding(f"{name}: server", Health.WRONG, "ComfyUI could not be reached.", mend),)
    version = system.get("comfyui_version", "of an unknown version")
    fine = Finding(f"{name}: workflow", Health.OK, "The server has all of its nodes and files.")
    problems = list(_problems(workflow, known, name)) or [fine]
    return (Finding(f"{name}: server", Health.OK, f"ComfyUI {version} answers."), *problems)


def _problems(workflow: Workflow, known: Mapping[str, Any], name: str) -> Iterator[Finding]:
    for number, node in workflow.items():
        kind, info, where = node["class_type"], known[node["class_type"]], f"node {number} of [providers.{name}] workflow"
        if info is None:
            text = f"The server has no node {kind} ({where})."
            yield Finding(f"{name}: workflow", Health.WRONG, text, "Update ComfyUI, or install the custom node.")
            continue
        specs = {name: spec for group in info.get("input", {}).values() for name, spec in group.items()}
        for field, value in node["inputs"].items():
            choices = _choices(specs.get(field))
            if isinstance(value, str) and choices is not None and value not in choices and "{{" not in value:
                text = f"The server has no {value} for {kind} ({where}, {field})."
                yield Finding(f"{name}: workflow", Health.WRONG, text, "Put the file into ComfyUI's models folder.")


def _choices(spec: Any) -> list[Any] | None:
    """Return what an input may be: `[[…], {…}]`, or `["COMBO", {"options": […]}]` as newer nodes have it."""
    match spec:
        case [list() as choices, *_] | ["COMBO", {"options": list() as choices}, *_]:
            return choices
    return None
