"""The bot killed for real while it archives at Mailchimp: each address has its true outcome in the end."""

import pytest

from tests.tools import outbox_fire


@pytest.mark.parametrize("contacts", [200, 700])
def test_killed_amid_faults_each_address_has_its_true_outcome(database_url: str, contacts: int) -> None:
    """Two hundred go one by one, seven hundred in batches."""
    fire = outbox_fire.run(database_url, contacts, 2, seed=contacts)
    assert fire.differences == {}
    assert len(fire.kills) == 2
    assert fire.faults.keys() == {"reset", "too_many"}
