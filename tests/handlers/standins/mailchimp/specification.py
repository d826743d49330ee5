"""The parts of the official specification of Mailchimp's API that the stand-in answers to.

`python -m tests.handlers.standins.mailchimp.specification SWAGGER` trims the official file (Swagger 2, the Marketing API,
3.0.55) to them anew. The tests read the trimmed one.
"""

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import jsonschema

from handlers.standins.mailchimp.account import RecordedRequest

TRIMMED = Path(__file__).with_name("specification.json")
MEMBER = "/lists/{list_id}/members/{subscriber_hash}"
OPERATIONS = {
    "/ping": ["get"],
    "/": ["get"],
    "/lists": ["get"],
    "/lists/{list_id}": ["get", "post"],
    "/lists/{list_id}/members": ["get", "post"],
    MEMBER: ["get", "put", "patch", "delete"],
    f"{MEMBER}/tags": ["get", "post"],
    f"{MEMBER}/activity-feed": ["get"],
    f"{MEMBER}/activity": ["get"],
    "/lists/{list_id}/merge-fields": ["get"],
    "/lists/{list_id}/abuse-reports": ["get"],
    "/reports/{campaign_id}/email-activity": ["get"],
    "/lists/{list_id}/webhooks": ["get", "post"],
    "/lists/{list_id}/webhooks/{webhook_id}": ["delete"],
    "/batches": ["get", "post"],
    "/batches/{batch_id}": ["get"],
}
KEPT = {"type", "enum", "required", "maximum", "minimum", "format"}

Json = dict[str, Any]


def trim(swagger: Json) -> Json:
    """Schemas of the bodies, the parameters in the query, and the answers, by path and method."""
    return {
        path: {method: _operation(swagger["paths"][path][method]) for method in methods}
        for path, methods in OPERATIONS.items()
    }


class Specification:
    def __init__(self) -> None:
        self._operations: Json = json.loads(TRIMMED.read_text())

    def names(self) -> set[tuple[str, str]]:
        """Method and path of every operation."""
        return {(method, path) for path, methods in self._operations.items() for method in methods}

    def check_answer(self, method: str, path: str, status: int, document: Any) -> None:
        """Raises jsonschema.ValidationError. A property that the specification doesn't have is an error too."""
        answers = self._operations[path][method]["answers"]
        schema = answers.get(str(status)) or answers["default"]
        strict = str(status) in answers
        jsonschema.validate(document, _closed(schema) if strict else schema)

    def accepts(self, method: str, path: str, query: dict[str, str], body: Any) -> bool:
        """Whether a request is one that the specification allows."""
        try:
            operation = self._operations[path][method]
            jsonschema.validate(body, _closed(operation["body"]))
            for name, value in query.items():
                known = operation["query"][name]
                jsonschema.validate(_READ.get(known.get("type", ""), str)(value), known)
        except (jsonschema.ValidationError, KeyError, ValueError):
            return False
        return True

    def not_allowed(self, requests: Iterable[RecordedRequest]) -> set[str]:
        """Those that the specification does not allow, those within batches too: method, path, query and body."""
        asked = {
            json.dumps((one.method.lower(), self._operation_of(one.path), one.query, one.body))
            for call in requests
            for one in (call, *_within(call))
        }
        return {one for one in asked if not self.accepts(*json.loads(one))}

    def _operation_of(self, path: str) -> str:
        fitting = (
            known for known in self._operations if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", known), path)
        )
        return next(fitting, path)


_READ: dict[str, Callable[[str], object]] = {"integer": int, "boolean": json.loads}


def _within(call: RecordedRequest) -> Iterator[RecordedRequest]:
    """The operations of a batch."""
    if call.path == "/batches" and isinstance(call.body, dict):
        for one in call.body["operations"]:
            body = json.loads(one["body"]) if "body" in one else None
            yield RecordedRequest(one["method"], one["path"], one.get("params", {}), body, call.at, 1)


def _operation(operation: Json) -> Json:
    parameters = operation.get("parameters", [])
    bodies = [_schema(one["schema"]) for one in parameters if one["in"] == "body"]
    return {
        "body": bodies[0] if bodies else {},
        "query": {one["name"]: _schema(one) for one in parameters if one["in"] == "query"},
        "answers": {
            status: _schema(answer["schema"])
            for status, answer in operation["responses"].items()
            if "schema" in answer
        },
    }


def _schema(schema: Json) -> Json:
    """Without what only people read. Arrays in a query are lists by commas, so text."""
    if "x-oneOf" in schema:
        return {"anyOf": [_schema(one) for one in schema["x-oneOf"]]}
    if schema.get("in") == "query" and schema.get("type") == "array":
        return {"type": "string"}
    kept: Json = {name: value for name, value in schema.items() if name in KEPT}
    if isinstance(kept.get("required"), bool):
        del kept["required"]
    if "properties" in schema:
        kept["properties"] = {name: _schema(one) for name, one in schema["properties"].items()}
    if isinstance(schema.get("items"), dict):
        kept["items"] = _schema(schema["items"])
    if isinstance(schema.get("additionalProperties"), dict):
        kept["additionalProperties"] = _schema(schema["additionalProperties"])
    return kept


def _closed(schema: Json) -> Json:
    closed = dict(schema)
    if "properties" in schema:
        closed["properties"] = {name: _closed(one) for name, one in schema["properties"].items()}
        closed.setdefault("additionalProperties", False)
    if "items" in schema:
        closed["items"] = _closed(schema["items"])
    if "anyOf" in schema:
        closed["anyOf"] = [_closed(one) for one in schema["anyOf"]]
    return closed


if __name__ == "__main__":
    TRIMMED.write_text(json.dumps(trim(json.loads(Path(sys.argv[1]).read_text())), indent=1) + "\n")
