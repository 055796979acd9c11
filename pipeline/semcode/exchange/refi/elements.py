"""Read REFI-QDA's XML piece by piece: one small tree for each source, note, set..."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree.ElementTree import Element, TreeBuilder

from semcode.archives import parse_xml
from semcode.errors import ReadError

__all__ = ["Handler", "Root", "read_elements"]

#: Called with the name of the part (such as Sources) and one finished element of it.
Handler = Callable[[str, Element], None]

_NAMESPACES = {
    "Project": "urn:QDA-XML:project:1.0",
    "CodeBook": "urn:QDA-XML:codebook:1.0",
}
#: Parts that are one element themselves.
_WHOLE = ("Description", "NoteRef")
_MAX_DEPTH = 300
_AGAIN = "Export the project again from the program that it comes from."


class Root:
    """The document's own element; `foreign` counts the elements of another namespace."""

    def __init__(self) -> None:
        self.name = ""
        self.namespace = ""
        self.attributes: dict[str, str] = {}
        self.foreign = 0

    @property
    def usual(self) -> bool:
        """Tell whether the namespace is REFI-QDA's."""
        return self.namespace == _NAMESPACES.get(self.name)


class _Target:
    """Build a tree for each element two levels down, hand it on and forget it."""

    def __init__(self, root: Root, handle: Handler, where: str) -> None:
        self._root, self._handle, self._where = root, handle, where
        self._depth = 0
        self._part = ""
        self._builder = TreeBuilder()
        self._names: dict[str, str] = {}

    def start(self, tag: str, attributes: dict[str, str], /) -> None:
        name = self._names.get(tag) or self._name(tag)
        depth = self._depth
        self._depth += 1
        if depth >= 2:
            if depth > _MAX_DEPTH:
                what = f"its elements are nested more than {_MAX_DEPTH} deep."
                raise ReadError(what, where=self._where, remedy=_AGAIN)
            self._builder.start(name, attributes)
        elif depth == 0:
            self._begin(tag, name, attributes)
        else:
            self._part = name
            self._builder = TreeBuilder()
            if name in _WHOLE:
                self._builder.start(name, attributes)

    def end(self, tag: str, /) -> None:
        self._depth -= 1
        whole = self._part in _WHOLE
        if self._depth >= 2 or (self._depth == 1 and whole):
            self._builder.end(self._names[tag])
        if self._depth == (1 if whole else 2):
            self._handle(self._part, self._builder.close())
            self._builder = TreeBuilder()

    def data(self, data: str, /) -> None:
        if self._depth > 2 or (self._depth == 2 and self._part in _WHOLE):
            self._builder.data(data)

    def _begin(self, tag: str, name: str, attributes: dict[str, str]) -> None:
        if name not in _NAMESPACES:
            what = f"this is XML, but no project or codebook: it begins with {name[:40]!r}."
            remedy = "Name a .qdpx, .qde or .qdc file."
            raise ReadError(what, where=self._where, remedy=remedy)
        root = self._root
        root.name, root.attributes = name, attributes
        root.namespace = tag[1:].partition("}")[0] if tag.startswith("{") else ""

    def _name(self, tag: str) -> str:
        """Give the name without its namespace, and remember it."""
        name = tag.rpartition("}")[2]
        self._names[tag] = name
        if self._root.name and not tag.startswith("{" + self._root.namespace + "}"):
            self._root.foreign += 1
        return name


def read_elements(data: bytes, handle: Handler, *, where: str) -> Root:
    """Hand each element of a project or codebook on, named without namespace.

    Raises ReadError for XML that is damaged, declares entities, or is something else.
    """
    root = Root()
    if not data.strip():
        raise ReadError("the project's XML is empty.", where=where, remedy=_AGAIN)
    parse_xml(data, _Target(root, handle, where), where=where)
    return root
