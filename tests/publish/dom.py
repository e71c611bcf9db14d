"""A page as a tree: its elements, their words, and what stands around each of them."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser

_VOID = frozenset({"base", "meta", "link", "input", "br", "img", "hr"})


class Element:
    """An element with its attributes, what it holds, and what holds it."""

    def __init__(self, tag: str, attrs: dict[str, str], parent: Element | None) -> None:
        self.tag = tag
        self.attrs = attrs
        self.parent = parent
        self.children: list[Element | str] = []

    @property
    def classes(self) -> list[str]:
        return self.attrs.get("class", "").split()

    @property
    def text(self) -> str:
        """The words in it, in one line."""
        return " ".join(" ".join(words for words, _ in self.words()).split())

    def words(self) -> Iterator[tuple[str, Element]]:
        """Each run of words in it, with the element that holds it."""
        for child in self.children:
            if isinstance(child, str):
                yield child, self
            else:
                yield from child.words()

    def all(self, tag: str = "", name: str = "") -> list[Element]:
        """The elements in it by tag and by class, in order."""
        return [
            each
            for each in self.elements()
            if tag in ("", each.tag) and (not name or name in each.classes)
        ]

    def elements(self) -> Iterator[Element]:
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child.elements()

    def within(self, *tags: str) -> Element | None:
        """The nearest element around it, or itself, of one of these tags."""
        at: Element | None = self
        while at is not None and at.tag not in tags:
            at = at.parent
        return at


def parse(html: str) -> Element:
    """A page's tree. Every element that is opened must be closed.

    Raises:
        AssertionError: an end without its beginning, or a beginning without its end.
    """
    builder = _Builder()
    builder.feed(html)
    builder.close()
    assert builder.at is builder.root, f"<{builder.at.tag}> is not closed"
    return builder.root


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.at = Element("", {}, None)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = self._add(tag, attrs)
        if tag not in _VOID:
            self.at = made

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._add(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.at.tag == tag, f"</{tag}> within <{self.at.tag}>"
        assert self.at.parent is not None
        self.at = self.at.parent

    def handle_data(self, data: str) -> None:
        self.at.children.append(data)

    def _add(self, tag: str, attrs: list[tuple[str, str | None]]) -> Element:
        made = Element(tag, {name: value or "" for name, value in attrs}, self.at)
        self.at.children.append(made)
        return made
