"""The tables, once for every engine; take `metadata` from here, where all of them are known."""

from storage.schema import (
    accounts,
    batches,
    billing,
    cases,
    collections,
    inputs,
    jobs,
    messages,
    privacy,
    quotas,
    refusals,
    removals,
    sanctions,
    shares,
    templates,
)
from storage.schema.base import metadata

__all__ = [
    "accounts",
    "batches",
    "billing",
    "cases",
    "collections",
    "inputs",
    "jobs",
    "messages",
    "metadata",
    "privacy",
    "quotas",
    "refusals",
    "removals",
    "sanctions",
    "shares",
    "templates",
]
