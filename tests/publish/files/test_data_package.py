"""A month's description for programs, checked by the tool that others check it with."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.model import Agency
from functions.publish.files.data_package import data_package
from functions.publish.files.names import NAMES
from functions.publish.imprint import Imprint
from tests.factories import ranking
from tests.publish.conftest import Publish
from tests.publish.world import World

RANKING = ranking(month="2026-10", revision=2, state="final")


def package(agency: Agency | None = None, imprint: Imprint | None = None) -> dict[str, object]:
    body = data_package(RANKING, "ab", agency or Agency(), imprint or Imprint(), [], {})
    read: dict[str, object] = json.loads(body)
    return read


def validate(*packages: Path) -> list[str]:
    """What frictionless has against packages, the name of each in front; it is a program of its
    own, so that what it imports and warns of stays there."""
    script = (
        "import sys\n"
        "from frictionless import validate\n"
        "for path in sys.argv[1:]:\n"
        "    report = validate(path)\n"
        "    assert report.tasks and all(task.stats['rows'] is not None for task in report.tasks)\n"
        "    for error in report.flatten(['title', 'message']):\n"
        "        print(path, *error)\n"
    )
    asked = [sys.executable, "-c", script, *map(str, packages)]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_each_months_package_is_valid_and_a_broken_one_is_not(
    world: World, run: Publish, site: Path
) -> None:
    world.revise("2026-08", as_of=world.now)
    run(now=world.now)
    months = sorted(site.glob("data/*/datapackage.json"))
    frozen = sorted(site.glob("data/*/r*/datapackage.json"))
    assert (len(months), len(frozen)) == (3, 2)
    broken = site / "data/2026-10/ranking.titik-koma.csv"
    assert validate(*months, *frozen) == []
    broken.write_bytes(broken.read_bytes().replace(b";1;setjen", b";satu;setjen", 1))
    found = validate(broken.with_name("datapackage.json"))
    assert any("Type Error" in line for line in found), found
    assert any("hash" in line.lower() for line in found), found


def test_a_frozen_months_package_is_that_of_its_revision(run: Publish, site: Path) -> None:
    run()
    for name in NAMES:
        assert (site / f"data/2026-08/{name}").read_bytes() == (
            site / f"data/2026-08/r1/{name}"
        ).read_bytes()


def test_a_table_is_named_with_its_digest(run: Publish, site: Path) -> None:
    run()
    folder = site / "data/2026-09"
    said = json.loads((folder / "datapackage.json").read_bytes())
    assert len(said["resources"]) == 6
    for resource in said["resources"]:
        body = (folder / resource["path"]).read_bytes()
        assert resource["bytes"] == len(body)
        assert resource["hash"] == f"sha256:{hashlib.sha256(body).hexdigest()}"
        assert all(field["description"] for field in resource["schema"]["fields"])


@pytest.mark.parametrize(
    ("licence", "url", "name"),
    [
        ("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/deed.id", "CC-BY-4.0"),
        ("CC BY-SA 4.0", "", "CC-BY-SA-4.0"),
        ("CC0 1.0", "", "CC0-1.0"),
        ("Lisensi <Kementerian>", "", "Lisensi-Kementerian"),
        ("\u202e…", "", "tanpa-nama"),
    ],
)
def test_the_licence_is_the_imprints(licence: str, url: str, name: str) -> None:
    said = package(imprint=Imprint(licence=licence, licence_url=url))
    [told] = said["licenses"]  # type: ignore[misc]
    assert told["name"] == name  # type: ignore[index]
    assert told.get("path", "") == url  # type: ignore[attr-defined]


def test_who_publishes_is_the_imprints_office() -> None:
    nobody = package()["contributors"]
    assert nobody == [
        {
            "title": "Kementerian Hukum",
            "organization": "Kementerian Hukum",
            "roles": ["publisher"],
        }
    ]
    [office] = package(imprint=Imprint(office="Biro Humas", contact="humas@example.go.id"))[
        "contributors"
    ]  # type: ignore[misc]
    assert (office["title"], office["email"]) == ("Biro Humas", "humas@example.go.id")  # type: ignore[index]


@given(st.text(max_size=12), st.text(max_size=12))
def test_an_odd_agency_keeps_its_package_whole(agency_id: str, name: str) -> None:
    said = package(Agency(id=agency_id, name=name))
    assert set(str(said["name"])) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_.")
    assert "\x00" not in json.dumps(said, ensure_ascii=False)
    msgspec.json.encode(said)
