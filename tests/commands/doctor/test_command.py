"""``kiprah doctor`` as an operator types it."""

from __future__ import annotations

import pytest

from tests.commands.running import (
    done,
    kiprah,
    opened,
)

pytestmark = pytest.mark.usefixtures("folder")


def test_doctor_asks_the_platforms_when_it_is_told_to(stand_ins):
    done("registry", "import", "satker.csv")
    kiprah("doctor")
    assert stand_ins.calls.report()["total"] == 0
    result = kiprah("doctor", "--live")
    live = [line for line in result.stdout.splitlines() if " live " in line]
    assert len(live) == 7
    assert all(line.startswith("ok") for line in live), live
    stand_ins.fault("credits_depleted", platform="x")
    result = kiprah("doctor", "--live")
    assert result.exit_code == 1
    [line] = [line for line in result.stdout.splitlines() if line.startswith("!!  live")]
    assert "CreditsDepleted: add credits" in line
    assert result.stdout.splitlines()[0].startswith("!!  next: live x x:")
    with opened() as agency:
        assert list(agency.store.list(f"{agency.root}/budgets")) == []
