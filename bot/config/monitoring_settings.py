"""The settings of what watches over the house, beside its logs and its metrics."""

from bot.config.field_types import NO_SECRET, Secret, Section, WebUrl


class MonitoringSettings(Section):
    """`[monitoring]`: where traces and reports of errors are sent; nowhere unless somebody says so."""

    otlp_url: WebUrl = ""
    sentry_dsn: Secret = NO_SECRET
