"""The webhook by which Stripe reports payments."""

from bot.adapters.stripe import PATH
from bot.app.chat_platforms import WebExtension
from bot.app.foundation import Foundation
from bot.domain.people import Tier
from bot.errors import ConfigError
from storage.sql.billing import SqlBilling


def open_billing(base: Foundation) -> WebExtension:
    """Return the routes of Stripe's webhook; none where no secret is set.

    Raises:
        ConfigError: Its package is not installed.
    """
    chosen = base.settings.membership
    if not chosen.stripe_secret:
        return WebExtension()
    try:
        from bot.adapters.stripe.webhook import StripeWebhook
    except ImportError as error:
        raise ConfigError(
            "[membership] stripe_secret is set, which needs one more package: pip install easel[stripe]."
        ) from error
    billing = SqlBilling(base.database, base.clock, base.ids, Tier(chosen.tier))
    endpoint = StripeWebhook(chosen.stripe_secret.get_secret_value(), billing=billing, accepts=frozenset(chosen.accepts))
    return WebExtension((endpoint.routes(),), frozenset({PATH}))
