"""The webhook by which Stripe reports payments."""

from bot.adapters.stripe import PATH
from bot.app.chat_platforms import WebExtension
from bot.app.foundation import Foundation
from bot.errors import ConfigError


def open_billing(base: Foundation) -> WebExtension:
    """Return the routes of Stripe's webhook; none where no secret is set.

    Raises:
        ConfigError: Its package is not installed.
    """
    chosen, records = base.settings.membership, base.records
    if not chosen.stripe_secret:
        return WebExtension()
    try:
        from bot.adapters.stripe.webhook import StripeWebhook
    except ImportError as error:
        raise ConfigError(
            "[membership] stripe_secret is set, which needs one more package: pip install easel[stripe]."
        ) from error
    endpoint = StripeWebhook(chosen.stripe_secret.get_secret_value(), billing=records.billing, accepts=frozenset(chosen.accepts))
    return WebExtension((endpoint.routes(),), frozenset({PATH}))
