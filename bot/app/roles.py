"""What one process of a house does: all of it, or a part that others share with it."""

from enum import StrEnum

from bot.config import Settings
from bot.errors import ConfigError
from bot.text import join_words, suggest


class Role(StrEnum):
    """The part of a process. The value is what one types after `easel`."""

    ALL = "run"
    GATEWAY = "gateway"
    WEB = "web"
    WORKER = "worker"

    @property
    def process_name(self) -> str:
        """Return what the process is called when it speaks of itself."""
        return "easel" if self is Role.ALL else f"easel {self}"

    @property
    def has_sockets(self) -> bool:
        """Whether it connects to chats, so that their commands arrive."""
        return self in {Role.ALL, Role.GATEWAY}

    @property
    def has_page(self) -> bool:
        """Whether it serves the page, and everything else that arrives by HTTP."""
        return self in {Role.ALL, Role.WEB}

    @property
    def has_work(self) -> bool:
        """Whether it draws and delivers."""
        return self in {Role.ALL, Role.WORKER}

    def check(self, settings: Settings) -> None:
        """Check that the settings let this role do something.

        Raises:
            ConfigError: They do not, with a sentence that says what to set.
        """
        if self is Role.ALL:
            return
        if not settings.engine.url:
            raise ConfigError(
                f"{self.process_name} is one of several processes, which meet in Redis, RabbitMQ or Kafka: "
                "set [engine] url, for example EASEL_ENGINE__URL=redis://127.0.0.1:6379/0, "
                "or start all of easel in one process with easel run."
            )
        if self is Role.GATEWAY and not self._has_chat(settings):
            raise ConfigError(
                "easel gateway has no chat to connect to: set DISCORD_TOKEN (with [discord] gateway = true) or SLACK_APP_TOKEN. "
                "What arrives by HTTP is easel web's part."
            )

    def _has_chat(self, settings: Settings) -> bool:
        has_discord = bool(settings.discord.token) and settings.discord.gateway
        return has_discord or (settings.slack.is_on and bool(settings.slack.app_token))


def with_slots(settings: Settings, slots: int, tiers: str) -> Settings:
    """Return the settings of a process that draws `slots` pictures of each tier at once, and only for `tiers`.

    They are separated by commas. 0 slots are those of the settings, and no tiers are all.

    Raises:
        ConfigError: There is no such tier.
    """
    known = {*settings.quotas.tiers, *settings.worker.slots}
    chosen = {name for part in tiers.split(",") if (name := part.strip())} or known
    for name in sorted(chosen - known):
        raise ConfigError(
            f"easel worker --tiers names “{name}”, which is no tier: "
            f"take {join_words(sorted(known))}, as [quotas.tiers] has them.{suggest(name, sorted(known))}"
        )
    least = min(settings.worker.slots.values())
    shares = {name: (slots or settings.worker.slots.get(name, least)) if name in chosen else 0 for name in known}
    return settings.model_copy(update={"worker": settings.worker.model_copy(update={"slots": shares})})
