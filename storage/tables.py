"""All tables together: who makes or compares them takes `metadata` from here, where each module of them is known."""

from storage import schema_access, schema_quotas
from storage.schema import metadata

__all__ = ["metadata", "schema_access", "schema_quotas"]
