"""The calls that change members. Requests to delete for good are recorded and refused."""

import json
from typing import Any, NoReturn

from handlers.standins.mailchimp.account import AccountState, ListState, merge_values
from handlers.standins.mailchimp.api.calls import ApiCall
from handlers.standins.mailchimp.api.documents import member_document
from handlers.standins.mailchimp.api.problems import (
    ProblemResponse,
    cannot_archive,
    forbidden,
    forgotten,
    in_compliance_state,
    invalid,
    member_exists,
    not_found,
)
from handlers.standins.mailchimp.api.selection import Selection
from handlers.standins.mailchimp.api.validation import (
    NEW_STATUSES,
    PATCH_STATUSES,
    check_address,
    check_merge_fields,
    check_types,
    interests_after,
    parse_time,
    permissions_after,
)
from handlers.standins.mailchimp.events import (
    archive_data,
    profile_data,
    subscribe_data,
    unsubscribe_data,
    upemail_data,
)
from handlers.standins.mailchimp.members import StoredMember, hash_of
from handlers.standins.types import Json

LARGEST_BATCH = 500
FORBIDDEN = 403
# `batch_subscribe` returns fewer properties of a member than the other calls.
BATCH_SELECTION = Selection.from_query(
    {
        "exclude_fields": "contact_id,full_name,web_id,unsubscribe_reason,consents_to_one_to_one_messaging,"
        "location.region,marketing_permissions,source"
    }
)


def add(call: ApiCall) -> Json:
    """POST members. Adding an archived member brings it back, as in the real service."""
    document = call.document()
    check_types(document, NEW_STATUSES, ("email_address", "status"))
    existing = call.audience.members.get(hash_of(document["email_address"]))
    if existing is not None and existing.status != "archived":
        raise member_exists(document["email_address"])
    return _document(call, _store(call, existing, document))


def put(call: ApiCall) -> Json:
    """PUT of a member: changes it, or adds it with `status_if_new`."""
    document = call.document()
    existing = call.audience.members.get(call.parts[1])
    check_types(document, NEW_STATUSES, () if existing else ("email_address",))
    if existing is None:
        document = _new_member_document(call, document)
    return _document(call, _store(call, existing, document))


def patch(call: ApiCall) -> Json:
    """PATCH of an existing member."""
    document = call.document()
    existing = call.audience.member(call.parts[1])
    check_types(document, PATCH_STATUSES)
    return _document(call, _store(call, existing, document))


def tag(call: ApiCall) -> None:
    """POST of a member's tags: sets each active or inactive; creates tags that are new."""
    sent = call.document().get("tags")
    if not isinstance(sent, list):
        raise invalid(errors={"tags": "Schema describes array, nothing found instead"})
    member = call.audience.member(call.parts[1])
    tags = dict.fromkeys(member.tags)
    for number, entry in enumerate(sent):
        if (
            not isinstance(entry, dict)
            or not entry.get("name")
            or entry.get("status") not in {"active", "inactive"}
        ):
            raise invalid(errors={f"tags.{number}": "Schema describes object with name and status"})
        tags.pop(str(entry["name"]), None)
        if entry["status"] == "active":
            tags[str(entry["name"])] = None
    call.account.put(call.audience, member._replace(tags=tuple(tags)))


def archive(call: ApiCall) -> None:
    """DELETE of a member. Raises ProblemResponse 405 for one that can't be archived."""
    account, audience, rules = call.account, call.audience, call.account.rules
    member = audience.member(call.parts[1])
    not_archivable = {"pending", "archived"} | (set() if rules.archive_cleaned_allowed else {"cleaned"})
    if member.status in not_archivable or member.email in rules.archive_refused:
        raise cannot_archive()
    account.put(audience, member._replace(status="archived"))
    account.fire(audience, "unsubscribe", "api", archive_data(audience, member))


