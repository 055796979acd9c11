from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

import pytest

from semcode.errors import ReadError
from semcode.readers.office import read_docx, read_odt

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
STRICT = 'xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"'
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/officeDocument" Target="{}"/></Relationships>'
)
ODF = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "text", "table", "drawing")
)


def zipped(members: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def docx(body: str, *, part: str = "word/document.xml", space: str = W) -> bytes:
    document = f"<w:document {space} {MC}><w:body>{body}</w:body></w:document>"
    return zipped({"_rels/.rels": RELATIONS.format(part), part: document})


def odt(body: str, *, manifest: str = "<manifest/>") -> bytes:
    content = f"<office:document-content {ODF}><office:body><office:text>{body}</office:text>"
    content += "</office:body></office:document-content>"
    return zipped({"META-INF/manifest.xml": manifest, "content.xml": content})


def p(*runs: str) -> str:
    return f"<w:p>{''.join(runs)}</w:p>"


def r(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t xml:space='preserve'>{text}</w:t></w:r>"


def test_paragraphs_marks_and_bold() -> None:
    body = p(r("Ann", "<w:b/>"), r(" one")) + p(
        "<w:r><w:t>two</w:t><w:tab/><w:t>three</w:t><w:br/><w:t>four</w:t></w:r>"
    )
    extract = read_docx(docx(body + p(r("Bob", "<w:b/>"), r(" five"))), where="a")
    assert extract.text == "Ann one\ntwo\tthree\nfour\nBob five\n"
    assert extract.bold == {0: 3, 23: 3}
    assert extract.text[23:26] == "Bob"
    assert extract.warnings == ()


def test_bold_that_is_switched_off_or_a_style() -> None:
    body = p(r("Ann", '<w:b w:val="0"/>'), r(" one")) + p(r("Bob", '<w:rStyle w:val="Strong"/>'))
    assert read_docx(docx(body), where="a").bold == {8: 3}


def test_tracked_changes_are_accepted() -> None:
    body = p(
        r("kept "),
        f"<w:ins w:id='1'>{r('new ')}</w:ins>",
        "<w:del w:id='2'><w:r><w:delText>old </w:delText></w:r></w:del>",
        f"<w:moveFrom w:id='3'>{r('from ')}</w:moveFrom>",
        f"<w:moveTo w:id='3'>{r('to')}</w:moveTo>",
    )
    extract = read_docx(docx(body), where="a")
    assert extract.text == "kept new to\n"
    assert "tracked changes" in extract.warnings[0]


def test_a_deleted_paragraph_mark_joins_paragraphs() -> None:
    mark = "<w:pPr><w:rPr><w:del w:id='1'/></w:rPr></w:pPr>"
    assert read_docx(docx(p(mark, r("one ")) + p(r("two"))), where="a").text == "one two\n"


def test_what_is_not_read() -> None:
    body = p(
        "<w:pPr><w:tabs><w:tab w:val='left'/></w:tabs><w:rPr><w:b/></w:rPr></w:pPr>",
        r("seen"),
        r("hidden", "<w:vanish/>"),
        "<w:r><w:instrText>PAGE</w:instrText><w:footnoteReference w:id='1'/></w:r>",
        f"<mc:AlternateContent><mc:Fallback>{r('twice')}</mc:Fallback></mc:AlternateContent>",
        "<w:r><w:rPr><w:rPrChange><w:rPr><w:b/></w:rPr></w:rPrChange></w:rPr><w:t>!</w:t></w:r>",
    )
    extract = read_docx(docx(body), where="a")
    assert (extract.text, extract.bold) == ("seen!\n", {})


def test_tables_become_lines_with_tabs() -> None:
    def row(*cells: str) -> str:
        return f"<w:tr>{''.join(f'<w:tc>{cell}</w:tc>' for cell in cells)}</w:tr>"

    inner = f"<w:tbl>{row(p(r('x')), p(r('y')))}</w:tbl>"
    body = (
        p(r("above"))
        + "<w:tbl>"
        + row(p(r("I")), p(r("What?")))
        + row(p(r("P")), p(r("One.")) + p(r("Two.")))
        + row(p(), p(r("alone")))
        + row(p(r("n")), inner + p())
        + "</w:tbl>"
        + p(r("below"))
    )
    lines = "above\nI\tWhat?\nP\tOne.\nTwo.\nalone\nn\tx\ty\nbelow\n"
    assert read_docx(docx(body), where="a").text == lines


def test_a_text_box_is_read_once() -> None:
    box = f"<w:r><w:pict><w:txbxContent>{p(r('inside'))}</w:txbxContent></w:pict></w:r>"
    assert read_docx(docx(p(r("one"), box, r("two"))), where="a").text == "inside\nonetwo\n"


def test_strict_documents_and_other_part_names() -> None:
    body = p(r("one"))
    assert read_docx(docx(body, space=STRICT), where="a").text == "one\n"
    assert read_docx(docx(body, part="word/document2.xml"), where="a").text == "one\n"


def test_python_docx_writes_what_is_read() -> None:
    import docx as python_docx

    document = python_docx.Document()
    document.add_heading("Title", 1)
    document.add_paragraph("One.\nTwo 😀\tthree")
    document.add_paragraph().add_run("Ann").bold = True
    buffer = io.BytesIO()
    document.save(buffer)
    extract = read_docx(buffer.getvalue(), where="a")
    assert extract.text == "Title\nOne.\nTwo 😀\tthree\nAnn\n"
    assert extract.bold == {extract.text.index("Ann"): 3}


def test_odfpy_writes_what_is_read() -> None:
    from odf.opendocument import OpenDocumentText
    from odf.text import LineBreak, Note, NoteBody, P, S, Tab

    document = OpenDocumentText()
    paragraph = P(text="One")
    paragraph.addElement(S(c=3))
    paragraph.addText("two")
    paragraph.addElement(Tab())
    note = Note(noteclass="footnote")
    body = NoteBody()
    body.addElement(P(text="a note"))
    note.addElement(body)
    paragraph.addElement(note)
    paragraph.addElement(LineBreak())
    paragraph.addText("three 😀")
    document.text.addElement(paragraph)
    document.text.addElement(P(text="Four"))
    buffer = io.BytesIO()
    document.write(buffer)
    assert read_odt(buffer.getvalue(), where="a").text == "One   two\t\nthree 😀\nFour\n"


def test_odt_changes_comments_and_tables() -> None:
    body = (
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>old</text:p>"
        "</text:deletion></text:changed-region></text:tracked-changes>"
        "<text:h>Title</text:h><text:p>one <text:span>two</text:span>"
        "<office:annotation><text:p>comment</text:p></office:annotation> three</text:p>"
        "<table:table><table:table-row><table:table-cell><text:p>I</text:p></table:table-cell>"
        "<table:table-cell><text:p>What?</text:p></table:table-cell></table:table-row></table:table>"
    )
    extract = read_odt(odt(body), where="a")
    assert extract.text == "Title\none two three\nI\tWhat?\n"
    assert "tracked changes" in extract.warnings[0]


def test_odt_with_a_password() -> None:
    with pytest.raises(ReadError, match="password"):
        read_odt(odt("<text:p>x</text:p>", manifest="<m><encryption-data/></m>"), where="a")


@pytest.mark.parametrize("read", [read_docx, read_odt])
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04",
        zipped({"other.xml": "<a/>"}),
        zipped({"_rels/.rels": "<a", "META-INF/manifest.xml": "", "content.xml": "<a"}),
        docx('<!DOCTYPE a [<!ENTITY b "c">]>')[:-30],
        zipped({"_rels/.rels": "<!DOCTYPE a><a/>", "META-INF/manifest.xml": "<a/>"}),
    ],
)
def test_damage(read: Callable[..., object], data: bytes) -> None:
    with pytest.raises(ReadError) as caught:
        read(data, where="a.docx")
    assert caught.value.where == "a.docx"
    assert caught.value.remedy


