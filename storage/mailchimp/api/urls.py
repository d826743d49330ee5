"""Where the Marketing API is: the data centre that a key names, and which base URLs a key may be sent to."""

import re
from ipaddress import ip_address

import httpx

from storage.mailchimp.api.errors import BadBase

_VERSION = re.compile(r"(/[\w.~-]+)*/3\.0/?")  # the end of the base's path


def data_centre(key: str) -> str:
    """The key's suffix, or empty."""
    match = re.search(r"-([a-z]{2,}[0-9]+)$", key)
    return match[1] if match else ""


def base_url(url: str) -> httpx.URL:
    """The key goes there with each call: in the clear only within this machine. Raises BadBase."""
    try:
        base = httpx.URL(url.strip())
    except httpx.InvalidURL:
        raise BadBase from None
    is_private = base.scheme == "https" or (base.scheme == "http" and _is_loopback(base.host))
    has_more = bool(base.query or base.fragment or base.userinfo) or url.strip()[-1:] in "?#"
    if not base.host or not is_private or has_more or not _VERSION.fullmatch(base.path):
        raise BadBase
    return base


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
