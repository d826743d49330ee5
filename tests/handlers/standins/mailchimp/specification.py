"""The parts of Mailchimp's official API specification that the stand-in implements.

`python -m tests.handlers.standins.mailchimp.specification SWAGGER` trims the official file (Swagger 2, the Marketing API,
3.0.55) to them. The tests read the trimmed file.
"""

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
from jsonschema.exceptions import best_match
from jsonschema.protocols import Validator
from jsonschema.validators import validator_for

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
ARCHIVE_CONTACT = (
    "/audiences/{audience_id}/contacts/{contact_id}/actions/archive"  # newer than the specification
)
KEPT = {"type", "enum", "required", "maximum", "minimum", "format"}

Json = dict[str, Any]


def trim(swagger: Json) -> Json:
    """Schemas of bodies, query parameters and responses, by path and method."""
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
        """Raises jsonschema.ValidationError, also for properties that the specification doesn't have."""
        answers = self._operations[path][method]["answers"]
        schema = answers.get(str(status)) or answers["default"]
        strict = str(status) in answers
        _validate(document, _closed(schema) if strict else schema)

    def accepts(self, method: str, path: str, query: dict[str, str], body: Any) -> bool:
        """Whether a request is one that the specification allows."""
        if path == ARCHIVE_CONTACT:
            return (method, query, body) == ("post", {}, None)
        try:
            operation = self._operations[path][method]
            _validate(body, _closed(operation["body"]))
            for name, value in query.items():
                known = operation["query"][name]
                _validate(_READ.get(known.get("type", ""), str)(value), known)
        except (jsonschema.ValidationError, KeyError, ValueError):
            return False
        return True

    def not_allowed(self, requests: Iterable[RecordedRequest]) -> set[str]:
        """Requests, including those in batches, that the specification doesn't allow: method, path, query and body."""
        keys = {
            json.dumps(
                (request.method.lower(), self._operation_of(request.path), request.query, request.body)
            )
            for outer in requests
            for request in (outer, *_batched(outer))
        }
        return {key for key in keys if not self.accepts(*json.loads(key))}

    def _operation_of(self, path: str) -> str:
        templates = (*self._operations, ARCHIVE_CONTACT)
        matching = (
            template for template in templates if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path)
        )
        return next(matching, path)


def _validate(value: Any, schema: Json) -> None:
    """As `jsonschema.validate`, which checks the schema itself each time: half of the time of all validations."""
    error = best_match(_validator(json.dumps(schema)).iter_errors(value))
    if error is not None:
        raise error


@cache
def _validator(schema: str) -> Validator:
    loaded = json.loads(schema)
    kind = validator_for(loaded)
    kind.check_schema(loaded)
    return kind(loaded)


_READ: dict[str, Callable[[str], object]] = {"integer": int, "boolean": json.loads}


def _batched(request: RecordedRequest) -> Iterator[RecordedRequest]:
    """The operations of a batch."""
    if request.path == "/batches" and isinstance(request.body, dict):
        for operation in request.body["operations"]:
            body = json.loads(operation["body"]) if "body" in operation else None
            query = operation.get("params", {})
            yield RecordedRequest(operation["method"], operation["path"], query, body, request.at, 1)


def _operation(operation: Json) -> Json:
    parameters = operation.get("parameters", [])
    bodies = [_schema(parameter["schema"]) for parameter in parameters if parameter["in"] == "body"]
    return {
        "body": bodies[0] if bodies else {},
        "query": {
            parameter["name"]: _schema(parameter) for parameter in parameters if parameter["in"] == "query"
        },
        "answers": {
            status: _schema(answer["schema"])
            for status, answer in operation["responses"].items()
            if "schema" in answer
        },
    }


def _schema(schema: Json) -> Json:
    """A schema without its documentation. Arrays in a query are comma-separated, so strings."""
    if "x-oneOf" in schema:
        return {"anyOf": [_schema(option) for option in schema["x-oneOf"]]}
    if schema.get("in") == "query" and schema.get("type") == "array":
        return {"type": "string"}
    kept: Json = {name: value for name, value in schema.items() if name in KEPT}
    if isinstance(kept.get("required"), bool):
        del kept["required"]
    if "properties" in schema:
        kept["properties"] = {name: _schema(inner) for name, inner in schema["properties"].items()}
    if isinstance(schema.get("items"), dict):
        kept["items"] = _schema(schema["items"])
    if isinstance(schema.get("additionalProperties"), dict):
        kept["additionalProperties"] = _schema(schema["additionalProperties"])
    return kept


def _closed(schema: Json) -> Json:
    """A schema that allows no further properties."""
    closed = dict(schema)
    if "properties" in schema:
        closed["properties"] = {name: _closed(inner) for name, inner in schema["properties"].items()}
        closed.setdefault("additionalProperties", False)
    if "items" in schema:
        closed["items"] = _closed(schema["items"])
    if "anyOf" in schema:
        closed["anyOf"] = [_closed(option) for option in schema["anyOf"]]
    return closed


if __name__ == "__main__":
    TRIMMED.write_text(json.dumps(trim(json.loads(Path(sys.argv[1]).read_text())), indent=1) + "\n")