def test_a_document_that_declares_entities() -> None:
    entity = f'<!DOCTYPE d [<!ENTITY a "b">]><w:document {W}/>'
    data = zipped(
        {"_rels/.rels": RELATIONS.format("word/document.xml"), "word/document.xml": entity}
    )
    with pytest.raises(ReadError, match="not safe"):
        read_docx(data, where="a")


def test_a_document_of_a_hundred_million_bytes_is_refused_unread() -> None:
    with pytest.raises(ReadError, match=r"unpacks|takes"):
        read_docx(docx(p(r("a" * 61_000_000))), where="a")


def test_deep_nesting_does_no_harm() -> None:
    deep = 20_000
    body = "<w:sdt>" * deep + p(r("one")) + "</w:sdt>" * deep
    assert read_docx(docx(body), where="a").text == "one\n"


def test_memory_stays_in_proportion() -> None:
    import tracemalloc

    data = docx(p(r("word " * 20)) * 20_000)
    tracemalloc.start()
    extract = read_docx(data, where="a")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(re.findall("word", extract.text)) == 400_000
    assert peak < 60_000_000


def test_counted_spaces_have_a_limit() -> None:
    few = '<text:p>one<text:s text:c="7"/>two</text:p>'
    assert read_odt(odt(few), where="a").text == "one       two\n"
    with pytest.raises(ReadError, match="mostly spaces") as caught:
        read_odt(odt("<text:p>" + '<text:s text:c="1000"/>' * 2_000 + "</text:p>"), where="a.odt")
    assert caught.value.remedy
