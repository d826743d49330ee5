"""What is documented of metrics, alerts and the dashboard is what the program has."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import CollectorRegistry
from prometheus_client.metrics import MetricWrapperBase

import handlers.serve  # noqa: F401  everything that `cleaned run` loads
from handlers.clock import utc_now
from handlers.web.health import Health
from handlers.web.metrics import DatabaseFigures, HealthFigures
from storage.core.database import Database

ROOT = Path(__file__).parents[1]
OPERATING = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((ROOT / "docs/monitoring/alerts.yml").read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
]
PANELS: list[dict[str, Any]] = json.loads(
    (ROOT / "docs/monitoring/dashboard.json").read_text(encoding="utf-8")
)["panels"]
QUERIES = {f"panel {each['title']}": target["expr"] for each in PANELS for target in each["targets"]} | {
    rule["alert"]: rule["expr"] for rule in RULES
}
FOREIGN = {
    "up": {"job", "instance"},
    "process_resident_memory_bytes": {"job", "instance"},
}  # Prometheus's own
FUNCTIONS = set(
    "sum max min by and or rate increase changes delta histogram_quantile clamp_min count without".split()
)
DURATION = re.compile(r"\d+[smhd]")


def counted() -> dict[str, tuple[str, set[str]]]:
    """The type and labels of what the modules of the program count, by name."""
    found: dict[str, tuple[str, set[str]]] = {}
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in ("bot", "handlers", "storage"):
            for value in vars(module).values():
                if isinstance(value, MetricWrapperBase):
                    suffix = "_total" if value._type == "counter" else ""
                    found[value._name + suffix] = (str(value._type), set(value._labelnames))
    return found


@pytest.fixture
def registered(database: Database) -> dict[str, tuple[str, set[str]]]:
    health = Health({"part": str})
    registry = CollectorRegistry()
    registry.register(HealthFigures(health))
    registry.register(DatabaseFigures(lambda: {"T1": database}, utc_now))
    collected: list[Any] = list(registry.collect())
    health.close()
    return counted() | {each.name: (each.type, set(each._labelnames)) for each in collected}


def base(name: str) -> str:
    return re.sub(r"_(bucket|sum|count)$", "", name)


def used(expression: str) -> set[str]:
    """The names of the metrics in an expression."""
    outside = re.sub(r"\{[^}]*\}|\[[^\]]*\]|\b(by|without) \([^)]*\)", "", expression)
    return {base(name) for name in re.findall(r"\b[a-z_][a-z0-9_]*\b", outside)} - FUNCTIONS


def labels_used(expression: str) -> set[str]:
    matchers = [
        name for inside in re.findall(r"\{([^}]*)\}", expression) for name in re.findall(r"(\w+)[=!]", inside)
    ]
    grouped = [
        name for names in re.findall(r"\bby \(([^)]*)\)", expression) for name in re.findall(r"\w+", names)
    ]
    return {*matchers, *grouped}


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_the_table_of_metrics_has_each_with_its_type_and_labels(registered: dict[str, tuple[str, set[str]]]):
    rows = re.findall(r"^\| `(cleaned_\w+)` \| (\w+) \| (.*?) ?\| .+ \|$", OPERATING, re.MULTILINE)
    assert {name: (kind, set(re.findall(r"\w+", labels))) for name, kind, labels in rows} == registered


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_alerts_and_dashboard_ask_for_metrics_and_labels_that_there_are(
    registered: dict[str, tuple[str, set[str]]],
):
    known = {name: labels for name, (_, labels) in registered.items()} | FOREIGN
    for name, expression in QUERIES.items():
        metrics = used(expression)
        assert metrics, name
        assert metrics <= known.keys(), name
        assert labels_used(expression) <= {"le", "instance"}.union(*(known[each] for each in metrics)), name
        for opening, closing in ("()", "{}", "[]"):
            assert expression.count(opening) == expression.count(closing), name
        assert all(DURATION.fullmatch(each) for each in re.findall(r"\[([^\]]*)\]", expression)), name
    shown = {metric for panel in PANELS for target in panel["targets"] for metric in used(target["expr"])}
    assert registered.keys() <= shown, "the dashboard shows them all"


def test_each_alert_has_its_form_and_tells_only_labels_that_are_left():
    assert len({rule["alert"] for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule.keys() - {"for"} == {"alert", "expr", "labels", "annotations"}
        assert rule["labels"].keys() == {"severity"}
        assert rule["annotations"].keys() == {"summary", "description"}
        assert DURATION.fullmatch(rule.get("for", "0m"))
        told = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["description"]))
        grouped = set(re.findall(r"\w+", " ".join(re.findall(r"\bby \(([^)]*)\)", rule["expr"]))))
        assert told <= grouped | set().union(*(FOREIGN.get(each, set()) for each in used(rule["expr"]))), (
            rule["alert"]
        )


def test_each_alert_is_documented_with_what_to_do():
    documented = re.findall(r"^\| `(Cleaned\w+)` \|", OPERATING, re.MULTILINE)
    assert documented == [rule["alert"] for rule in RULES]


def test_the_panels_of_the_dashboard_do_not_cover_each_other():
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in PANELS]
    assert len(set(places)) == len({panel["id"] for panel in PANELS}) == len(PANELS)
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in PANELS)
