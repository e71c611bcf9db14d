"""Terraform's files as a test reads them: blocks by their labels, and the values that are written
out. What is only computed stays the text of its expression."""

import functools
import re
from pathlib import Path

import hcl2

FOLDER = Path(__file__).parents[2] / "infra" / "terraform"


class Terraform:
    """A folder of .tf files. ``resources`` are by (type, name), ``locals`` by name."""

    def __init__(self, folder=FOLDER):
        self.resources, self.locals, self.variables, self.outputs = {}, {}, {}, {}
        for path in sorted(folder.glob("*.tf")):
            blocks = _parsed(path.read_text(encoding="utf-8"))
            for block in blocks.get("resource", []):
                for kind, named in _members(block):
                    self.resources |= {(kind, name): body for name, body in _members(named)}
            for block in blocks.get("locals", []):
                self.locals |= dict(_members(block))
            for block in blocks.get("variable", []):
                self.variables |= dict(_members(block))
            for block in blocks.get("output", []):
                self.outputs |= dict(_members(block))

    def of_kind(self, kind):
        """The resources of a kind, by name."""
        return {name: body for (other, name), body in self.resources.items() if other == kind}


@functools.cache
def _parsed(text):
    """Parsing is slow; the same text is parsed once."""
    return hcl2.loads(text)


def _members(block):
    return [(plain(name), plain(value)) for name, value in block.items() if name[:2] != "__"]


def plain(value):
    """A value without the quotes and the remarks that the reader keeps."""
    if isinstance(value, dict):
        return dict(_members(value))
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, str) and len(value) > 1 and value[0] == value[-1] == '"':
        return value[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return value


def texts(value):
    """Every text that stands in an expression, or in what is written out."""
    if isinstance(value, dict):
        return {text for item in value.items() for part in item for text in texts(part)}
    if isinstance(value, list):
        return {text for item in value for text in texts(item)}
    if isinstance(value, str) and value.startswith("${"):
        return set(re.findall(r'"([^"$]*)"', value))
    return {value} if isinstance(value, str) else set()
