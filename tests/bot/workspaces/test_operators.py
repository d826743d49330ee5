"""Who is an operator, for every standing."""

import pytest

from bot.workspaces.operators import Standing, is_operator

NEVER, ALWAYS = (False, False, False, False), (True, True, True, True)


@pytest.mark.parametrize(
    ("standing", "allowed"),
    [
        (Standing.UNKNOWN, NEVER),
        (Standing.NOBODY, NEVER),
        (Standing.OUTSIDER, (False, False, True, True)),
        (Standing.MEMBER, (False, True, True, True)),
        (Standing.RUNS_WORKSPACE, ALWAYS),
    ],
)
def test_a_group_is_for_members_and_a_name_for_outsiders_too(standing: Standing, allowed: tuple[bool, ...]):
    cases = [(is_named, in_group) for is_named in (False, True) for in_group in (False, True)]
    assert allowed == tuple(
        is_operator(standing, is_named=is_named, is_in_group=lambda in_group=in_group: in_group)  # type: ignore[misc]
        for is_named, in_group in cases
    )
