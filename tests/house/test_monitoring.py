"""Does everything that people read about metrics speak of metrics that exist?"""

import re
from pathlib import Path

from bot.adapters.monitoring.backlog_metrics import BacklogMetrics
from bot.adapters.monitoring.prometheus import PrometheusObserver, build_registry
from tests.fakes.backlog import MemoryBacklog
from tests.fakes.clock import StoppedClock

ROOT = Path(__file__).parents[2]


def declared_metrics() -> set[str]:
    """Return the metrics of easel's own, by the names that they are told under."""
    registry = build_registry("1.2.3", "worker")
    PrometheusObserver(registry)
    registry.register(BacklogMetrics(MemoryBacklog(), StoppedClock(), tiers=(), leads=lambda: True))
    described = [collector.describe() for collector in registry._collector_to_names if hasattr(collector, "describe")]
    suffix = {"counter": "_total", "info": "_info"}
    return {f"{one.name}{suffix.get(one.type, '')}" for families in described for one in families}


def test_operations_explain_every_metric_and_no_other() -> None:
    """What each tells, when to worry, and what to do: an alarm without that wakes somebody for nothing."""
    page = (ROOT / "docs/operations.md").read_text()
    table = page.partition("| metric | what it tells |")[2].partition("\n\n")[0]
    rows = [line.split(" | ") for line in table.splitlines()[2:]]
    assert {name for row in rows for name in re.findall(r"easel_\w+", row[0])} == declared_metrics()
    assert [row for row in rows if len(row) != 4] == []
