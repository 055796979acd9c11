"""Read the sources of a project: texts, the text of PDFs, transcripts of recordings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element

from semcode.exchange.refi.archive import Parts
from semcode.exchange.refi.guids import derived, normal
from semcode.exchange.refi.raw import (
    RawSelection,
    RawSource,
    note_refs,
    number,
    optional_guid,
    raw_codings,
    raw_selection,
)
from semcode.exchange.refi.tally import Tally
from semcode.exchange.refi.texts import has_formatting, words_of

__all__ = ["SourceReader"]

_VALUES = frozenset(
    ("TextValue", "BooleanValue", "IntegerValue", "FloatValue", "DateValue", "DateTimeValue")
)


class SourceReader:
    """Turn source elements into raw sources, and count what has no place in a study."""

    def __init__(self, parts: Parts, warnings: Tally, lost: Tally) -> None:
        self._parts, self._warnings, self._lost = parts, warnings, lost
        self._texts: set[str] = set()

    def read(self, element: Element) -> Iterator[RawSource]:
        """Give the sources that an element of <Sources> holds."""
        kind = element.tag
        if kind == "TextSource":
            yield self._text(element)
        elif kind == "PDFSource":
            yield self._pdf(element)
        elif kind in ("AudioSource", "VideoSource"):
            yield from self._recording(element)
        elif kind == "PictureSource":
            yield from self._picture(element)
        else:
            self._lost.add("sources of an unknown kind", kind[:40])

    def _text(self, element: Element) -> RawSource:
        source = self._source(element, element)
        self._texts.add(element.get("plainTextPath") or source.guid)
        if source.text is not None and has_formatting(element):
            self._lost.add("formatting of documents (bold, pictures, tables)", source.name)
        return source

    def _source(self, element: Element, textual: Element, *, rich: str = "") -> RawSource:
        """Read what every source has; `textual` is the element that holds the words."""
        name = _name(element, textual)
        words = words_of(textual, self._parts, name, self._warnings, rich=rich, lost=self._lost)
        source = RawSource(
            guid=normal(element.get("guid", "")) or derived("source", name),
            name=name,
            text=None if words is None else words.text,
            bom=words is not None and words.bom,
            sha256=words.sha256 if words else "",
            file=words.file if words else "",
            memo=(element.findtext("Description") or "").strip(),
            user=optional_guid(element.get("creatingUser")),
        )
        for part in {id(element): element, id(textual): textual}.values():
            source.whole += raw_codings(part, self._warnings)
            source.notes += note_refs(part)
            source.attributes |= values_of(part)
            source.selections += map(self._selection, part.iterfind("PlainTextSelection"))
        return source

    def _selection(self, element: Element) -> RawSelection:
        start, end = number(element.get("startPosition")), number(element.get("endPosition"))
        if start is None or end is None:
            self._warnings.add("selections have no position and are left out")
            return RawSelection("", None, None)
        return raw_selection(element, start, end, self._warnings)

    def _pdf(self, element: Element) -> RawSource:
        textual = element.find("Representation")
        rich = element.get("path", "")
        source = self._source(element, element if textual is None else textual, rich=rich)
        placed = {selection.guid: selection for selection in source.selections}
        for region in element.iterfind("PDFSelection"):
            self._region(region, source, placed)
        if source.text is not None:
            self._lost.add("pages of PDFs (their words are kept)", source.name)
        return source

    def _region(self, region: Element, source: RawSource, placed: dict[str, RawSelection]) -> None:
        """Read a part of a page: paired with a selection of the text, or with its words."""
        words = region.findtext("Representation/PlainTextContent") or ""
        found = raw_selection(region, None, None, self._warnings, quote=words)
        twin = placed.get(found.guid)
        if twin is not None:
            done = {(coding.code, coding.user) for coding in twin.codings}
            new = tuple(c for c in found.codings if (c.code, c.user) not in done)
            if new:
                source.selections.append(
                    RawSelection(found.guid, twin.start, twin.end, twin.name, codings=new)
                )
        elif words.strip() and (found.codings or found.memo or found.notes):
            source.selections.append(found)
        else:
            lost = "codings of areas on PDF pages, which have no words"
            self._lost.add(lost, source.name, len(found.codings))

    def _recording(self, element: Element) -> Iterator[RawSource]:
        what = "recordings (sound or video)"
        name = element.get("name", "") or element.get("guid", "")
        self._lost.add(what, name)
        kind = element.tag.removesuffix("Source")
        times = sum(len(s.findall("Coding")) for s in element.iterfind(f"{kind}Selection"))
        times += len(element.findall("Coding"))
        self._lost.add("codings of moments in recordings", name, times)
        for transcript in element.iterfind("Transcript"):
            marks = list(transcript.iterfind("TranscriptSelection"))
            path = transcript.get("plainTextPath", "")
            if path in self._texts and not marks:
                continue  # the same text is a document of its own
            source = self._source(transcript, transcript)
            points = {
                normal(point.get("guid", "")): number(point.get("position"))
                for point in transcript.iterfind("SyncPoint")
            }
            self._lost.add("time marks of transcripts", name, len(points))
            for mark in marks:
                start = points.get(normal(mark.get("fromSyncPoint", "")))
                end = points.get(normal(mark.get("toSyncPoint", "")))
                if start is None or end is None:
                    self._warnings.add("selections have no position and are left out")
                    continue
                source.selections.append(raw_selection(mark, start, end, self._warnings))
            yield source

    def _picture(self, element: Element) -> Iterator[RawSource]:
        name = element.get("name", "")
        self._lost.add("pictures", name)
        codings = len(element.findall("Coding"))
        codings += len(element.findall("PictureSelection/Coding"))
        self._lost.add("codings of pictures", name, codings)
        textual = element.find("TextDescription")
        if textual is not None and (textual.get("plainTextPath") or list(textual)):
            yield self._source(textual, textual)


def values_of(element: Element) -> dict[str, str]:
    """Read the values of variables of a case or source, by the variable's guid."""
    found = {}
    for value in element.iterfind("VariableValue"):
        reference = value.find("VariableRef")
        told = next((child for child in value if child.tag in _VALUES), None)
        if reference is None or told is None or not (told.text or "").strip():
            continue
        guid = reference.get("targetGUID", "")
        if guid:
            found[normal(guid)] = (told.text or "").strip()
    return found


def _name(element: Element, textual: Element) -> str:
    """Give a source's name: its own, or that of its file without the ending."""
    name = " ".join(element.get("name", "").split())
    if name:
        return name
    path = textual.get("plainTextPath") or textual.get("richTextPath") or element.get("path") or ""
    stem = PurePosixPath(path.replace("\\", "/").rpartition("://")[2]).stem
    return stem or element.get("guid", "") or "document"
