"""A study of one interview, one passage and one coding: nothing is said of it in the plural."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest

from semcode.cli import main

INTERVIEW = """\
Interviewer: How did you come here?

Anna: My mother drove me here every Tuesday, and she watched the kids while I was in the group.
"""
CODEBOOK = """\
[[code]]
name = "Family support"
level = "interpersonal"
definition = "A relative drives, watches the children, or gives a place to stay."
facets = ["facilitator"]
"""
CODINGS = """\
transcript,coder,code,facets,quote
one,Ana,Family support,,My mother drove me here every Tuesday
"""

#: A one before what only looks like a plural: "1 is", "1 was", "1 has", "1 times"; 1 to 1.
ALLOWED = {"shows", "is", "was", "has", "this", "less", "plus", "versus", "as", "its", "focus"}
PLURAL = re.compile(r"(?<![\w.,:–-])1 (?:[a-z]+ )?([a-z]+s)\b")

COMMANDS = (
    ["speakers", "--confirm"],
    ["suggest"],
    ["status"],
    ["import", "codings.csv"],
    ["codings"],
    ["codebook", "show"],
    ["codebook", "check", "codebook.toml"],
    ["codebook", "export", "out.docx"],
    ["history"],
    ["export", "out.xlsx"],
    ["export", "out.csv"],
    ["export", "out.qdpx"],
    ["inspect", "out.qdpx"],
    ["report", "report.html"],
    ["agreement", "--html", "agreement.html"],
    ["train"],
    ["evaluate"],
    ["check-codings"],
    ["assign", "--coders", "Bea"],
    ["audit", "--segments", "1", "--coder", "Cy"],
    ["reliability-sample", "--coders", "Ana,Bea", "--segments", "1"],
    ["topics"],
    ["findings", "sem", "--html", "sem.html"],
    ["findings", "matrix", "--docx", "matrix.docx"],
    ["findings", "matrix", "--templates", "sheets"],
    ["findings", "participants"],
    ["findings", "saturation", "--html", "saturation.html"],
    ["findings", "cooccurrence", "--html", "cooccurrence.html"],
    ["findings", "quotes", "--html", "quotes.html"],
    ["findings", "network", "--html", "network.html"],
    ["findings", "report", "--html", "findings.html"],
    ["findings", "report", "--docx", "findings.docx"],
)
WITHOUT_STUDY = {"inspect"}


def false_plurals(text: str) -> list[str]:
    return [
        f"{line.strip()[:60]} ... {found[0]}"
        for line in text.splitlines()
        for found in PLURAL.finditer(line)
        if found[1] not in ALLOWED
    ]


def words(path: Path) -> str:
    """Give what a file says, without tags, styles and scripts; figures' words stay."""
    if path.suffix == ".docx":
        with zipfile.ZipFile(path) as packed:
            return re.sub(r"<[^>]+>", "\n", packed.read("word/document.xml").decode())
    text = path.read_text("utf-8")
    if path.suffix != ".html":
        return text
    text = re.sub(r"(?s)<style.*?</style>|<script(?![^>]*json)[^>]*>.*?</script>", "\n", text)
    return re.sub(r"<[^>]+>|\\u003c.*?\\u003e", "\n", text)


def test_the_search_finds_what_it_should():
    assert false_plurals("there are 1 codings here")
    assert false_plurals("1 open suggestions")
    assert not false_plurals("11 codings, 1.1 codings, 1 coding, 1 of 2 codings")


@pytest.mark.weights
def test_one_of_each_is_never_a_plural(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("one.txt").write_text(INTERVIEW)
    Path("codebook.toml").write_text(CODEBOOK.replace('facets = ["facilitator"]\n', ""))
    Path("codings.csv").write_text(CODINGS)
    found: dict[str, list[str]] = {}

    def run(*arguments: str) -> None:
        main(arguments)
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        assert "usage:" not in said.err, arguments
        if wrong := false_plurals(said.out + "\n" + said.err):
            found[" ".join(arguments)] = wrong

    run("init", "study", "--codebook", "codebook.toml")
    run("add", "--study", "study", "one.txt")
    for command in COMMANDS:
        study = () if command[0] in WITHOUT_STUDY else ("--study", "study")
        run(*command, *study)
    for path in sorted(tmp_path.glob("*.html")) + sorted(tmp_path.rglob("*.docx")):
        if wrong := false_plurals(words(path)):
            found[path.name] = wrong
    listed = "\n".join(f"{where}: {what}" for where, what in found.items())
    assert not listed, listed