def archive_contact(call: ApiCall) -> None:
    """POST of a contact's archive, of the Audiences API (beta), by its `contact_id` alone."""
    account, audience, rules = call.account, call.audience, call.account.rules
    if not rules.audiences_api:
        raise forbidden() if rules.audiences_api_refusal == FORBIDDEN else not_found()
    member = audience.members.get(call.parts[1])
    if member is None or member.id[::-1] != call.parts[1]:
        raise not_found()
    if member.status == "cleaned" and not rules.contact_archives_cleaned:
        raise cannot_archive()
    account.put(audience, member._replace(status="archived"))
    account.fire(audience, "unsubscribe", "api", archive_data(audience, member))


def batch_subscribe(call: ApiCall) -> Json:
    """POST of an audience (batch subscribe): up to 500 members, each added, updated or refused on its own."""
    audience = call.audience
    sent = call.document().get("members")
    if not isinstance(sent, list) or not all(isinstance(entry, dict) for entry in sent):
        raise invalid(errors={"members": "Schema describes array, nothing found instead"})
    if len(sent) > LARGEST_BATCH:
        raise invalid(errors={"members": "You may only send up to 500 members in one request."})
    created: list[Json] = []
    updated: list[Json] = []
    errors: list[Json] = []
    seen: set[str] = set()
    for entry in sent:
        try:
            existed, member = _add_entry(call, entry, seen)
            (updated if existed else created).append(
                member_document(call.account, audience, member, BATCH_SELECTION)
            )
        except ProblemResponse as problem:
            errors.append(_entry_error(entry, problem))
    document = {
        "new_members": created,
        "updated_members": updated,
        "errors": errors,
        "total_created": len(created),
        "total_updated": len(updated),
        "error_count": len(errors),
        "_links": [],
    }
    chosen: Json = call.selection.apply(document)
    return chosen


def delete_permanently(call: ApiCall) -> NoReturn:
    """Records a request to delete a member or an audience for good. Always raises ProblemResponse 404."""
    call.account.permanent_deletions.append(f"{call.method} of a permanent deletion: {'/'.join(call.parts)}")
    raise not_found()


def _add_entry(call: ApiCall, entry: Json, seen: set[str]) -> tuple[bool, StoredMember]:
    """Returns whether the member existed, and its new state. Raises ProblemResponse."""
    check_types(entry, NEW_STATUSES, ("email_address",))
    key = hash_of(entry["email_address"])
    if key in seen and not call.flag("skip_duplicate_check"):
        raise invalid("Duplicate items found. Each email address must be unique in the request.")
    seen.add(key)
    existing = call.audience.members.get(key)
    if existing is not None and not call.document().get("update_existing"):
        raise member_exists(entry["email_address"])
    if existing is None and "status" not in entry:
        raise invalid(errors={"status": "This value should not be blank."})
    return existing is not None, _store(call, existing, entry)


def _entry_error(entry: Json, problem: ProblemResponse) -> Json:
    field, message = next(iter(problem.errors.items()), ("", ""))
    exists = problem.title == "Member Exists"
    detail = f"{entry.get('email_address')} is already a list member, do you want to update?"
    return {
        "email_address": str(entry.get("email_address", "")),
        "error": detail if exists else problem.detail,
        "error_code": "ERROR_CONTACT_EXISTS" if exists else "ERROR_GENERIC",
        "field": field,
        "field_message": message,
    }


def _new_member_document(call: ApiCall, document: Json) -> Json:
    """The document of a member that a PUT adds, with its status. Raises ProblemResponse 400."""
    address = document["email_address"]
    check_address(address, call.account.rules)
    if call.audience.members.get(hash_of(address)) is not None:
        raise member_exists(address)
    if "@" not in call.parts[1] and hash_of(address) != call.parts[1]:
        raise invalid(errors={"email_address": "The subscriber hash is not that of this address."})
    status = document.get("status_if_new") or document.get("status")
    if not status:
        raise invalid(errors={"status_if_new": "This value should not be blank."})
    return {**document, "status": status}


