"""Keys, and what they encrypt."""

import base64
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.workspaces.ciphers import TokenCipher, WrongKey, parse_keys


def key(n: int = 32) -> str:
    return base64.b64encode(secrets.token_bytes(n)).decode()


def same_key(n: int = 32) -> str:
    """The same each time: processes that share the tests out compare their names."""
    return base64.b64encode(bytes(range(n))).decode()


@given(st.text(max_size=300))
def test_what_is_encrypted_comes_back_and_does_not_show(text: str):
    cipher = TokenCipher(parse_keys(key()))
    stored = cipher.encrypt(text)
    assert cipher.decrypt(stored) == text
    assert len(text) < 8 or text not in stored


def test_a_new_first_key_still_opens_what_the_old_one_encrypted_and_alone_it_does_not():
    old, new = key(), key()
    stored = TokenCipher(parse_keys(old)).encrypt("xoxb-1")
    both = TokenCipher(parse_keys(f"{new}, {old}"))
    assert both.decrypt(stored) == "xoxb-1"
    assert TokenCipher(parse_keys(new)).decrypt(both.encrypt("xoxb-1")) == "xoxb-1"
    for wrong in (stored, "xoxb-1", "", "é"):
        with pytest.raises(WrongKey):
            TokenCipher(parse_keys(new)).decrypt(wrong)


@pytest.mark.parametrize("alphabet", [base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize("raw", [bytes(range(200, 232)), bytes(range(32)), b"\xfb\xff" + bytes(range(30))])
def test_both_alphabets_of_base64_are_read_with_padding_or_without(alphabet, raw: bytes):
    text = alphabet(raw).decode()
    assert parse_keys(f"{text},{text.rstrip('=')} ,") == (raw, raw)


@pytest.mark.parametrize(
    "text",
    [
        *("", " , ", "hush", "correct horse battery staple correct horse battery", "é" * 43, "x" * 43),
        *(same_key(31), same_key(33), same_key(16), "A" * 43 + "=", base64.b64encode(b"\0" * 32).decode()),
        *(f"{same_key()},hush", "=" * 43, same_key()[:42] + "=="),
    ],
)
def test_what_is_no_key_or_could_be_guessed_is_refused(text: str):
    with pytest.raises(ValueError):
        parse_keys(text)
