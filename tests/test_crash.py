"""Processes that are killed, run against each other, or run out of disk: nothing is lost."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from semcode import Study
from semcode.resources import locate
from semcode.store.runs import SuggestionRow

pytestmark = [
    pytest.mark.weights,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals and limits"),
]

CODEBOOK = """\
[[code]]
name = "Transport"
level = "community"
definition = "Getting to appointments: buses, rides, distance, weather."

[[code]]
name = "Family"
level = "interpersonal"
definition = "What relatives do and fail to do for the person."
"""
# Short segments: enough of them for several commits, and quick to embed.
SETTINGS = """\
[segment]
min_words = 3
target_words = 6
max_words = 10
window_words = 6

[suggest]
context_below = 0
floor = 0.0
"""
TRANSCRIPTS = 3

Command = list[str]
Process = subprocess.Popen[str]


def files(study: str = "postpartum") -> list[Path]:
    return sorted((locate("data/starter") / study / "transcripts").iterdir())


def command(*arguments: str | Path) -> Command:
    return [sys.executable, "-m", "semcode", *map(str, arguments)]


@pytest.fixture(autouse=True)
def ctrl_c_is_heard() -> None:
    """Undo what a shell does to a job that runs behind: its children would ignore Ctrl-C."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def start(*arguments: str | Path) -> Process:
    return subprocess.Popen(
        command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def end(process: Process) -> tuple[int, str]:
    """Wait for a process; give its exit code and what it said, which is never a traceback."""
    _, said = process.communicate(timeout=120)
    assert "Traceback" not in said, said
    return process.returncode, said


def run(*arguments: str | Path) -> tuple[int, str]:
    return end(start(*arguments))


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study with a few interviews that are not coded yet."""
    root = tmp_path_factory.mktemp("template")
    (root / "codebook.toml").write_text(CODEBOOK)
    with Study.create(root / "study", codebook=root / "codebook.toml") as study:
        assert study.add(files()[:TRANSCRIPTS]).failed == []
    (root / "study" / "semcode.toml").write_text(SETTINGS)
    return root / "study"


@pytest.fixture
def study(template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(template, tmp_path / "study"))


@pytest.fixture(scope="module")
def whole(
    template: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[SuggestionRow], int]:
    """The suggestions of a run that nobody disturbed, and how many segments it embedded."""
    study = Path(shutil.copytree(template, tmp_path_factory.mktemp("whole") / "study"))
    code, said = run("suggest", "--study", study)
    assert code == 0, said
    assert embedded(said) > 0, said
    return suggestions(study), embedded(said)


def suggestions(folder: Path) -> list[SuggestionRow]:
    with Study(folder) as study:
        return list(study.suggestions(include_weak=True))


def embedded(said: str) -> int:
    assert re.search(r"suggestions? for", said), said
    found = re.search(r"([\d,]+) new texts? embedded", said)
    return int(found[1].replace(",", "")) if found else 0


def ask(study: Path, sql: str) -> int:
    """Ask the database of a study that a process may be writing; -1 while it cannot answer."""
    try:
        uri = f"{(study / 'study.db').as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=0)) as connection:
            return int(connection.execute(sql).fetchone()[0])
    except sqlite3.OperationalError:
        return -1


MOMENTS = {
    "cutting": "SELECT count(*) FROM transcript WHERE segmentation IS NOT NULL",
    "embedding": "SELECT count(DISTINCT text_hash) FROM vector",
    "scoring": "SELECT count(*) FROM run_transcript",
}


def wait_for(process: Process, study: Path, sql: str, least: int = 1) -> int:
    """Wait until a count has grown; fail when the process ends before."""
    while (found := ask(study, sql)) < least:
        if process.poll() is not None:
            code, said = end(process)
            pytest.fail(f"ended with {code} before the moment: {said}")
        time.sleep(0.001)
    return found


def check_integrity(folder: Path) -> None:
    """Check that the database is sound and that the study opens."""
    with closing(sqlite3.connect(folder / "study.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    with Study(folder) as study:
        study.status()


# ---------------------------------------------------------------- killed


@pytest.mark.parametrize("moment", MOMENTS)
def test_suggest_goes_on_where_it_was_killed(
    moment: str, study: Path, whole: tuple[list[SuggestionRow], int]
) -> None:
    process = start("suggest", "--study", study)
    wait_for(process, study, MOMENTS[moment])
    process.kill()
    assert process.wait(30) == -signal.SIGKILL
    process.communicate()
    check_integrity(study)
    stored = ask(study, MOMENTS["embedding"])
    done = ask(study, MOMENTS["scoring"])
    assert done < TRANSCRIPTS, "it was done before it was killed"
    with Study(study) as opened:
        assert opened.status().pending == TRANSCRIPTS or moment == "scoring"
        assert opened.run() is None, "a run that is not finished is not shown"
    code, said = run("suggest", "--study", study)
    assert code == 0, said
    expected = {"cutting": whole[1], "embedding": whole[1] - stored, "scoring": 0}
    assert embedded(said) == expected[moment]
    assert suggestions(study) == whole[0]


@pytest.mark.parametrize("moment", ["starting", "embedding"])
def test_ctrl_c_stops_suggest_with_a_word_and_it_goes_on(
    moment: str, study: Path, whole: tuple[list[SuggestionRow], int]
) -> None:
    process = start("suggest", "--study", study)
    if moment == "starting":
        while not (study / ".semcode.lock").exists():
            time.sleep(0.001)
    else:
        wait_for(process, study, MOMENTS[moment])
    process.send_signal(signal.SIGINT)
    code, said = end(process)
    # Where it struck inside an exec(), as in an import, Python ends by the signal itself.
    assert code in (130, -signal.SIGINT)
    assert "stopped" in said
    check_integrity(study)
    if moment == "embedding":
        stored = ask(study, MOMENTS["embedding"])
        code, said = run("suggest", "--study", study)
        assert (code, embedded(said)) == (0, whole[1] - stored)
        assert suggestions(study) == whole[0]


def content(folder: Path) -> dict[str, object]:
    """Give everything that is stored of each transcript, by name."""
    with closing(sqlite3.connect(folder / "study.db")) as connection:
        ask = connection.execute
        return {
            name: (
                ask(
                    "SELECT text, words, source_sha256 FROM transcript WHERE id = ?", [key]
                ).fetchall(),
                ask(
                    "SELECT t.position, t.start, t.end, t.time_start, t.words, s.name, s.role,"
                    " p.label FROM turn t JOIN speaker s ON s.id = t.speaker_id"
                    " LEFT JOIN participant p ON p.id = s.participant_id"
                    " WHERE t.transcript_id = ? ORDER BY t.position",
                    [key],
                ).fetchall(),
            )
            for key, name in ask("SELECT id, name FROM transcript").fetchall()
        }


@pytest.fixture(scope="module")
def all_added(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    folder = tmp_path_factory.mktemp("all") / "study"
    with Study.create(folder) as study:
        study.add([*files(), *files("peer-support")])
    return content(folder)


@pytest.mark.parametrize("least", [1, 4, 9])
def test_add_stores_each_transcript_whole_or_not_at_all(
    least: int, all_added: dict[str, object], tmp_path: Path
) -> None:
    study = tmp_path / "study"
    Study.create(study).close()
    arguments = ("add", "--study", study, *files(), *files("peer-support"))
    process = start(*arguments)
    wait_for(process, study, "SELECT count(*) FROM transcript", least)
    process.kill()
    process.communicate(timeout=30)
    check_integrity(study)
    found = content(study)
    assert least <= len(found)
    assert found == {name: all_added[name] for name in found}
    code, said = run(*arguments)
    assert code == 0, said
    assert content(study) == all_added


@pytest.mark.parametrize("moment", ["folder", "file", "tables"])
def test_init_that_was_killed_can_be_run_again(moment: str, tmp_path: Path) -> None:
    study = tmp_path / "study"
    process = start("init", study)
    reached = {
        "folder": study.is_dir,
        "file": (study / "study.db").exists,
        "tables": lambda: ask(study, "SELECT count(*) FROM sqlite_master") > 0,
    }[moment]
    while not reached() and process.poll() is None:
        time.sleep(0.0005)
    process.kill()
    process.communicate(timeout=30)
    code, said = run("init", study)
    assert code == 0 or "holds a study already" in said
    check_integrity(study)
    with Study(study) as opened:
        assert opened.status().codes > 0


def test_demo_that_was_killed_is_completed(tmp_path: Path) -> None:
    study = tmp_path / "demo"
    process = start("demo", study)
    wait_for(process, study, "SELECT count(*) FROM transcript")
    process.kill()
    process.communicate(timeout=30)
    code, said = run("demo", study)
    assert code == 0, said
    check_integrity(study)
    with Study(study) as opened:
        status = opened.status()
        assert (status.transcripts, status.pending) == (len(files()), 0)
        assert len(status.codings) == 2
        assert any(person.attributes for person in opened.participants())


# ---------------------------------------------------------------- at the same time


def is_free(study: Path) -> bool:
    """Tell whether nobody is writing at this moment."""
    with closing(sqlite3.connect(study / "study.db", timeout=0)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        connection.rollback()
        return True


def pause(process: Process, study: Path) -> None:
    """Stop a process where it holds no transaction open."""
    while True:
        process.send_signal(signal.SIGSTOP)
        time.sleep(0.01)
        if is_free(study):
            return
        process.send_signal(signal.SIGCONT)
        time.sleep(0.02)


def test_while_one_suggests_another_is_told_and_files_can_be_added(
    study: Path, whole: tuple[list[SuggestionRow], int]
) -> None:
    one = start("suggest", "--study", study)
    wait_for(one, study, MOMENTS["embedding"])
    pause(one, study)
    code, said = run("suggest", "--study", study)
    assert code == 1
    assert "Another semcode is suggesting" in said
    assert str(study) in said
    more = files()[TRANSCRIPTS]
    added, said_of_it = run("add", "--study", study, more)
    assert added == 0, said_of_it
    assert run("status", "--study", study)[0] == 0
    one.send_signal(signal.SIGCONT)
    code, said = end(one)
    assert code == 0, said
    check_integrity(study)
    names = {row.transcript for row in suggestions(study)}
    assert len(names) == TRANSCRIPTS
    assert suggestions(study) == whole[0]
    with Study(study) as opened:
        assert opened.status().pending == 1
    code, said = run("suggest", "--study", study)
    assert (code, embedded(said) > 0) == (0, True)
    with Study(study) as opened:
        assert opened.status().pending == 0
    rows = suggestions(study)
    assert [row for row in rows if row.transcript in names] == whole[0]
    assert len(rows) > len(whole[0])


def test_what_several_add_at_once_is_all_there(
    all_added: dict[str, object], tmp_path: Path
) -> None:
    study = tmp_path / "study"
    Study.create(study).close()
    batches = [files(), files("peer-support"), [*files()[:2], files("peer-support")[-1]]]
    processes = [start("add", "--study", study, *batch) for batch in batches]
    for process in processes:
        code, said = end(process)
        assert code == 0, said
    check_integrity(study)
    assert content(study) == all_added


# Everything is loaded, and both begin at the moment that they are told.
ROUNDS = 15
CREATE_TOGETHER = """
import sys, time
from semcode import Study
from semcode.codebook import load_codebook
from semcode.errors import StudyError
codebook = load_codebook("sem")
print("ready", flush=True)
for number, moment in enumerate(sys.stdin):
    while time.time() < float(moment):
        pass
    try:
        Study.create(f"{sys.argv[1]}{number}", codebook=codebook).close()
        print("made", flush=True)
    except StudyError:
        print("refused", flush=True)
"""


def test_of_two_that_make_one_study_one_does(tmp_path: Path) -> None:
    wrapped = [sys.executable, "-c", CREATE_TOGETHER, str(tmp_path / "study")]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    processes = [subprocess.Popen(wrapped, text=True, **pipes) for _ in range(2)]
    said = [[process.stdout.readline().strip() for process in processes]]
    for _ in range(ROUNDS):
        moment = time.time() + 0.05
        for process in processes:
            process.stdin.write(f"{moment}\n")
            process.stdin.flush()
        said.append(sorted(p.stdout.readline().strip() for p in processes))
    for process in processes:
        assert end(process) == (0, "")
    assert said == [["ready", "ready"], *[["made", "refused"]] * ROUNDS]
    for number in range(ROUNDS):
        study = tmp_path / f"study{number}"
        check_integrity(study)
        assert ask(study, "SELECT count(*) FROM study") == 1
        assert ask(study, "SELECT count(*) FROM codebook_version") == 1


# ---------------------------------------------------------------- no space left

LIMITED = """
import os, resource, sys
limit = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
os.execv(sys.executable, [sys.executable, "-m", "semcode", *sys.argv[2:]])
"""


def run_limited(limit: int, *arguments: str | Path) -> tuple[int, str]:
    """Run a command that cannot make a file larger than `limit` bytes."""
    wrapped = [sys.executable, "-c", LIMITED, str(limit), *map(str, arguments)]
    return end(subprocess.Popen(wrapped, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))


def check_refused(done: tuple[int, str], *words: str) -> None:
    code, said = done
    assert code == 1, said
    assert "Exception ignored" not in said
    assert "space" in said or "disk" in said or "too large" in said, said
    for word in words:
        assert word in said


def test_files_that_cannot_grow_are_a_stated_error(
    study: Path, whole: tuple[list[SuggestionRow], int], tmp_path: Path
) -> None:
    before = content(study)
    check_refused(run_limited(50_000, "add", "--study", study, files()[TRANSCRIPTS]), "study.db")
    check_integrity(study)
    assert content(study) == before
    check_refused(run_limited(300_000, "suggest", "--study", study), "study.db")
    check_integrity(study)
    code, said = run("suggest", "--study", study)
    assert code == 0, said
    assert suggestions(study) == whole[0]


@pytest.fixture(scope="module")
def coded(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of one coded interview."""
    root = tmp_path_factory.mktemp("coded")
    (root / "codebook.toml").write_text(CODEBOOK)
    Study.create(root / "study", codebook=root / "codebook.toml").close()
    (root / "study" / "semcode.toml").write_text("[suggest]\nfloor = 0.0\n")
    with Study(root / "study") as study:
        study.add(files()[:1])
        study.suggest()
    return root / "study"


OUTPUTS = ("export:x.csv", "export:x.xlsx", "report:x.html", "codebook:x.toml")


def output(what: str, study: Path, folder: Path) -> tuple[list[str | Path], Path]:
    kind, _, name = what.partition(":")
    action = ["export"] if kind == "codebook" else []
    return [kind, "--study", study, *action, folder / name], folder / name


def test_a_report_that_cannot_grow_leaves_the_earlier_one_whole(
    coded: Path, tmp_path: Path
) -> None:
    arguments, path = output("report:x.html", coded, tmp_path)
    path.write_text("made yesterday")
    check_refused(run_limited(50_000, *arguments), path.name)
    assert path.read_text() == "made yesterday"
    assert list(tmp_path.iterdir()) == [path]
    check_integrity(coded)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 12 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if not sys.platform.startswith("linux") or os.geteuid():
        pytest.skip("only root can mount a small disk")
    mount = ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting is not permitted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(disk: Path, *, leave: int = 0) -> Path:
    """Fill a disk but for `leave` bytes."""
    path = disk / "filler"
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    with path.open("wb") as stream:
        stream.write(b"x" * (free - leave))
    return path


def test_a_full_disk_loses_nothing(
    template: Path, whole: tuple[list[SuggestionRow], int], small_disk: Path
) -> None:
    study = Path(shutil.copytree(template, small_disk / "study"))
    more = files()[TRANSCRIPTS]
    for name in ("x.csv", "x.xlsx", "x.html", "x.toml"):
        (small_disk / name).write_text("made yesterday")
    before = content(study)
    for leave in (0, 200_000):  # nothing can be opened; nothing much can be stored
        filler = fill(small_disk, leave=leave)
        check_refused(run("suggest", "--study", study), "study.db")
        if not leave:
            check_refused(run("add", "--study", study, more), "study.db")
            for what in OUTPUTS:
                check_refused(run(*output(what, study, small_disk)[0]))
            code, said = run("status", "--study", study)
            assert code == 0 or "disk" in said, said
        filler.unlink()
        check_integrity(study)
        assert content(study) == before
    left = sorted(path.name for path in small_disk.iterdir())
    assert left == ["study", "x.csv", "x.html", "x.toml", "x.xlsx"]
    assert {(small_disk / name).read_text() for name in left[1:]} == {"made yesterday"}
    code, said = run("suggest", "--study", study)
    assert code == 0, said
    assert suggestions(study) == whole[0]


def test_output_on_a_full_disk_leaves_the_earlier_one_whole(coded: Path, small_disk: Path) -> None:
    for what in OUTPUTS:
        output(what, coded, small_disk)[1].write_text("made yesterday")
    fill(small_disk)
    for what in OUTPUTS:
        arguments, path = output(what, coded, small_disk)
        check_refused(run(*arguments), path.name)
        assert path.read_text() == "made yesterday"
    assert len(list(small_disk.iterdir())) == len(OUTPUTS) + 1
