"""The parameter `fields` of requests: what Mailchimp is asked to send, which is what is read."""


def _fields(prefix: str, names: str) -> str:
    """The `fields` parameter of a listing."""
    return ",".join(f"{prefix}.{name}" for name in names.split()) + ",total_items"


AUDIENCES = _fields(
    "lists",
    "id web_id name double_optin marketing_permissions subscribe_url_long "
    "stats.member_count stats.unsubscribe_count stats.cleaned_count",
)
AUDIENCE = AUDIENCES.replace("lists.", "").replace(",total_items", "")
MERGE_FIELDS = _fields("merge_fields", "tag name type required options.choices")
_MEMBER = (
    "id,email_address,unique_email_id,web_id,status,merge_fields,ip_signup,timestamp_signup,ip_opt,timestamp_opt,"
    "member_rating,last_changed,location,marketing_permissions,last_note,tags_count,tags"
)
MEMBERS = _fields("members", _MEMBER.replace(",", " "))
WHOLE_MEMBER = f"{_MEMBER},interests,language,vip"
BOUNCES = ",".join(
    f"activity.{name}"
    for name in ("activity_type", "bounce_type", "campaign_id", "campaign_title", "created_at_timestamp")
)
ABUSE_REPORTS = _fields("abuse_reports", "email_id email_address campaign_id date")
BATCHES = _fields(
    "batches",
    "id status total_operations finished_operations errored_operations submitted_at completed_at",
)