def _store(call: ApiCall, existing: StoredMember | None, document: Json) -> StoredMember:
    """Validates and stores a new or changed member, and fires its event. Raises ProblemResponse."""
    account, audience = call.account, call.audience
    address = document.get("email_address") or (existing.email if existing else "")
    new_hash = hash_of(address)
    moved = existing is not None and existing.id != new_hash
    _check_new_address(account, existing, address)
    if moved and audience.members.get(new_hash) is not None:
        raise member_exists(address)
    kept = {tag: value for tag, value in merge_values(existing).items() if value} if existing else {}
    # Strict: required fields that an existing contact lacks are refused too, whatever the request changes.
    check_merge_fields(
        audience,
        document.get("merge_fields", {}),
        all_required=not call.flag("skip_merge_validation"),
        kept=kept.keys(),
    )
    member = _changed(audience, existing or _blank(account, audience, address), document, account.now)
    if document.get("status"):
        member = member._replace(status=_new_status(account, audience, existing, document["status"], address))
    if existing is not None and moved:
        audience.members.remove(existing.id)
    member = account.put(audience, member._replace(email=address, id=new_hash))
    _fire_event(account, audience, existing, member)
    return member


def _check_new_address(account: AccountState, existing: StoredMember | None, address: str) -> None:
    if existing is None or address != existing.email:
        check_address(address, account.rules)
        if address.lower() in account.rules.forgotten:
            raise forgotten(address)


def _new_status(
    account: AccountState, audience: ListState, existing: StoredMember | None, requested: str, address: str
) -> str:
    if requested == "subscribed" and existing is not None and existing.status != "subscribed":
        if existing.barred or existing.status == "cleaned":
            raise in_compliance_state(address)
    elif requested != "subscribed" or existing is not None:
        return requested
    new = existing is None or existing.status == "pending"
    return "pending" if new and audience.double_optin and account.rules.double_optin_enforced else requested


def _blank(account: AccountState, audience: ListState, address: str) -> StoredMember:
    """A new member without a status."""
    audience.next_web_id += 1
    merge = json.dumps({field.tag: "" for field in audience.merge_fields})
    return StoredMember(hash_of(address), address, "", account.now, audience.next_web_id, merge)


def _changed(audience: ListState, member: StoredMember, document: Json, now: int) -> StoredMember:
    """Applies the properties of a document, except address and status."""
    sent: dict[str, Any] = {
        name: document[name]
        for name in ("email_type", "language", "vip", "ip_signup", "ip_opt")
        if document.get(name) not in (None, "")
    }
    for field, name in (("signup", "timestamp_signup"), ("opt", "timestamp_opt")):
        if document.get(name):
            sent[field] = parse_time(document[name])
    if "merge_fields" in document:
        tags = {field.tag for field in audience.merge_fields}
        values = {tag: value for tag, value in document["merge_fields"].items() if tag in tags}
        sent["merge"] = json.dumps({**merge_values(member), **values})
    if "tags" in document:
        sent["tags"] = tuple(dict.fromkeys([*member.tags, *map(str, document["tags"])]))
    if "marketing_permissions" in document:
        permissions = permissions_after(audience, member.permissions, document["marketing_permissions"])
        sent["permissions"] = permissions
    if "interests" in document:
        sent["interests"] = interests_after(audience, member.interests, document["interests"])
    if not member.status:
        sent.setdefault("opt", now)
    return member._replace(**sent)


def _fire_event(
    account: AccountState, audience: ListState, existing: StoredMember | None, member: StoredMember
) -> None:
    if existing is None or existing.status != member.status:
        if member.status == "subscribed":
            account.fire(audience, "subscribe", "api", subscribe_data(audience, member))
        elif member.status == "unsubscribed":
            account.fire(audience, "unsubscribe", "api", unsubscribe_data(audience, member, "manual", ""))
    elif existing.id != member.id:
        account.fire(audience, "upemail", "api", upemail_data(audience, existing, member))
    else:
        account.fire(audience, "profile", "api", profile_data(audience, member))


def _document(call: ApiCall, member: StoredMember) -> Json:
    return member_document(call.account, call.audience, member, call.selection)
