"""All settings together, and the checks that they fit together."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, PrivateAttr, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.config.discord_settings import DiscordSettings
from bot.config.engine_settings import EngineSettings
from bot.config.field_types import Folder, SettingsConflict, Slug, TextList, echo
from bot.config.model_settings import ModelSettings
from bot.config.monitoring_settings import MonitoringSettings
from bot.config.provenance_settings import ProvenanceSettings
from bot.config.provider_section import ProviderSettings, RemoteProviderSettings
from bot.config.provider_settings import (
    RESERVED_NAMES,
    AnyProviderSettings,
    OfflineProviderSettings,
    OpenAiAccountSettings,
    OpenAiSettings,
)
from bot.config.retention_settings import RetentionSettings
from bot.config.sections import (
    BudgetSettings,
    BurstSettings,
    DrawingSettings,
    GallerySettings,
    GuardSettings,
    MembershipSettings,
    ObjectsSettings,
    QuotasSettings,
    RecordsSettings,
    RewritingSettings,
    WebSettings,
    WorkerSettings,
)
from bot.config.slack_settings import SlackSettings
from bot.domain.images import Quality
from bot.text import join_words, suggest

PLATFORMS = ("web", "terminal", "discord", "slack")
BUILT_IN_PROVIDERS = ("openai", "offline")
"""What `[drawing] providers` can name without a section below `[providers]`."""


class Settings(BaseSettings):
    """Everything that can be set. `load` reads it; called by itself it gives defaults and what it is handed, nothing else."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, validate_default=True)

    data_dir: Folder = Path("data")
    owners: TextList = ()
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "console", "json"] = "auto"
    web: WebSettings = WebSettings()
    records: RecordsSettings = RecordsSettings()
    objects: ObjectsSettings = ObjectsSettings()
    quotas: QuotasSettings = QuotasSettings()
    budget: BudgetSettings = BudgetSettings()
    bursts: BurstSettings = BurstSettings()
    membership: MembershipSettings = MembershipSettings()
    drawing: DrawingSettings = DrawingSettings()
    openai: OpenAiSettings = OpenAiSettings()
    providers: Mapping[Slug, AnyProviderSettings] = Field(default_factory=dict)
    rewriting: RewritingSettings = RewritingSettings()
    guard: GuardSettings = GuardSettings()
    engine: EngineSettings = EngineSettings()
    worker: WorkerSettings = WorkerSettings()
    gallery: GallerySettings = GallerySettings()
    retention: RetentionSettings = RetentionSettings()
    provenance: ProvenanceSettings = ProvenanceSettings()
    models: Mapping[str, ModelSettings] = Field(default_factory=dict)
    monitoring: MonitoringSettings = MonitoringSettings()
    discord: DiscordSettings = DiscordSettings()
    slack: SlackSettings = SlackSettings()

    _outdated: tuple[str, ...] = PrivateAttr(())

    @property
    def outdated(self) -> tuple[str, ...]:
        """Return a sentence for each setting that was found under an old name."""
        return self._outdated

    def note_outdated(self, sentences: tuple[str, ...]) -> None:
        """Note what `load` found under old names."""
        self._outdated = sentences

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the base class's signature
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - never the environment behind the caller's back
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - see above
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - see above
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return the sources that the constructor is given; `load` passes its own."""
        return (init_settings,)

    @model_validator(mode="after")
    def _check_consistency(self) -> Self:
        problems = [
            *self._provider_problems(),
            *self._tier_problems(),
            *self._community_problems(),
            *self._discord_problems(),
            *self._slack_problems(),
        ]
        if problems:
            raise SettingsConflict("\n".join(problems))
        return self

    def _provider_problems(self) -> Iterator[str]:
        order, known = self.drawing.providers, [*BUILT_IN_PROVIDERS, *self.providers]
        for name in order:
            if name not in known:
                yield f"[drawing] providers can be {join_words(known)}, not {echo(name)}.{suggest(name, known)}"
        for name in order:
            if name in self.providers and self.providers[name].is_relaxed:
                yield (
                    f"[drawing] providers names {name}, which draws in the relaxed lane: leave it out. "
                    "Whoever asks for that lane gets it all the same."
                )
        if len(set(order)) < len(order):
            yield "[drawing] providers names one twice: keep the first."
        if "openai" in order and not self.openai.api_key:
            yield (
                "[drawing] providers names openai but there is no key: set OPENAI_API_KEY, or [openai] api_key "
                "(for a gateway that asks for none, any word will do)."
            )
        for name, section in self.providers.items():
            yield from self._problems_of_provider(name, section)

    def _problems_of_provider(self, name: str, section: ProviderSettings) -> Iterator[str]:
        if name in RESERVED_NAMES:
            yield f"[providers.{name}] needs another name: {RESERVED_NAMES[name]}."
        if isinstance(section, RemoteProviderSettings) and section.api_key and section.api_keys:
            yield f"[providers.{name}] api_key and api_keys are both set: put all keys into api_keys, or take it out."
        tiers = list(self.quotas.tiers)
        for tier in section.tiers:
            if tier not in tiers:
                yield f"[providers.{name}] tiers can be {join_words(tiers)}, not {echo(tier)}.{suggest(tier, tiers)}"
        if (
            isinstance(section, OpenAiAccountSettings)
            and not (section.api_key or section.api_keys)
            and (section.base_url or not self.openai.api_key)
        ):
            yield (
                f"[providers.{name}] api_key is missing: set it, or EASEL_PROVIDERS__{name.upper()}__API_KEY "
                "(for a gateway that asks for none, any word will do)."
            )

    def _tier_problems(self) -> Iterator[str]:
        if (tier := self.membership.tier) not in self.quotas.tiers:
            known = list(self.quotas.tiers)
            yield f"[membership] tier can be {join_words(known)}, not {echo(tier)}.{suggest(tier, known)}"
        yield from _unknown_names("[quotas.first_tier]", self.quotas.first_tier, PLATFORMS, "platforms")
        tiers = tuple(self.quotas.tiers)
        yield from _unknown_names("[worker.slots]", self.worker.slots, tiers, "tiers of [quotas.tiers]")
        for platform, tier in self.quotas.first_tier.items():
            if tier not in tiers:
                known = list(tiers)
                yield f"[quotas.first_tier] {platform} can be {join_words(known)}, not {echo(tier)}.{suggest(tier, known)}"

        for bought, tier in self.quotas.purchases.items():
            if tier not in tiers:
                known = list(tiers)
                yield f"[quotas.purchases] {echo(bought)} can be {join_words(known)}, not {echo(tier)}.{suggest(tier, known)}"

    def _community_problems(self) -> Iterator[str]:
        communities = self.quotas.communities
        if communities and not self.quotas.parts_tenants:
            yield "[quotas.communities] needs [quotas] parts_tenants = true: else all servers are one community anyway."
        tenants = [tenant for found in communities.values() for tenant in found]
        for name, found in communities.items():
            for tenant in found:
                platform, _, id_ = tenant.partition(":")
                if platform not in PLATFORMS or not id_ or ":" in id_:
                    yield (
                        f"[quotas.communities] {name} takes servers and workspaces such as discord:123456789012345678 "
                        f"or slack:T0123ABCD, not {echo(tenant)}."
                    )
        for tenant in sorted({tenant for tenant in tenants if tenants.count(tenant) > 1}):
            yield f"[quotas.communities] names {echo(tenant)} twice: it can be in one community only."

    def _discord_problems(self) -> Iterator[str]:
        if self.discord.pictures == "link" and not self._originals_are_public:
            yield (
                '[discord] pictures = "link" needs [web] public_url or [objects] public_url to begin with https://: '
                "Discord fetches the pictures there."
            )

    @property
    def _originals_are_public(self) -> bool:
        """Whether the address of every original begins with https://, so that a platform fetches it."""
        store = self.objects.public_url if self.objects.redirect else ""
        return (self.web.reachable_url or store).startswith("https://")

    def _slack_problems(self) -> Iterator[str]:
        if self.slack.pictures == "link" and not self._originals_are_public:
            yield (
                '[slack] pictures = "link" needs [web] public_url or [objects] public_url to begin with https://: '
                "Slack fetches the pictures there."
            )
        if self.slack.client_id and not self.web.public_url:
            yield "[slack] client_id needs [web] public_url: workspaces install easel at /slack/install there."
        elif self.slack.is_by_http and not self.web.public_url:
            yield "[slack] without app_token Slack sends everything by HTTP, so [web] public_url has to say where it finds easel."

    @property
    def home(self) -> Path:
        """Return the data folder, from the root."""
        return self.data_dir.absolute()

    @property
    def records_url(self) -> str:
        """Return where the database is."""
        return self.records.url.get_secret_value() or f"sqlite+aiosqlite:///{self.home / 'easel.db'}"

    @property
    def objects_url(self) -> str:
        """Return where pictures are kept."""
        return self.objects.url or f"file:{self.home / 'pictures'}"

    @property
    def pictures_folder(self) -> Path | None:
        """Return the folder of the pictures; None when they are not on a disk."""
        if not self.objects_url.startswith("file:"):
            return None
        path = self.objects_url.removeprefix("file:")
        return Path("/" + path.lstrip("/") if path.startswith("//") else path).expanduser().absolute()

    @property
    def drawing_order(self) -> tuple[str, ...]:
        """Return which providers draw, first choice first."""
        own = ("openai",) if self.openai.api_key else ()
        at_once = [name for name, section in self.providers.items() if not section.is_relaxed]
        return self.drawing.providers or (*own, *at_once) or ("offline",)

    @property
    def all_providers(self) -> dict[str, ProviderSettings]:
        """Return every provider's settings by its name: first those of the order, then those that draw only when asked for."""
        built_in: dict[str, ProviderSettings] = {"openai": self.openai.provider, "offline": OfflineProviderSettings()}
        known = {**built_in, **self.providers}
        names = dict.fromkeys((*self.drawing_order, *self.providers))
        return {name: known[name] for name in names}

    def time_limits(self, provider: ProviderSettings) -> dict[Quality, timedelta]:
        """Return how long one call to a provider may take, by quality."""
        return {**self.drawing.timeout_by_quality, **provider.timeouts.by_quality}


def _unknown_names(table: str, names: Iterable[str], known: tuple[str, ...], what: str) -> Iterator[str]:
    for name in names:
        if name not in known:
            yield f"{table} {echo(name)} is not one of the {what}: {join_words(list(known))}.{suggest(name, list(known))}"
