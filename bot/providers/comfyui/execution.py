"""How a drawing ended, as ComfyUI's history tells it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.money import Cost, UnitPrices
from bot.errors import EaselError
from bot.provider_errors import ProviderFailed, ProviderFault
from bot.providers.shared.model_errors import model_failure


@dataclass(frozen=True, slots=True)
class Execution:
    """One entry of the history; it is empty where there is none."""

    entry: Mapping[str, Any]

    @property
    def files(self) -> Sequence[Mapping[str, str]]:
        """Return where its pictures are: those that were saved, or else those that were only previewed."""
        outputs = self.entry.get("outputs")
        listed = [output.get("images") or () for output in outputs.values()] if isinstance(outputs, dict) else []
        files = [{key: str(file.get(key, "")) for key in ("filename", "subfolder", "type")} for each in listed for file in each]
        return [file for file in files if file["type"] == "output"] or files

    def cost(self, prices: UnitPrices) -> Cost:
        """Return what its seconds cost, which nobody knows where the server does not say when it began and ended."""
        times = [fields["timestamp"] for _, fields in self._messages if isinstance(fields.get("timestamp"), int)]
        return prices.cost(seconds=(max(times) - min(times)) / 1000) if len(times) > 1 else Cost(is_estimate=True)

    def failure(self, provider: str, prompt_id: str) -> EaselError | None:
        """Return why it has not drawn; None where it has."""
        messages = dict(self._messages)
        if (error := messages.get("execution_error")) is not None:
            said = f"{error.get('exception_type')}: {error.get('exception_message')}"
            return model_failure(provider, said, request_id=prompt_id, place=str(error.get("node_type")))
        reason = "interrupted at the server" if "execution_interrupted" in messages else ""
        if not self.files:
            reason = reason or "no pictures: the workflow has to end in a SaveImage node"
        return ProviderFailed(provider, reason, fault=ProviderFault.BAD_ANSWER, request_id=prompt_id) if reason else None

    @property
    def _messages(self) -> list[tuple[str, Mapping[str, Any]]]:
        status = self.entry.get("status")
        messages = status.get("messages") if isinstance(status, dict) else None
        return [(name, fields) for name, fields in messages or () if isinstance(fields, dict)]
