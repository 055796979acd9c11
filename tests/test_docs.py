"""The documentation is true: commands parse, examples run, links lead somewhere."""

from __future__ import annotations

import ast
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
import tomllib
from argparse import ArgumentParser, _SubParsersAction
from dataclasses import asdict
from pathlib import Path

import pytest

from semcode import Settings, Study
from semcode.cli import main
from semcode.cli.parser import build_parser
from semcode.codebook import from_toml
from semcode.errors import SemcodeError
from semcode.resources import locate

ROOT = Path(__file__).parents[1]
TOP = [ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "DECISIONS.md")]
PAGES = [*TOP, ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
TOURS = [ROOT / "README.md", ROOT / "docs" / "guide" / "getting-started.md"]
STARTER = locate("data/starter/postpartum")
STARTERS = ("postpartum", "peer-support")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
REGISTRIES = re.compile(
    r"https?://[^\s)>]*(?:pypi|pythonhosted|conda|pytorch|huggingface|npmjs|docker)", re.IGNORECASE
)


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks(page: Path, language: str) -> list[str]:
    return [body for kind, body in BLOCK.findall(text_of(page)) if kind == language]


def command_lines(page: Path) -> list[list[str]]:
    """Give the `semcode ...` lines of a page's shell blocks as lists of arguments."""
    found = []
    for body in blocks(page, "sh"):
        for line in body.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            if words and words[0] == "semcode":
                found.append(words[1 : words.index(">")] if ">" in words else words[1:])
    return found


def commands_of(parser: ArgumentParser) -> dict[str, ArgumentParser]:
    return next(a for a in parser._actions if isinstance(a, _SubParsersAction)).choices


ALL_COMMANDS = [(name_of(page), line) for page in PAGES for line in command_lines(page)]


@pytest.mark.parametrize(("page", "arguments"), ALL_COMMANDS, ids=lambda value: str(value)[:70])
def test_a_command_in_the_documentation_parses(page, arguments):
    assert build_parser().parse_args(arguments).command == arguments[0]


def test_there_are_commands_to_parse():
    assert {line[0] for _, line in ALL_COMMANDS} == set(commands_of(build_parser()))


def test_a_command_inside_a_sentence_exists():
    known = set(commands_of(build_parser()))
    for page in PAGES:
        told = re.sub(r"^\| `[^|]*` \|", "", text_of(page), flags=re.MULTILINE)  # texts of errors
        for name in re.findall(r"`semcode ([a-z][a-z-]*)", told):
            assert name in known, f"{name_of(page)}: semcode {name}"


def test_the_reference_pages_are_as_the_code_says():
    script = ROOT / "scripts" / "docs.py"
    done = subprocess.run(
        [sys.executable, script, "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", commands_of(build_parser()))
def test_every_command_has_help_with_an_example_and_is_in_the_reference(name):
    command = commands_of(build_parser())[name]
    assert f"semcode {name} " in (command.epilog or ""), "no example"
    assert all(action.help for action in command._actions if action.option_strings[1:])
    assert f"\n## {name}\n" in text_of(ROOT / "docs" / "commands.md")


def test_the_guide_names_every_page():
    linked = {
        (ROOT / "docs" / to).resolve() for to in LINK.findall(text_of(ROOT / "docs/index.md"))
    }
    pages = {page.resolve() for page in (ROOT / "docs").rglob("*.md")} - {ROOT / "docs/index.md"}
    assert not pages - linked


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page):
    for target in LINK.findall(text_of(page)):
        if not target.startswith(("http://", "https://", "mailto:", "#")):
            assert (page.parent / target.partition("#")[0]).exists(), target


@pytest.mark.parametrize("page", [*PAGES, ROOT / "NOTICE", ROOT / "CITATION.cff"], ids=name_of)
def test_no_page_links_to_a_registry(page):
    assert not REGISTRIES.findall(text_of(page))


def test_codebook_examples_are_codebooks():
    found = [b for page in PAGES for b in blocks(page, "toml") if "[[code]]" in b]
    assert found
    for body in found:
        assert len(from_toml(body)) > 1


def test_the_page_of_settings_names_every_setting_with_its_default():
    rows = re.findall(
        r"^\| (?:`\[(\w+)\]` )?\| `(\w+)` \| `([^`]*)` \|",
        text_of(ROOT / "docs" / "guide" / "settings.md"),
        re.MULTILINE,
    )
    told: dict[str, dict[str, object]] = {}
    section = ""
    for named, key, value in rows:
        section = named or section
        told.setdefault(section, {})[key] = tomllib.loads(f"value = {value}")["value"]
    assert told == asdict(Settings())


def test_every_error_in_troubleshooting_is_one_that_can_appear():
    sources = [*(ROOT / "pipeline" / "semcode").rglob("*.py"), ROOT / "scripts" / "environment.py"]
    said = [text for path in sources for text in texts_in(path)]
    page = text_of(ROOT / "docs" / "guide" / "troubleshooting.md")
    rows = re.findall(r"^\| `([^|]+)` \|", page, re.MULTILINE)
    assert len(rows) > 50
    rows.remove("semcode: command not found")
    for row in rows:
        pieces = [piece.strip(" .:'") for piece in row.split("…") if len(piece) > 3]
        assert pieces, row
        assert any(all(p in text for p in pieces) for text in said), row


def texts_in(path: Path) -> list[str]:
    """Give every text in a module; what is filled in stands as `…`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [text for node in ast.walk(tree) if (text := _text(node))]


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = (_text(value) or "…" for value in node.values)
        return "".join(parts)
    return ""


def lay_out(folder: Path) -> None:
    """Put what the examples begin with where they look for it."""
    shutil.copytree(STARTER / "transcripts", folder / "interviews")
    shutil.copy(STARTER / "participants.csv", folder)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    lay_out(tmp_path)
    (tmp_path / "ratings.csv").write_text("unit,Ann,Ben\n1,a,a\n2,a,b\n3,b,b\n4,b,b\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.weights
@pytest.mark.parametrize("page", TOURS, ids=name_of)
def test_the_tour_can_be_walked(page, project, capsys):
    for arguments in command_lines(page):
        if "my-codebook.xlsx" not in arguments:
            assert main(arguments) == 0, (arguments, capsys.readouterr().err)
    assert (project / "report.html").stat().st_size > 100_000
    assert (project / "codings.xlsx").is_file()
    for body in blocks(page, "python"):
        exec(compile(body, name_of(page), "exec"), {})
        assert "P01" in capsys.readouterr().out


@pytest.mark.weights
def test_the_python_example_of_the_reference_runs(project, capsys):
    (body,) = blocks(ROOT / "docs" / "api.md", "python")
    exec(compile(body, "api.md", "exec"), {})
    assert "P01_interview" in capsys.readouterr().out


@pytest.fixture(scope="module")
def coded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folders = {name: tmp_path_factory.mktemp("coded") / name for name in STARTERS}
    for name, folder in folders.items():
        with Study.from_starter(folder, name) as study:
            study.suggest()
    return folders


@pytest.mark.weights
def test_the_queries_run_on_a_study(coded):
    queries = [body for page in PAGES for body in blocks(page, "sql")]
    assert queries
    database = (coded["postpartum"] / "study.db").as_uri()
    with sqlite3.connect(f"{database}?mode=ro", uri=True) as reader:
        for query in queries:
            assert len(reader.execute(query).fetchall()) > 10
    reader.close()


@pytest.mark.weights
def test_the_table_of_quality_is_that_of_this_version(coded):
    page = text_of(ROOT / "docs" / "guide" / "suggestions-and-scores.md")
    rows = re.findall(r"^\| [^|]+ \| (\d+)(?: %)? \| (\d+)(?: %)? \|$", page, re.MULTILINE)
    told = {name: [int(row[at]) for row in rows] for at, name in enumerate(STARTERS)}
    for name, folder in coded.items():
        assert told[name] == pytest.approx(quality(folder), abs=2), name


def quality(folder: Path) -> list[float]:
    """Give the rows of the table: suggestions and codings meet where spans touch.

    A coder who gave a child of the suggested code gave that code.
    """
    with Study(folder) as study:
        book = study.codebook()
        above = {c.guid: {c.guid, *(a.guid for a in book.ancestors(c))} for c in book}
        codings, suggestions = study.codings(), list(study.suggestions())
    pairs = {
        (at, to)
        for at, s in enumerate(suggestions)
        for to, c in enumerate(codings)
        if s.transcript == c.transcript and s.start < c.end and c.start < s.end
        if s.code in above[c.code]
    }
    right = {at for at, _ in pairs}

    def share(low: float, high: float) -> float:
        wanted = {at for at, s in enumerate(suggestions) if low <= s.score < high}
        return 100 * len(wanted & right) / len(wanted)

    met = 100 * len({to for _, to in pairs}) / len(codings)
    shares = [share(0, 2), share(0, 0.4), share(0.4, 2)]
    return [len(suggestions), *shares, len(codings), met]


def test_the_formula_has_the_constants_of_the_code():
    from semcode.classify import definitions as d

    page = text_of(ROOT / "docs" / "methods.md")
    assert f"exp({-d._INTERCEPT:g} − {d._SLOPE:g} · (m + {d._WORDS_WEIGHT:g} t))" in page


def test_the_learner_has_the_constants_of_the_methods_page():
    from semcode.classify import calibration, estimator, features, tuning
    from semcode.study.learning import anchors

    page = " ".join(text_of(ROOT / "docs" / "methods.md").split())
    blocks = (features.CONTEXT, features.WORDS, features.MANNER)
    assert blocks == (64, 256, 128)
    for said in (
        f"(at most {estimator._FARTHEST:g} either way)",
        f"While fewer than {anchors.PASSAGES} passages of a code",
        "the 64 main directions of the context's vector; 256 main directions of TF-IDF",
        "128 main directions of the mean of the language model's third layer of six",
        f"from {max(tuning.PENALTIES):g} to {min(tuning.PENALTIES):g}",
        f"the last block ({tuning.MANNERS[0]:g} or {tuning.MANNERS[1]:g})",
    ):
        assert said in page, said
    assert {words for words, _ in tuning.SCALES} == {1, 2}
    assert {shape for _, shape in tuning.SCALES} == {1, 3}
    assert (len(tuning.PENALTIES), calibration._SURE) == (8, 6)
    assert "/model/layers.2/" in text_of(ROOT / "models" / "models.toml")  # the third


def test_codebook_commands_of_the_guide_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Study.create("my-study").close()
    for arguments in command_lines(ROOT / "docs" / "guide" / "codebook.md"):
        if arguments[0] == "codebook":
            assert main(arguments) == 0, arguments


def test_speaker_commands_of_the_guide_run(project):
    with Study.create("my-study") as study:
        study.add([project / "interviews"])
    page = ROOT / "docs" / "guide" / "transcripts-and-speakers.md"
    lines = [line for line in command_lines(page) if line[0] == "speakers"]
    assert len(lines) > 3
    for arguments in lines:
        assert main(arguments) == 0, arguments


def test_the_participants_example_is_a_table_that_can_be_read(project):
    (body,) = blocks(ROOT / "docs" / "guide" / "participants.md", "text")
    (project / "example.csv").write_text(body)
    with Study.create("my-study") as study:
        study.add([project / "interviews"])
        notes = study.add_participants("example.csv")
        people = {person.label: person.attributes for person in study.participants()}
    assert people["P02"]["site"] == "House A"
    assert notes == [
        note for note in notes if "P02_second" in note or "fits no participant" in note
    ]


def test_the_version_is_the_same_everywhere():
    version = tomllib.loads(text_of(ROOT / "pyproject.toml"))["project"]["version"]
    assert f"version: {version}\n" in text_of(ROOT / "CITATION.cff")
    assert f"\n## {version}\n" in text_of(ROOT / "CHANGELOG.md")
    import semcode

    assert semcode.__version__ == version


def test_an_error_is_told_as_the_guide_says(tmp_path):
    with pytest.raises(SemcodeError, match="no study in this folder") as caught:
        Study(tmp_path)
    assert "semcode init" in str(caught.value)
