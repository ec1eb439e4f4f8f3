"""The image providers, the rewriter and the moderation models that the settings choose."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bot.app.openai_services import OpenAiClients
from bot.app.provider_instance import ProviderInstance, reason_to_draw
from bot.app.provider_kinds import BUILDERS
from bot.config import Settings
from bot.domain.call_limits import CallLimits
from bot.domain.health import Check, Finding
from bot.domain.image_models import ImageModelOffer, ImageModels
from bot.domain.provider_accounts import label_accounts, provider_of
from bot.moderation.word_filter import Matcher, choose_lists
from bot.ports.clock import Clock
from bot.ports.images import Provider
from bot.ports.prompts import Describer, ModelStage, Rewriter
from bot.providers.offline.rewriter import PlainRewriter

if TYPE_CHECKING:
    from bot.providers.openai.client import OpenAiClient


@dataclass(frozen=True, slots=True)
class AiServices:
    """The AI services that jobs use, what finds listed words, and notices of who draws.

    `notices` tell the operator why that was chosen, `visitor_notices` tell everybody the rest.
    `accounts` are all providers by their names, first those in the `order` of
    fall-back; the others draw only for people who ask for their model. One that
    has several keys is there once for each.
    """

    accounts: Mapping[str, tuple[Provider, ...]]
    order: tuple[str, ...]
    rewriter: Rewriter
    matcher: Matcher
    model_stages: tuple[ModelStage, ...]
    notices: tuple[str, ...]
    visitor_notices: tuple[str, ...]
    models: ImageModels
    describer: Describer | None = None
    """What says what pictures show; None where no text model does."""

    @property
    def providers(self) -> tuple[Provider, ...]:
        """Return the providers in the order of fall-back, with the first key of each."""
        return tuple(self.accounts[name][0] for name in self.order)

    @property
    def on_request(self) -> tuple[Provider, ...]:
        """Return the providers that draw only for people who ask for their model, with the first key of each."""
        return tuple(accounts[0] for name, accounts in self.accounts.items() if name not in self.order)

    @property
    def all_providers(self) -> tuple[Provider, ...]:
        """Return every provider with every key, those of the order first."""
        return tuple(account for accounts in self.accounts.values() for account in accounts)

    @property
    def account_names(self) -> Mapping[str, tuple[str, ...]]:
        """Return the names of each provider's accounts."""
        return {name: tuple(account.name for account in accounts) for name, accounts in self.accounts.items()}

    @property
    def picture_stages(self) -> tuple[ModelStage, ...]:
        """Return the moderation models that look at pictures too."""
        return tuple(stage for stage in self.model_stages if stage.judges_pictures)

    @property
    def checks(self) -> tuple[tuple[str, Check], ...]:
        """Return the name and the free check of each service, in the order in which jobs need them."""
        stages = tuple((stage.name, stage.check) for stage in self.model_stages)
        return (*stages, ("rewriting", self.rewriter.check), *self._provider_checks())

    def _provider_checks(self) -> Iterator[tuple[str, Check]]:
        for accounts in self.accounts.values():
            labels = label_accounts([account.name for account in accounts])
            for account in accounts:
                label = labels[account.name]
                yield label, account.check if len(accounts) == 1 else _label_findings(account, label)


def _label_findings(account: Provider, label: str) -> Check:
    """Return the check of one of several keys, which says which of them it is about."""

    async def check() -> tuple[Finding, ...]:
        name = provider_of(account.name)
        return tuple(
            replace(
                finding,
                subject=finding.subject.replace(account.name, label),
                text=finding.text.replace(account.name, name),
                mend=finding.mend.replace(account.name, name),
            )
            for finding in await account.check()
        )

    return check


@asynccontextmanager
async def open_ai_services(settings: Settings, clock: Clock) -> AsyncIterator[AiServices]:
    """Build the AI services; those that ask one address with one key share a client.

    Raises:
        ConfigError: A model is named that nothing is known about, or a word list cannot be read.
    """
    async with AsyncExitStack() as stack:
        clients = OpenAiClients(stack)
        built = {
            name: tuple(
                BUILDERS[each.kind](ProviderInstance(name, each, settings, clock, stack, clients, account))
                for account, each in section.by_account(name).items()
            )
            for name, section in settings.all_providers.items()
        }
        key, base_url = settings.openai.api_key.get_secret_value(), settings.openai.base_url
        client = clients.open(key, base_url) if key else None
        rewriter, describer, model_stages = _build_text_models(settings, client, clock)
        matcher = await asyncio.to_thread(build_matcher, settings)
        yield AiServices(
            accounts=built,
            order=settings.drawing_order,
            rewriter=rewriter,
            matcher=matcher,
            model_stages=model_stages,
            notices=(_notice(settings, built),),
            visitor_notices=(_visitor_notice(settings, built),),
            models=_models(settings, built),
            describer=describer,
        )


