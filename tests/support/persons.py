"""Every kind of person who may come to the bot, as `users.info` tells them."""

from dataclasses import dataclass
from typing import Any

from bot.workspaces.operators import Standing

TEAM, OTHER_TEAM = "T1", "T2"
NAMED = "UNAMED"  # in CLEANED_OPERATORS
GROUP, DISABLED_GROUP = "SGROUP", "SDISABLED"


@dataclass(frozen=True)
class Kind:
    """`user`: what Slack says, without the flags of owners and admins; `standing`: what that is worth."""

    user: dict[str, Any]
    standing: Standing

    @property
    def own_team(self) -> str:
        return str(self.user["team_id"])


def _kind(standing: Standing, team: str = TEAM, **more: Any) -> Kind:
    return Kind({"team_id": team, "locale": "en-US", "tz": "Europe/London", **more}, standing)


KINDS = {
    "member": _kind(Standing.MEMBER),
    "member of the organization": _kind(
        Standing.MEMBER, OTHER_TEAM, enterprise_user={"enterprise_id": "E1", "teams": [OTHER_TEAM, TEAM]}
    ),
    "guest": _kind(Standing.OUTSIDER, is_restricted=True),
    "guest of one channel": _kind(Standing.OUTSIDER, is_restricted=True, is_ultra_restricted=True),
    "of another workspace": _kind(Standing.OUTSIDER, OTHER_TEAM),
    "of another workspace of the organization": _kind(
        Standing.OUTSIDER, OTHER_TEAM, enterprise_user={"enterprise_id": "E1", "teams": [OTHER_TEAM]}
    ),
    "stranger": _kind(Standing.OUTSIDER, OTHER_TEAM, is_stranger=True),
    "stranger with this team": _kind(Standing.OUTSIDER, is_stranger=True),
    "of no workspace": _kind(Standing.OUTSIDER, ""),
    "deactivated": _kind(Standing.NOBODY, deleted=True),
    "deactivated elsewhere": _kind(Standing.NOBODY, OTHER_TEAM, deleted=True),
    "deactivated guest": _kind(Standing.NOBODY, deleted=True, is_restricted=True),
    "bot": _kind(Standing.NOBODY, is_bot=True),
}
