"""What a mirror keeps about its audience at Mailchimp: the JSON of `AudienceRow.remote`."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from storage.mailchimp.api.values import MergeField


class Trouble(StrEnum):
    """Why a mirror is not kept up to date."""

    NONE = ""
    GONE = "gone"  # the account has no such audience any more
    OTHER_ACCOUNT = "other-account"  # the key is now that of another account
    UNREADABLE = "unreadable"  # Mailchimp lists it, and does not describe it


@dataclass(frozen=True, slots=True)
class RemoteState:
    """An audience as Mailchimp last described it, and how far its mirror is.

    `link`: the page of its contacts at Mailchimp. `signup_url`: the form by which people subscribe themselves.
    `whole_at`: start of the last complete pass, None if one is due. `differs`: whether the counts differed after the
    last sync. `explained`: the audience's revision up to which Mailchimp was asked why contacts were cleaned.
    `archived_by_list`, `archived_by_contact`: when Mailchimp's calls last archived a cleaned contact; `no_contact_api`:
    when the account was found without the latter. `account_id`: of the account that listed the audience last, empty if that was not noted yet.
    `without_address`: how many contacts have none, such as those with a telephone number alone, by status.
    `forgotten`: how many people were erased here and are still at Mailchimp, by their status there.
    """

    web_id: int | None = None
    double_optin: bool = False
    asks_permissions: bool = False
    merge_fields: tuple[MergeField, ...] = ()
    link: str | None = None
    signup_url: str | None = None
    whole_at: datetime | None = None
    differs: bool = False
    explained: int = 0
    webhook_secret: str = field(default="", repr=False)
    account_id: str = ""
    trouble: Trouble = Trouble.NONE
    archived_by_list: datetime | None = None
    archived_by_contact: datetime | None = None
    no_contact_api: datetime | None = None
    without_address: Mapping[str, int] = field(default_factory=dict)
    forgotten: Mapping[str, int] = field(default_factory=dict)

    @property
    def labels(self) -> Mapping[str, str]:
        """Merge tag → the field's name."""
        return {merge_field.tag: merge_field.name for merge_field in self.merge_fields}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """Keys may be missing: earlier versions wrote each when it became known."""
        return cls(
            web_id=kept.get("web_id"),
            double_optin=kept.get("double_optin", False),
            asks_permissions=kept.get("permissions", False),
            merge_fields=tuple(
                MergeField(**{**merge_field, "choices": tuple(merge_field["choices"])})
                for merge_field in kept.get("fields", ())
            ),
            link=kept.get("link"),
            signup_url=kept.get("signup"),
            # Earlier versions wrote "whole_at": their passes did not keep Mailchimp's ids, so another is due.
            whole_at=_time(kept.get("whole_with_ids_at")),
            differs=kept.get("differs", False),
            explained=kept.get("explained", 0),
            webhook_secret=kept.get("webhook_secret", ""),
            account_id=kept.get("account_id", ""),
            trouble=Trouble(kept.get("trouble", "")),
            archived_by_list=_time(kept.get("archived_by_list")),
            archived_by_contact=_time(kept.get("archived_by_contact")),
            no_contact_api=_time(kept.get("no_contact_api")),
            without_address=kept.get("without_address", {}),
            forgotten=kept.get("forgotten", {}),
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "web_id": self.web_id,
            "double_optin": self.double_optin,
            "permissions": self.asks_permissions,
            "fields": [asdict(merge_field) for merge_field in self.merge_fields],
            "link": self.link,
            "signup": self.signup_url,
            "whole_with_ids_at": _text(self.whole_at),
            "differs": self.differs,
            "explained": self.explained,
            "webhook_secret": self.webhook_secret,
            "account_id": self.account_id,
            "trouble": self.trouble.value,
            "archived_by_list": _text(self.archived_by_list),
            "archived_by_contact": _text(self.archived_by_contact),
            "no_contact_api": _text(self.no_contact_api),
            "without_address": dict(self.without_address),
            "forgotten": dict(self.forgotten),
        }


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _text(time: datetime | None) -> str | None:
    return time.isoformat() if time else None