def _models(settings: Settings, built: Mapping[str, tuple[Provider, ...]]) -> ImageModels:
    """Return what people may ask for: every provider under its name."""
    return ImageModels(
        tuple(
            ImageModelOffer(
                name=name,
                model=built[name][0].model,
                accounts=tuple(account.name for account in built[name]),
                about=section.about,
                weight=section.weight,
                tiers=section.allowed_tiers,
                on_request=name not in settings.drawing_order,
                most_inputs=built[name][0].abilities.most_inputs,
                lane=built[name][0].abilities.lane,
                draws_clear=built[name][0].abilities.draws_clear,
                takes_seed=built[name][0].abilities.takes_seed,
            )
            for name, section in settings.all_providers.items()
        )
    )


def build_matcher(settings: Settings, *more: Path) -> Matcher:
    """Return what finds the words of the lists that the settings choose, and of the files in `more`.

    Raises:
        ConfigError: A list cannot be read, or one of its patterns is none.
    """
    guard = settings.guard
    own = (*(Path(file).expanduser() for file in guard.lists), *more)
    return Matcher(choose_lists(starter=guard.use_default_blocklist, phrases=guard.blocked, own=own))


def call_limits(settings: Settings) -> dict[str, CallLimits]:
    """Return how much each provider may be asked at once and how often, where that is bounded."""
    limits = {
        name: CallLimits(at_once=section.calls_at_once or None, per_minute=section.calls_per_minute or None)
        for name, section in settings.all_providers.items()
    }
    return {name: limit for name, limit in limits.items() if limit != CallLimits()}


def _build_text_models(
    settings: Settings, client: "OpenAiClient | None", clock: Clock
) -> tuple[Rewriter, Describer | None, tuple[ModelStage, ...]]:
    """Return the rewriter, what describes pictures, and the judging models; without a key nothing leaves this machine."""
    if client is None or settings.drawing_order == ("offline",):
        return PlainRewriter(), None, ()
    from bot.providers.openai.client import is_openai_itself
    from bot.providers.openai.describer import OpenAiDescriber
    from bot.providers.openai.models import text_model
    from bot.providers.openai.moderation import OpenAiModeration
    from bot.providers.openai.rewriter import OpenAiRewriter
    from bot.providers.openai.unsupported_parameters import UnsupportedParameters

    rewriting, moderation = settings.rewriting.model, settings.guard.moderation_model
    unsupported = UnsupportedParameters("rewriter", settings.openai.leave_out)
    rewriter: Rewriter = PlainRewriter()
    describer: Describer | None = None
    if rewriting:
        is_pinned = settings.rewriting.pin_model or not is_openai_itself(client)
        chosen = OpenAiRewriter(client, text_model(rewriting), clock=clock, unsupported=unsupported, is_pinned=is_pinned)
        rewriter, describer = chosen, OpenAiDescriber(client, chosen)
    stage = OpenAiModeration(client, moderation, judges_pictures=settings.guard.moderate_pictures)
    return rewriter, describer, (stage,) if moderation else ()


def _notice(settings: Settings, built: Mapping[str, tuple[Provider, ...]]) -> str:
    """Return which provider draws and why."""
    first = settings.drawing_order[0]
    why = reason_to_draw(settings, first)
    if settings.all_providers[first].kind == "offline":
        return f"Pictures are offline previews, because {why}. Set OPENAI_API_KEY to have a model draw them."
    return f"Pictures are drawn by {built[first][0].model}, because {why}."


def _visitor_notice(settings: Settings, built: Mapping[str, tuple[Provider, ...]]) -> str:
    """Return what draws, without the settings, which mean nothing to visitors."""
    first = settings.drawing_order[0]
    if settings.all_providers[first].kind == "offline":
        return "Pictures are offline previews, drawn by a program without AI."
    return f"Pictures are drawn by {built[first][0].model}."
