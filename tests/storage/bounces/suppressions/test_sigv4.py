"""Amazon's own test vectors (aws-sig-v4-test-suite, and the example of its documentation)."""

from datetime import UTC, datetime

import httpx
import pytest

from storage.bounces.suppressions.sigv4 import AwsKey, SigV4

KEY = AwsKey("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")


def authorization(url: str, key: AwsKey = KEY, service: str = "service") -> str:
    auth = SigV4(key, "us-east-1", service, lambda: datetime(2015, 8, 30, 12, 36, tzinfo=UTC))
    return next(auth.auth_flow(httpx.Request("GET", url))).headers["authorization"]


@pytest.mark.parametrize(
    ("url", "signature"),
    [
        pytest.param(
            "https://example.amazonaws.com/",
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
            id="get-vanilla",
        ),
        pytest.param(
            "https://example.amazonaws.com/?Param2=value2&Param1=value1",
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
            id="get-vanilla-query-order-key-case",
        ),
        pytest.param(
            "https://example.amazonaws.com/?ሴ=bar",
            "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04",
            id="get-vanilla-utf8-query",
        ),
    ],
)
def test_the_signature_is_that_of_amazons_test_suite(url: str, signature: str):
    assert authorization(url) == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        f"SignedHeaders=host;x-amz-date, Signature={signature}"
    )


def test_the_token_of_temporary_credentials_is_sent_and_signed():
    key = AwsKey(KEY.id, KEY.secret, "a token")
    auth = SigV4(key, "us-east-1", "service", lambda: datetime(2015, 8, 30, 12, 36, tzinfo=UTC))
    request = next(auth.auth_flow(httpx.Request("GET", "https://example.amazonaws.com/")))
    assert request.headers["x-amz-security-token"] == "a token"
    assert "SignedHeaders=host;x-amz-date;x-amz-security-token," in request.headers["authorization"]
    assert request.headers["authorization"] != authorization("https://example.amazonaws.com/")


def test_no_secret_is_shown():
    assert "wJalr" not in repr(KEY)
