"""Mailchimp's Marketing API: what the bot needs of it, typed. No call here deletes a contact for ever.

Facts and limits: https://mailchimp.com/developer/marketing/. Every method raises MailchimpError; each says what
else. Requests that are the same when sent twice are sent again after a failure; the others are not.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from datetime import UTC, datetime
from types import TracebackType
from typing import Self, TypeVar

import httpx

from storage.contacts.values import Status
from storage.mailchimp import batches, documents, members
from storage.mailchimp.batches import Operation, Result, audience_path, member_path
from storage.mailchimp.errors import BadAnswer, BadBase, BadKey, MethodRefused, NotFound, Unavailable
from storage.mailchimp.limiter import MOST_CONNECTIONS
from storage.mailchimp.members import Member, MemberPage
from storage.mailchimp.transport import TRIES, Connections, Request, Timing, Wire, line_of
from storage.mailchimp.values import (
    EVENTS,
    ORIGINS,
    AbuseReportPage,
    Account,
    Batch,
    Bounce,
    Document,
    MergeField,
    MergeValue,
    RemoteAudience,
    Webhook,
    WebhookEvent,
    member_hash,
    name_of,
)

MOST_ROWS = 1000  # a page

Params = Mapping[str, str | int]
Value = TypeVar("Value")


class Client:
    """A Mailchimp account, reached by its key. Threads may share it."""

    def __init__(
        self,
        key: str,
        base_url: str | None = None,
        connections: int = MOST_CONNECTIONS,
        *,
        tries: int = TRIES,
        transport: httpx.BaseTransport | None = None,
        timing: Timing | None = None,
    ) -> None:
        """Opens nothing. Raises BadKey or BadBase.

        `base_url`: of the API, with its version; without it, the one of the data centre that the key ends with.
        `connections`: calls at once, 10 at most. All clients of a process with the same key and base share them.
        `tries`: how often a call is sent at most; 1 for somebody who waits and can ask again.
        `transport`, `timing`: what tests put in place of the network and the clock.
        """
        key = key.strip()
        centre = _centre(key)
        if not key or not (base_url or centre):
            raise BadKey
        self.centre = centre
        self._base = _base(base_url or f"https://{centre}.api.mailchimp.com/3.0")
        self._transport = transport
        line = Connections(transport) if transport else line_of(key, str(self._base))
        line.join()
        self._wire = Wire(key, self._base, centre, line, connections, tries, timing or Timing())
        self._is_open = True

    def __repr__(self) -> str:
        return f"<Client of {self._base.host}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections, where no other client uses them."""
        if self._is_open:
            self._is_open = False
            self._wire.line.leave()

    def once(self) -> "Client":
        """The same account for a person who waits and can ask again: each call is sent once. Not to be closed."""
        hasty = copy(self)
        hasty._wire = self._wire.once()  # noqa: SLF001  one of its own kind
        return hasty

    def account(self) -> Account:
        """Whose key it is: also the way to see that it works."""
        names = "account_id,account_name,role,total_subscribers"
        return self._read(documents.account, Request("GET", "/", {"fields": names}))

    def audiences(self) -> tuple[RemoteAudience, ...]:
        """All of the account, in the order they were made."""
        params: Params = {"fields": _AUDIENCE, "sort_field": "date_created", "sort_dir": "ASC"}
        return self._all("/lists", "lists", documents.audience, params)

    def audience(self, audience_id: str) -> RemoteAudience:
        """Raises NotFound."""
        names = _AUDIENCE.replace("lists.", "").replace(",total_items", "")
        return self._read(documents.audience, Request("GET", audience_path(audience_id), {"fields": names}))

    def audience_link(self, web_id: int) -> str | None:
        """The page of an audience's contacts at Mailchimp, where the key tells its data centre."""
        return (
            f"https://{self.centre}.admin.mailchimp.com/lists/members/?id={web_id}" if self.centre else None
        )

    def merge_fields(self, audience_id: str) -> tuple[MergeField, ...]:
        """Those of an audience, the address's own left out."""
        path = f"{audience_path(audience_id)}/merge-fields"
        return self._all(path, "merge_fields", documents.merge_field, {"fields": _MERGE_FIELD})

    def total(self, audience_id: str, status: Status) -> int:
        """How many contacts have a status: of archived ones, Mailchimp's own counts say nothing."""
        params: Params = {"status": name_of(status), "count": 1, "fields": "total_items"}
        path = f"{audience_path(audience_id)}/members"
        return self._read(lambda document: documents.number(document, "total_items"), Request("GET", path, params))

    def members(
        self,
        audience_id: str,
        offset: int = 0,
        count: int = MOST_ROWS,
        *,
        status: Status | None = None,
        changed_since: datetime | None = None,
    ) -> MemberPage:
        """One page of contacts, those longest unchanged first. Archived ones come only when asked for.

        Offsets shift while contacts change: let pages overlap. `changed_since` is rounded down to the second.
        """
        return self.page(members.page, audience_id, offset, count, status=status, changed_since=changed_since)

    def page(
        self,
        read: Callable[[bytes], Value],
        audience_id: str,
        offset: int = 0,
        count: int = MOST_ROWS,
        *,
        status: Status | None = None,
        changed_since: datetime | None = None,
    ) -> Value:
        """The same page, as what `read` makes of its text; a ValueError of that becomes BadAnswer."""
        params: dict[str, str | int] = {
            "fields": _MEMBERS,
            "offset": offset,
            "count": count,
            "sort_field": "last_changed",
            "sort_dir": "ASC",
        }
        if status:
            params["status"] = name_of(status)
        if changed_since:
            params["since_last_changed"] = _written(changed_since)
        body = self._wire.fetch(Request("GET", f"{audience_path(audience_id)}/members", params))
        try:
            return read(body)
        except ValueError:
            raise BadAnswer(reason="GET") from None

    def member(self, audience_id: str, hash_: str) -> Member:
        """A contact, archived ones too. Raises NotFound."""
        request = Request("GET", member_path(audience_id, hash_), {"fields": _MEMBER})
        return self._read(members.member, request)

    def tags(self, audience_id: str, hash_: str) -> tuple[str, ...]:
        """All of a contact's tags: of those who have more than 50, a member tells only the first. Raises NotFound."""
        path = f"{member_path(audience_id, hash_)}/tags"
        return self._all(
            path,
            "tags",
            lambda tag: documents.text(tag, "name"),
            {"fields": "tags.name,total_items"},
        )

    def bounces(self, audience_id: str, hash_: str, count: int = 100) -> tuple[Bounce, ...]:
        """A contact's latest bounces, the newest first. Raises NotFound."""
        params: Params = {"activity_filters": "bounce", "fields": _BOUNCES, "count": count}
        path = f"{member_path(audience_id, hash_)}/activity-feed"
        return self._read(documents.bounces, Request("GET", path, params))

    def abuse_reports(self, audience_id: str, offset: int = 0, count: int = MOST_ROWS) -> AbuseReportPage:
        """One page of those who reported a campaign as abuse."""
        params: Params = {"fields": _ABUSE_REPORTS, "offset": offset, "count": count}
        path = f"{audience_path(audience_id)}/abuse-reports"
        return self._read(documents.abuse_reports, Request("GET", path, params))

    def archive(self, audience_id: str, hash_: str) -> None:
        """Archives a contact. Raises MethodRefused (perhaps because it is archived already) or NotFound."""
        try:
            self._wire.send(Request("DELETE", member_path(audience_id, hash_)))
        except (MethodRefused, NotFound) as error:
            # An earlier try may have been carried out with its answer lost.
            if error.tries == 1 or self.member(audience_id, hash_).status is not Status.ARCHIVED:
                raise

    def set_status(self, audience_id: str, address: str, status: Status) -> Member:
        """Gives a contact a status. Raises NotFound, InComplianceState, InvalidResource; ValueError for archived."""
        method, body = batches.status_change(address, status)
        request = Request(method, member_path(audience_id, member_hash(address)), body=body)
        return self._read(members.member, request)

    def put_member(
        self,
        audience_id: str,
        address: str,
        *,
        status_if_new: Status,
        merge_fields: Mapping[str, MergeValue] | None = None,
        permissions: Mapping[str, bool] | None = None,
    ) -> Member:
        """Adds a contact, or updates it and leaves its status. `permissions`: marketing permissions by their id.

        Raises InvalidResource with its fields, MemberExists, InComplianceState, Forgotten.
        """
        body: dict[str, object] = {"email_address": address, "status_if_new": name_of(status_if_new)}
        if merge_fields:
            body["merge_fields"] = dict(merge_fields)
        if permissions:
            body["marketing_permissions"] = [
                {"marketing_permission_id": id_, "enabled": enabled} for id_, enabled in permissions.items()
            ]
        path = member_path(audience_id, member_hash(address))
        return self._read(members.member, Request("PUT", path, body=body))

    def add_tags(self, audience_id: str, hash_: str, tags: Sequence[str]) -> None:
        """Gives a contact tags, which may be new ones; automations do not start by it. Raises NotFound."""
        active = [{"name": tag, "status": "active"} for tag in tags]
        path = f"{member_path(audience_id, hash_)}/tags"
        self._wire.send(Request("POST", path, body={"tags": active, "is_syncing": True}))

    def start_batch(self, operations: Sequence[Operation]) -> Batch:
        """Hands over operations. Never sent twice by itself.

        On an error with `arrived`, the batch may have begun: `batches_since` lists it with its `total`, and the
        operations' ids in its results tell whether it is the one.
        """
        body = {"operations": [operation.document() for operation in operations]}
        request = Request("POST", "/batches", body=body, repeatable=False)
        return self._read(documents.batch, request)

    def batch(self, batch_id: str) -> Batch:
        """Where it stands. Raises NotFound; Mailchimp keeps batches for seven days."""
        return self._read(documents.batch, Request("GET", _batch_path(batch_id)))

    def batches_since(self, moment: datetime) -> tuple[Batch, ...]:
        """Batches of the whole account handed over since, by anyone. Mailchimp's listing names no operation."""
        found = self._all("/batches", "batches", documents.batch, {"fields": _BATCHES})
        return tuple(each for each in found if each.submitted_at and each.submitted_at >= moment)

    def results(self, batch_id: str) -> Iterator[Result]:
        """What became of each operation of a finished batch, in no order. Raises Unavailable, BadAnswer.

        All is downloaded before the first is given, so that no connection waits for the caller.
        """
        url = self.batch(batch_id).results_url
        if not url:
            raise Unavailable("no results yet")
        with self._wire.repeated(lambda: batches.download(url, self._transport)) as archive:
            yield from batches.results(archive)

    def webhooks(self, audience_id: str) -> tuple[Webhook, ...]:
        """Those of an audience, without their secrets."""
        path = f"{audience_path(audience_id)}/webhooks"
        return self._read(
            lambda document: tuple(map(documents.webhook, documents.parts(document, "webhooks"))),
            Request("GET", path),
        )

    def add_webhook(self, audience_id: str, url: str, events: Sequence[WebhookEvent] = EVENTS) -> Webhook:
        """Mailchimp first asks the URL with GET. Never sent twice by itself: on an error, look at `webhooks`.

        The answer alone holds the secret. Raises InvalidResource where the URL does not answer or is there already.
        """
        body = {
            "url": url,
            "events": {event: event in events for event in EVENTS},
            "sources": dict.fromkeys(ORIGINS, True),
        }
        path = f"{audience_path(audience_id)}/webhooks"
        return self._read(documents.webhook, Request("POST", path, body=body, repeatable=False))

    def _read(self, read: Callable[[Document], Value], request: Request) -> Value:
        document = self._wire.send(request)
        try:
            return read(document)
        except ValueError:
            raise BadAnswer(reason=request.method) from None

    def _all(
        self,
        path: str,
        name: str,
        read: Callable[[Document], Value],
        params: Params,
    ) -> tuple[Value, ...]:
        """All pages of a short collection."""
        found: list[Value] = []
        while True:
            request = Request("GET", path, {**params, "count": MOST_ROWS, "offset": len(found)})
            rows, total = self._read(
                lambda document: (
                    [read(row) for row in documents.parts(document, name)],
                    documents.number(document, "total_items"),
                ),
                request,
            )
            found += rows
            if not rows or len(found) >= total:
                return tuple(found)


