"""Whether a ComfyUI server has what a workflow needs: its nodes, and the files that they load."""

import asyncio
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from bot.domain.health import Finding, Health
from bot.provider_errors import ProviderFailed
from bot.providers.comfyui.workflow import Workflow
from bot.providers.shared.rest_client import RestClient

_TIME_LIMIT = timedelta(seconds=20)


async def check_server(client: RestClient, workflow: Workflow, *, name: str) -> tuple[Finding, ...]:
    """Look at all that can be looked at without drawing. Never raises."""
    kinds = sorted({node["class_type"] for node in workflow.nodes.values()})
    try:
        async with asyncio.timeout(_TIME_LIMIT.total_seconds()):
            stats = await client.ask("GET", "system_stats")
            system = stats.fields.get("system")
            if not stats.is_success or not isinstance(system, dict):
                mend = f"Set [providers.{name}] base_url to the address that shows ComfyUI in a browser."
                return (Finding(f"{name}: address", Health.WRONG, "There is no ComfyUI at that address.", mend),)
            known = {kind: await client.ask("GET", f"object_info/{kind}") for kind in kinds}
    except (ProviderFailed, TimeoutError):
        mend = f"Start ComfyUI with --listen, and see whether this machine reaches [providers.{name}] base_url."
        return (Finding(f"{name}: server", Health.WRONG, "ComfyUI could not be reached.", mend),)
    version = str(system.get("comfyui_version", "of an unknown version"))
    fine = Finding(f"{name}: workflow", Health.OK, "The server has all of its nodes and files.")
    problems = tuple(_problems(workflow, {kind: info.fields.get(kind) for kind, info in known.items()}, name))
    return (Finding(f"{name}: server", Health.OK, f"ComfyUI {version} answers."), *(problems or (fine,)))


def _problems(workflow: Workflow, known: Mapping[str, Any], name: str) -> Iterator[Finding]:
    setting = f"[providers.{name}] workflow"
    for number, node in workflow.nodes.items():
        kind, info = node["class_type"], known[node["class_type"]]
        if info is None:
            text = f"The server has no node {kind} (node {number} of {setting})."
            yield Finding(f"{name}: workflow", Health.WRONG, text, "Update ComfyUI, or install the custom node.")
            continue
        specs = {name: spec for group in info.get("input", {}).values() for name, spec in group.items()}
        for field, value in node["inputs"].items():
            choices = _choices(specs.get(field))
            if isinstance(value, str) and choices is not None and value not in choices and "{{" not in value:
                text = f"The server has no {value} for {kind} (node {number} of {setting}, {field})."
                yield Finding(f"{name}: workflow", Health.WRONG, text, "Put the file into ComfyUI's models folder.")


def _choices(spec: Any) -> list[Any] | None:
    """Return what an input may be: `[[…], {…}]`, or `["COMBO", {"options": […]}]` as newer nodes have it."""
    if not isinstance(spec, list) or not spec:
        return None
    if isinstance(spec[0], list):
        return spec[0]
    options = spec[1].get("options") if len(spec) > 1 and isinstance(spec[1], dict) else None
    return options if spec[0] == "COMBO" and isinstance(options, list) else None
