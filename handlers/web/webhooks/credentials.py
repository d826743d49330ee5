"""Passwords and tokens that a request brings: read and compared exactly, so that no other text passes for one."""

import base64
import hmac


def constant_time_equals(received: str, expected: str) -> bool:
    """Compares two secrets in a time that does not depend on where they differ."""
    # "surrogatepass" gives different texts different bytes; "replace" would make a question mark of each surrogate.
    return hmac.compare_digest(
        received.encode("utf-8", "surrogatepass"), expected.encode("utf-8", "surrogatepass")
    )


def bearer_token(header: str) -> str:
    """Returns the token of an Authorization header, "" if it has none."""
    scheme, _, value = header.partition(" ")
    return value if scheme.lower() == "bearer" else ""


def basic_credentials(header: str) -> str:
    """Returns `user:password` of an Authorization header, "" if it has none."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(value, validate=True).decode()
    except ValueError:
        return ""
