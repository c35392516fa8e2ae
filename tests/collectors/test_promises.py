"""What is said of answers that lack what a platform promises."""

import pytest

from collectors import jira
from collectors.jira.units import histories_of
from collectors.promises import promised


def test_the_place_is_told_and_not_the_value() -> None:
    issue = {"changelog": {"total": "a secret"}}
    with (
        pytest.raises(jira.Malformed, match=r"^jira: .* \(ValueError at jira/units.py:\d+\)$") as caught,
        promised(jira.Malformed, "jira"),
    ):
        histories_of(issue)
    assert "secret" not in str(caught.value) + caught.value.hint
    assert isinstance(caught.value.__cause__, ValueError)


def test_errors_of_a_platform_are_left_alone() -> None:
    error = jira.Unreachable("nobody there", hint="try again")
    with pytest.raises(jira.Unreachable) as caught, promised(jira.Malformed, "jira"):
        raise error
    assert caught.value is error
