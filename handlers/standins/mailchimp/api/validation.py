"""What the API refuses in a contact that is sent to it."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from handlers.standins.mailchimp.account import ListState, MergeField
from handlers.standins.mailchimp.api.problems import Json, Problem, invalid
from handlers.standins.mailchimp.rules import Rules

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


def check_types(document: Json, statuses: tuple[str, ...], needed: tuple[str, ...] = ()) -> None:
    """Raises Problem 400 with all that is wrong, by field."""
    errors = {name: "This value should not be blank." for name in needed if not document.get(name)}
    for name, (kind, called) in _TYPES.items():
        value = document.get(name)
        if name in document and not isinstance(value, kind):
            found = "NULL" if value is None else type(value).__name__
            errors[name] = f"Schema describes {called}, {found} found instead"
    for name in ("status", "status_if_new"):
        if name not in errors and name in document and document[name] not in statuses:
            errors[name] = "The value you selected is not a valid choice."
    for name in ("timestamp_signup", "timestamp_opt"):
        if name not in errors and document.get(name) and moment_of(document[name]) is None:
            errors[name] = "This value is not a valid datetime."
    if document.get("email_type", "html") not in {"html", "text", ""} and "email_type" not in errors:
        errors["email_type"] = "The value you selected is not a valid choice."
    if errors:
        raise invalid(errors=errors)


def check_address(address: str, rules: Rules) -> None:
    """Raises Problem 400 for what is no address, looks made up or was deleted for good."""
    if len(address) > 254 or _ADDRESS.fullmatch(address) is None:
        raise invalid("Please provide a valid email address.")
    if address.lower().partition("@")[2] in rules.fake_domains:
        raise invalid(f"{address} looks fake or invalid, please enter a real email address.")


def check_merge_fields(audience: ListState, values: Mapping[str, Any], *, all_required: bool) -> None:
    """`all_required`: the required ones must be there. Tags that the audience doesn't have are passed over."""
    errors = {}
    for field in audience.merge_fields:
        value = values.get(field.tag, "" if all_required else None)
        if value is None:
            continue
        wrong = _merge_problem(field, value)
        if wrong:
            errors[field.tag] = wrong
    if errors:
        raise Problem(400, "Invalid Resource", "Your merge fields were invalid.", errors)


def permissions_after(audience: ListState, before: frozenset[str], sent: list[Any]) -> frozenset[str]:
    """Raises Problem 400 for an id that isn't one of this audience."""
    given = set(before)
    for number, one in enumerate(sent):
        name = f"marketing_permissions.{number}"
        if not isinstance(one, dict) or not isinstance(one.get("enabled"), bool):
            raise invalid(errors={name: "Schema describes object with marketing_permission_id and enabled"})
        key = one.get("marketing_permission_id")
        if not isinstance(key, str) or key not in audience.permissions:
            raise invalid(errors={f"{name}.marketing_permission_id": "Invalid marketing permission ID."})
        (given.add if one["enabled"] else given.discard)(key)
    return frozenset(given)


def moment_of(text: str) -> int | None:
    """Seconds since 1970; the API also takes `2026-11-24 09:30:00`, as UTC. None for no time."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return int((read if read.tzinfo else datetime.fromisoformat(f"{read.isoformat()}+00:00")).timestamp())


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


def _merge_problem(field: MergeField, value: Any) -> str:
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
    pattern, said = _PATTERNS.get(field.kind, ("(?s:.*)", ""))
    return "" if re.fullmatch(pattern, str(value)) else said
