"""Trims Mailchimp's official specification to the calls that the client makes.

    python -m tests.tools.trim_specification audience-swagger2-3.0.55.json > tests/storage/mailchimp/api/calls.json

Kept of each call: its parameters, the schema of its body, and the names in its answer.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CALLS = """
GET /
GET /lists
GET /lists/{list_id}
GET /lists/{list_id}/merge-fields
GET /lists/{list_id}/members
GET /lists/{list_id}/members/{subscriber_hash}
PUT /lists/{list_id}/members/{subscriber_hash}
PATCH /lists/{list_id}/members/{subscriber_hash}
DELETE /lists/{list_id}/members/{subscriber_hash}
GET /lists/{list_id}/members/{subscriber_hash}/tags
POST /lists/{list_id}/members/{subscriber_hash}/tags
GET /lists/{list_id}/members/{subscriber_hash}/activity-feed
GET /lists/{list_id}/abuse-reports
POST /batches
GET /batches
GET /batches/{batch_id}
GET /lists/{list_id}/webhooks
POST /lists/{list_id}/webhooks
"""
KEPT = ("type", "enum", "required", "format", "maximum")


def main(path: str) -> None:
    paths = json.loads(Path(path).read_text())["paths"]
    calls = {}
    for call in CALLS.split("\n"):
        if call:
            method, path = call.split()
            calls[call] = _call(paths[path][method.lower()])
    json.dump(calls, sys.stdout, indent=1, sort_keys=True)
    print()


def _call(operation: Any) -> dict[str, object]:
    parameters = operation.get("parameters", [])
    bodies = [each["schema"] for each in parameters if each["in"] == "body"]
    return {
        "query": {each["name"]: _schema(each) for each in parameters if each["in"] == "query"},
        "body": _schema(bodies[0]) if bodies else None,
        "answer": sorted(_names(operation["responses"].get("200", {}).get("schema", {}))),
    }


def _schema(schema: Any) -> dict[str, object]:
    """Strict: an object takes no name beyond its own, unless the specification says so."""
    kept = {name: schema[name] for name in KEPT if not isinstance(schema.get(name, False), bool)}
    if "items" in schema:
        kept["items"] = _schema(schema["items"])
    if "properties" in schema:
        kept["properties"] = {name: _schema(each) for name, each in schema["properties"].items()}
        kept["additionalProperties"] = False
    return kept


def _names(schema: Any, before: str = "") -> Iterator[str]:
    """With dots, as `fields` names them."""
    schema = schema.get("items", schema)
    for each in schema.get("x-oneOf", [schema]):
        for name, inside in each.get("properties", {}).items():
            if name != "_links":
                yield before + name
                yield from _names(inside, f"{before}{name}.")


if __name__ == "__main__":
    main(sys.argv[1])
