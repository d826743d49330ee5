"""What enters: typed text that no database takes is left out, wherever it stands in a payload."""

from handlers.slack.app import _storable


def test_nul_and_halves_of_characters_are_left_out_and_the_rest_stays():
    body = {"text": "a\0b\ud800c", "state": {"values": [{"value": "Zoë\0 😀"}, None, 3, True]}}
    assert _storable(body) == {"text": "abc", "state": {"values": [{"value": "Zoë 😀"}, None, 3, True]}}
