"""Every published JSON file has the form that its schema says, and no other."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_type_hints

import jsonschema
import msgspec
import pytest

from functions.publish.files.meanings import MEANINGS
from functions.publish.files.schemas import INSTANTS, SCHEMAS, meaning, schema_files
from tests.publish.conftest import Publish
from tests.publish.spoken import speak
from tests.publish.world import World

FILES = schema_files()


def checker(name: str) -> jsonschema.Draft202012Validator:
    schema = json.loads(FILES[f"data/skema/{name}.schema.json"])
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def anywhere(path: str) -> str:
    """A path of any month or week, as a pattern."""
    return re.sub(r"\{\w+\}", "*", path)


def documents(site: Path, name: str) -> Iterator[Any]:
    """What the site has of a kind of file, latest and frozen; of evidence, each line."""
    path = SCHEMAS[name].path
    patterns = {anywhere(path), path.replace("{bulan}", "*/r*")}
    for found in sorted(each for pattern in patterns for each in site.glob(pattern)):
        body = found.read_bytes()
        if found.suffix == ".gz":
            yield from map(json.loads, gzip.decompress(body).splitlines())
        else:
            yield json.loads(body)


def structs(described: Any) -> set[type[msgspec.Struct]]:
    """Every struct that a type is made of."""
    found: set[type[msgspec.Struct]] = set()

    def look(at: Any) -> None:
        if isinstance(at, msgspec.inspect.StructType):
            if at.cls in found:
                return
            found.add(at.cls)
        if isinstance(at, tuple):
            for each in at:
                look(each)
        elif isinstance(at, msgspec.inspect.Type | msgspec.inspect.Field):
            for name in at.__struct_fields__:
                look(getattr(at, name))

    look(msgspec.inspect.type_info(described))
    return found


@pytest.fixture
def whole(world: World, run: Publish, site: Path) -> Path:
    """A site with a month that was revised, issues and insights."""
    speak(world)
    run()
    world.revise("2026-08", as_of=world.now)
    run(now=world.now)
    return site


def test_what_is_published_has_the_form_that_its_schema_says(whole: Path) -> None:
    for name in SCHEMAS:
        validator = checker(name)
        found = list(documents(whole, name))
        assert found, name
        for document in found:
            validator.validate(document)


def test_every_json_file_has_a_schema(whole: Path) -> None:
    """But for data packages and schemas, whose forms are known."""
    told = [anywhere(each.path) for each in SCHEMAS.values()]
    told += [each.path.replace("{bulan}", "*/r*") for each in SCHEMAS.values()]
    for path in whole.rglob("*.json"):
        relative = path.relative_to(whole)
        if path.name == "datapackage.json" or relative.parent.as_posix() == "data/skema":
            continue
        assert any(relative.match(pattern) for pattern in told), relative


WRONG = [
    ("ranking", ("lists", 0, "rows", 0, "rank"), "satu"),
    ("ranking", ("lists", 0, "rows", 0, "satker"), None),
    ("ranking", ("state",), "selesai"),
    ("ranking", ("flags", 0, "code"), "lain"),
    ("unggahan", ("posts", 0, "platform"), "myspace"),
    ("unggahan", ("posts", 0, "i24"), 1.5),
    ("keputusan", ("decisions", 0, "action"), "delete"),
    ("bukti", ("formula",), 2),
    ("terbit", ("agency",), ["kemenkum"]),
    ("isu", ("terms", 0, "units"), -1),
    ("isu", ("campaigns", 0, "begins"), 5),
    ("wawasan", ("effects", 0, "kind"), "lain"),
]


@pytest.mark.parametrize(("name", "place", "value"), WRONG)
def test_what_is_wrong_is_refused(
    world: World, run: Publish, site: Path, name: str, place: tuple[str | int, ...], value: object
) -> None:
    speak(world)
    run()
    document = next(documents(site, name))
    validator = checker(name)
    validator.validate(document)
    around = document
    for step in place[:-1]:
        around = around[step]
    around[place[-1]] = value
    assert not validator.is_valid(document)
    del around[place[-1]]
    assert not validator.is_valid(document), "what is always written is required"


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_field_is_explained_in_indonesian(name: str) -> None:
    for struct in structs(SCHEMAS[name].type):
        hints = get_type_hints(struct)
        for field in msgspec.structs.fields(struct):
            assert meaning(struct.__name__, field.encode_name)
            told = str(hints[field.name])
            is_instant = re.search(r"\bdatetime\.datetime\b", told) is not None
            is_instant = is_instant and "tuple" not in told and "dict" not in told
            assert is_instant == (field.encode_name in INSTANTS), (struct, field.name)


def test_nobody_explains_what_is_in_no_file() -> None:
    used = {
        (struct.__name__, name)
        for described in SCHEMAS.values()
        for struct in structs(described.type)
        for name in [field.encode_name for field in msgspec.structs.fields(struct)]
        + [str(struct.__struct_config__.tag_field)]
    }
    for said in MEANINGS:
        struct, _, field = said.rpartition(".")
        assert any(name == field and struct in ("", of) for of, name in used), said


def test_a_schema_names_its_own_address_where_the_site_has_one() -> None:
    assert "$id" not in json.loads(FILES["data/skema/bukti.schema.json"])
    told = json.loads(schema_files("https://kiprah.example.go.id/")["data/skema/bukti.schema.json"])
    assert told["$id"] == "https://kiprah.example.go.id/data/skema/bukti.schema.json"
