"""Reading, deciding and writing again while others are faster."""

import pytest

from functions.store.port import Conflict, until_written


def writing(conflicts, calls):
    """A step that meets so many others, then writes."""

    def step():
        calls.append("tried")
        if len(calls) <= conflicts:
            raise Conflict("a/b has been changed since it was read")
        return "written"

    return step


@pytest.mark.parametrize("conflicts", [0, 1, 2])
def test_a_step_is_done_again_until_it_has_written(conflicts):
    calls = []
    assert until_written(writing(conflicts, calls), attempts=3) == "written"
    assert len(calls) == conflicts + 1


def test_who_is_never_first_hears_so():
    calls = []
    with pytest.raises(Conflict, match=r"others keep writing .*a/b.*; try again"):
        until_written(writing(3, calls), attempts=3)
    assert len(calls) == 3


def test_another_error_is_raised_at_once():
    calls = []

    def broken():
        calls.append("tried")
        raise ValueError("no document")

    with pytest.raises(ValueError, match="no document"):
        until_written(broken)
    assert len(calls) == 1