def _centre(key: str) -> str:
    """Of the key's end, or empty."""
    found = re.search(r"-([a-z]{2,}[0-9]+)$", key)
    return found[1] if found else ""


def _base(url: str) -> httpx.URL:
    try:
        base = httpx.URL(url)
    except httpx.InvalidURL:
        raise BadBase from None
    if base.scheme not in ("http", "https") or not base.host or base.query:
        raise BadBase
    return base


def _batch_path(batch_id: str) -> str:
    if not batch_id.isalnum():
        raise ValueError
    return f"/batches/{batch_id}"


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(microsecond=0).isoformat()


def _named(prefix: str, names: str) -> str:
    return ",".join(f"{prefix}.{name}" for name in names.split()) + ",total_items"


_AUDIENCE = _named(
    "lists",
    "id web_id name double_optin marketing_permissions subscribe_url_long "
    "stats.member_count stats.unsubscribe_count stats.cleaned_count",
)
_MERGE_FIELD = _named("merge_fields", "tag name type required options.choices")
_MEMBER = (
    "id,email_address,unique_email_id,web_id,status,merge_fields,ip_signup,timestamp_signup,ip_opt,timestamp_opt,"
    "member_rating,last_changed,location,marketing_permissions,last_note,tags_count,tags"
)
_MEMBERS = _named("members", _MEMBER.replace(",", " "))
_BOUNCES = ",".join(
    f"activity.{name}"
    for name in ("activity_type", "bounce_type", "campaign_id", "campaign_title", "created_at_timestamp")
)
_ABUSE_REPORTS = _named("abuse_reports", "email_id email_address campaign_id date")
_BATCHES = _named(
    "batches",
    "id status total_operations finished_operations errored_operations submitted_at completed_at",
)
