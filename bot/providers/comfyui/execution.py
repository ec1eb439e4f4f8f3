"""How a drawing ended, as ComfyUI's history tells it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.provider_errors import ProviderFailed, ProviderFault

_NO_MEMORY = ("outofmemory", "out of memory", "allocation on device")


@dataclass(frozen=True, slots=True)
class Execution:
    """One entry of the history; it is empty where there is none."""

    entry: Mapping[str, Any]

    @property
    def files(self) -> Sequence[Mapping[str, str]]:
        """Where its pictures are: those that were saved, or else those that were only shown."""
        outputs = self.entry.get("outputs")
        listed = [output.get("images") or () for output in outputs.values()] if isinstance(outputs, dict) else []
        files = [{key: str(file.get(key, "")) for key in ("filename", "subfolder", "type")} for each in listed for file in each]
        return [file for file in files if file["type"] == "output"] or files

    @property
    def seconds(self) -> float | None:
        """How long it took; None where the server does not say so."""
        times = [fields["timestamp"] for _, fields in self._messages if isinstance(fields.get("timestamp"), int)]
        return (max(times) - min(times)) / 1000 if len(times) > 1 else None

    def raise_failure(self, provider: str, prompt_id: str) -> None:
        """Do nothing where it has drawn.

        Raises:
            ProviderFailed: It has not.
        """
        messages = dict(self._messages)
        error = messages.get("execution_error")
        if error is not None:
            kind, said = str(error.get("exception_type")), str(error.get("exception_message"))
            is_full = any(sign in f"{kind} {said}".lower() for sign in _NO_MEMORY)
            fault = ProviderFault.OUT_OF_MEMORY if is_full else ProviderFault.BAD_ANSWER
            raise ProviderFailed(provider, f"{kind} in {error.get('node_type')}", fault=fault, request_id=prompt_id)
        if "execution_interrupted" in messages:
            raise ProviderFailed(provider, "interrupted at the server", fault=ProviderFault.BAD_ANSWER, request_id=prompt_id)
        if not self.files:
            reason = "no pictures: the workflow has to end in a SaveImage node"
            raise ProviderFailed(provider, reason, fault=ProviderFault.BAD_ANSWER, request_id=prompt_id)

    @property
    def _messages(self) -> list[tuple[str, Mapping[str, Any]]]:
        status = self.entry.get("status")
        messages = status.get("messages") if isinstance(status, dict) else None
        return [(name, fields) for name, fields in messages or () if isinstance(fields, dict)]
