"""Validation of members sent to the API."""

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from handlers.standins.mailchimp.account import ListState, StoredMergeField
from handlers.standins.mailchimp.api.problems import ProblemResponse, invalid
from handlers.standins.mailchimp.rules import Rules
from handlers.standins.types import Json

NEW_STATUSES = ("subscribed", "unsubscribed", "cleaned", "pending", "transactional")
PATCH_STATUSES = NEW_STATUSES[:-1]

_TYPES: dict[str, tuple[type, str]] = {
    "email_address": (str, "string"),
    "email_type": (str, "string"),
    "status": (str, "string"),
    "status_if_new": (str, "string"),
    "merge_fields": (dict, "object"),
    "interests": (dict, "object"),
    "language": (str, "string"),
    "vip": (bool, "boolean"),
    "location": (dict, "object"),
    "marketing_permissions": (list, "array"),
    "ip_signup": (str, "string"),
    "timestamp_signup": (str, "string"),
    "ip_opt": (str, "string"),
    "timestamp_opt": (str, "string"),
    "tags": (list, "array"),
}
_ADDRESS = re.compile(r"[^\s@,;<>()\[\]\"\\]+@(?:[\w](?:[\w-]*[\w])?\.)+[^\W\d_][\w-]+")


def check_types(document: Json, statuses: tuple[str, ...], required: tuple[str, ...] = ()) -> None:
    """Raises ProblemResponse 400 with every error, by field."""
    errors = {name: "This value should not be blank." for name in required if not document.get(name)}
    for name, (kind, type_name) in _TYPES.items():
        value = document.get(name)
        if name in document and not isinstance(value, kind):
            actual = "NULL" if value is None else type(value).__name__
            errors[name] = f"Schema describes {type_name}, {actual} found instead"
    for name in ("status", "status_if_new"):
        if name not in errors and name in document and document[name] not in statuses:
            errors[name] = "The value you selected is not a valid choice."
    for name in ("timestamp_signup", "timestamp_opt"):
        if name not in errors and document.get(name) and parse_time(document[name]) is None:
            errors[name] = "This value is not a valid datetime."
    if document.get("email_type", "html") not in {"html", "text", ""} and "email_type" not in errors:
        errors["email_type"] = "The value you selected is not a valid choice."
    if errors:
        raise invalid(errors=errors)


def check_address(address: str, rules: Rules) -> None:
    """Raises ProblemResponse 400 for an invalid or fake address."""
    if len(address) > 254 or _ADDRESS.fullmatch(address) is None:
        raise invalid("Please provide a valid email address.")
    if address.lower().partition("@")[2] in rules.fake_domains:
        raise invalid(f"{address} looks fake or invalid, please enter a real email address.")


def check_merge_fields(
    audience: ListState, values: Mapping[str, Any], *, all_required: bool, kept: Collection[str] = ()
) -> None:
    """Raises ProblemResponse 400. Unknown tags are ignored.

    `all_required`: required fields must be present, here or among `kept`, the tags that the member has values of.
    """
    errors = {}
    for field in audience.merge_fields:
        value = values.get(field.tag, "" if all_required and field.tag not in kept else None)
        if value is None:
            continue
        message = _merge_field_error(field, value)
        if message:
            errors[field.tag] = message
    if errors:
        raise ProblemResponse(400, "Invalid Resource", "Your merge fields were invalid.", errors)


def permissions_after(audience: ListState, before: frozenset[str], sent: list[Any]) -> frozenset[str]:
    """Applies sent marketing permissions. Raises ProblemResponse 400 for an id of another audience."""
    enabled = set(before)
    for number, permission in enumerate(sent):
        name = f"marketing_permissions.{number}"
        if not isinstance(permission, dict) or not isinstance(permission.get("enabled"), bool):
            raise invalid(errors={name: "Schema describes object with marketing_permission_id and enabled"})
        key = permission.get("marketing_permission_id")
        if not isinstance(key, str) or key not in audience.permissions:
            raise invalid(errors={f"{name}.marketing_permission_id": "Invalid marketing permission ID."})
        (enabled.add if permission["enabled"] else enabled.discard)(key)
    return frozenset(enabled)


def interests_after(audience: ListState, before: frozenset[str], sent: Json) -> frozenset[str]:
    """Applies sent groups. Raises ProblemResponse 400 for an id of another audience."""
    interests = set(before)
    for key, is_in in sent.items():
        if key not in audience.interests or not isinstance(is_in, bool):
            raise invalid(errors={f"interests.{key}": "Invalid interest ID."})
        (interests.add if is_in else interests.discard)(key)
    return frozenset(interests)


def parse_time(text: str) -> int | None:
    """Seconds since the epoch; `2026-11-24 09:30:00` is allowed too, as UTC. None when it is not a time."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return int((time if time.tzinfo else datetime.fromisoformat(f"{time.isoformat()}+00:00")).timestamp())


_PATTERNS = {
    "date": (
        r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}/\d{1,2}/\d{4}",
        "Please enter a date as YYYY-MM-DD or MM/DD/YYYY",
    ),
    "birthday": (r"\d{1,2}/\d{1,2}", "Please enter a month (01-12) and a day (01-31)"),
    "zip": (r"\d{5}(-\d{4})?", "Please enter a valid zip code"),
    "url": (r"https?://\S+", "Please enter a valid URL"),
    "imageurl": (r"https?://\S+", "Please enter a valid URL"),
}


def _merge_field_error(field: StoredMergeField, value: Any) -> str:
    if value in ("", None, {}):
        return "Please enter a value" if field.required else ""
    if field.kind == "address":
        parts = value if isinstance(value, dict) else {}
        complete = all(parts.get(part) for part in ("addr1", "city", "state", "zip"))
        return "" if complete else "Please enter a complete address"
    if isinstance(value, dict | list):
        return "Data did not match any of the schemas described in anyOf."
    if field.kind == "number":
        return "" if re.fullmatch(r"-?\d+(\.\d+)?", str(value)) else "Please enter a number"
    if field.choices and value not in field.choices:
        return f"Value must be one of: {', '.join(field.choices)} (not '{value}')"
    pattern, message = _PATTERNS.get(field.kind, ("(?s:.*)", ""))
    return "" if re.fullmatch(pattern, str(value)) else message
