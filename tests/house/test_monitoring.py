"""Does everything that people read about metrics speak of metrics that exist?"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest

from bot.adapters.monitoring.backlog_metrics import BacklogMetrics
from bot.adapters.monitoring.prometheus import PrometheusObserver, build_registry
from tests.fakes.backlog import MemoryBacklog
from tests.fakes.clock import StoppedClock

ROOT = Path(__file__).parents[2]


DASHBOARD = ROOT / "deploy/grafana/easel.json"
_SUFFIXES = {"counter": "_total", "info": "_info"}
_OF_PROMETHEUS = {"job", "instance", "le"}
"""Labels that whoever scrapes adds, and that histograms have."""


def build_metrics() -> CollectorRegistry:
    """Return everything that a process may tell."""
    registry = build_registry("1.2.3", "worker")
    PrometheusObserver(registry)
    registry.register(BacklogMetrics(MemoryBacklog(), StoppedClock(), tiers=(), leads=lambda: True))
    return registry


def declared_metrics() -> dict[str, set[str]]:
    """Return the metrics of easel's own, by the names that they are told under, with their labels."""
    found = {}
    for collector in build_metrics()._collector_to_names:
        for family in collector.describe() if hasattr(collector, "describe") else ():
            name = f"{family.name}{_SUFFIXES.get(family.type, '')}"
            labels = getattr(collector, "_labelnames", ()) or getattr(family, "_labelnames", ())
            found[name] = set(labels) or ({"version", "role"} if family.type == "info" else set())
    return found


def queries() -> Iterator[str]:
    """Yield every query of the dashboard, those of its variables too."""
    dashboard = json.loads(DASHBOARD.read_text())
    for panel in dashboard["panels"]:
        yield from (target["expr"] for target in panel.get("targets", ()))
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["query"]["query"]


def metrics_of(query: str) -> set[str]:
    """Return the metrics that a query reads, a histogram by its own name."""
    named = re.findall(r"\b(?:easel|process)_\w+", query)
    return {re.sub(r"(_duration_seconds)_(bucket|sum|count)$", r"\1", name) for name in named}


def labels_of(query: str) -> set[str]:
    """Return the labels that a query selects or sums by."""
    grouped = re.findall(r"\bby \(([^)]*)\)", query)
    selected = re.findall(r"(\w+)\s*=~?\s*\"", query)
    return {label.strip() for labels in grouped for label in labels.split(",")} | set(selected)


def test_every_query_of_the_dashboard_reads_metrics_that_exist() -> None:
    """By labels that they have: a panel that is empty looks like a house that is well."""
    declared = declared_metrics()
    of_process = set(re.findall(r"^(process_\w+)", generate_latest(build_metrics()).decode(), re.MULTILINE))
    found = list(queries())
    assert len(found) > 25
    for query in found:
        read = metrics_of(query)
        assert read, query
        assert read <= declared.keys() | of_process, query
        assert labels_of(query) <= _OF_PROMETHEUS.union(*(declared.get(name, set()) for name in read)), query


def test_the_dashboard_shows_every_metric() -> None:
    """What nobody sees nobody misses."""
    assert {name for query in queries() for name in metrics_of(query) if name.startswith("easel_")} == set(declared_metrics())


def test_the_dashboard_is_one_that_grafana_takes_anywhere() -> None:
    """It asks for a data source and names none, and no two panels are the same one or lie over each other."""
    dashboard: dict[str, Any] = json.loads(DASHBOARD.read_text())
    assert dashboard.keys() >= {"title", "uid", "panels", "templating", "time", "schemaVersion"}
    assert "id" not in dashboard
    panels = dashboard["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    sources = {panel["datasource"]["uid"] for panel in panels if panel["type"] != "row"}
    assert sources == {"${datasource}"}
    cells = [
        (x, y)
        for panel in panels
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(set(cells)) == len(cells)
    assert max(x for x, _ in cells) < 24


def test_operations_explain_every_metric_and_no_other() -> None:
    """What each tells, when to worry, and what to do: an alarm without that wakes somebody for nothing."""
    page = (ROOT / "docs/operations.md").read_text()
    table = page.partition("| metric | what it tells |")[2].partition("\n\n")[0]
    rows = [line.split(" | ") for line in table.splitlines()[2:]]
    assert {name for row in rows for name in re.findall(r"easel_\w+", row[0])} == set(declared_metrics())
    assert [row for row in rows if len(row) != 4] == []
