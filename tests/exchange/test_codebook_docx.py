from docx import Document

from semcode import Code, Codebook, Facet, Level
from semcode.exchange.codebook_docx import write_codebook_docx


def test_the_codebook_is_a_document_with_an_outline(tmp_path):
    family = Code("Family", "kin\x0b", include="aunts", exclude="friends", level="interpersonal")
    mother = Code("Mother", parent="Family", examples=("She <b>drove</b> me.",), facets=("tie",))
    book = Codebook((family, mother), name="Peers", facets=(Facet("tie", ("support", "strain")),))
    path = tmp_path / "book.docx"
    write_codebook_docx(book, path, counts={mother.guid: 1}, version=3)
    parts = [(p.style.name, p.text) for p in Document(path).paragraphs]
    assert ("Title", "Peers") in parts
    assert ("Heading 1", Level.INTERPERSONAL.capitalize()) in parts
    assert ("Heading 2", "Family") in parts
    assert ("Heading 3", "Mother") in parts
    texts = [text for _, text in parts]
    assert "kin\ufffd" in texts
    assert "Include: aunts" in texts
    assert "She <b>drove</b> me." in texts
    assert "1 coding; facets: tie" in texts
    assert "support / strain" in texts
