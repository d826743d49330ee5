"""Slack's signature of a request."""

from slack_sdk.signature import SignatureVerifier

SECRET = "s" * 32


def signed(body: bytes, at: float) -> dict[str, str]:
    stamp = str(int(at))
    signature = SignatureVerifier(SECRET).generate_signature(timestamp=stamp, body=body)
    assert signature
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature}
