"""The built distributions hold what they need, and nothing that git does not know."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
RESOURCES = "semcode/_resources/"
WANTED = (
    "semcode/py.typed",
    "semcode/findings/assets/report.html.jinja",
    "semcode/findings/assets/report.css",
    "semcode/store/migrations/env.py",
    "semcode/store/migrations/versions/0001_first.py",
    f"{RESOURCES}configs/default.toml",
    f"{RESOURCES}configs/codebooks/sem.toml",
    f"{RESOURCES}configs/codebooks/postpartum.toml",
    f"{RESOURCES}configs/codebooks/peer-support.toml",
    f"{RESOURCES}models/models.toml",
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    how = ["--no-isolation"] if find_spec("hatchling") else []
    run("-m", "build", "--sdist", "--wheel", *how, "--outdir", str(folder), str(ROOT))
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (found,) = built.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def members(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if not name.endswith("/")}


def run(*arguments: str, cwd: Path = ROOT, python: str = sys.executable) -> str:
    done = subprocess.run(
        [python, *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def known_to_git() -> set[str]:
    try:
        done = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        pytest.skip("git is not installed: there is nothing to compare the wheel with")
    if done.returncode or not done.stdout:
        pytest.skip("this is not a git checkout: there is nothing to compare the wheel with")
    return set(done.stdout.split("\0"))


def source_of(member: str) -> str:
    """Give the path in the checkout that a file of the wheel comes from."""
    if member.startswith(RESOURCES):
        return member.removeprefix(RESOURCES)
    return f"pipeline/{member}"


def test_the_wheel_holds_no_file_that_git_does_not_know(members):
    carried = {name for name in members if ".dist-info/" not in name}
    unknown = {source_of(name) for name in carried} - known_to_git()
    assert not unknown
    told = {name.partition(".dist-info/")[2] for name in members - carried}
    assert told == {
        *("METADATA", "RECORD", "WHEEL", "entry_points.txt"),
        *("licenses/LICENSE", "licenses/NOTICE"),
    }


def test_the_source_distribution_holds_no_file_that_git_does_not_know(built):
    (found,) = built.glob("*.tar.gz")
    with tarfile.open(found) as archive:
        names = {m.name.partition("/")[2] for m in archive.getmembers() if m.isfile()}
    assert not names - known_to_git() - {"PKG-INFO"}
    assert "pipeline/semcode/study/study.py" in names


def test_the_wheel_holds_what_semcode_looks_for(members):
    assert not set(WANTED) - members
    modules = (ROOT / "pipeline" / "semcode").rglob("*.py")
    assert not {p.relative_to(ROOT / "pipeline").as_posix() for p in modules} - members


def test_every_shipped_file_is_named_in_pyproject(members):
    carried = {name.removeprefix(RESOURCES) for name in members if name.startswith(RESOURCES)}
    folders = ("configs", "data/starter")
    wanted = {name for name in known_to_git() if name.startswith(folders)}
    wanted.discard("data/starter/README.md")
    assert carried - {"data/starter/README.md"} == wanted | {"models/models.toml"}


CHECK = """
import sys
from pathlib import Path
import semcode
from semcode import Study
from semcode.resources import locate

home, place = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
assert Path(semcode.__file__).resolve().is_relative_to(home), semcode.__file__
for name in ("configs/default.toml", "models/models.toml", "data/starter/postpartum"):
    assert locate(name).resolve().is_relative_to(home), locate(name)
for example in ("postpartum", "peer-support"):
    with Study.from_starter(place / example, example) as study:
        status = study.status()
        assert status.transcripts == status.participants == 7, status
        assert len(status.codings) == 2, status
        study.report(place / f"{example}.html")
"""


def test_the_wheel_works_where_there_is_no_checkout(wheel, tmp_path, monkeypatch):
    home = tmp_path / "installed"
    run("-m", "pip", "install", "-q", "--no-deps", "--target", str(home), str(wheel))
    monkeypatch.setenv("PYTHONPATH", str(home))
    assert "suggest" in run("-m", "semcode", "--help", cwd=tmp_path)
    run("-W", "error", "-c", CHECK, str(home), str(tmp_path), cwd=tmp_path)
    assert (home / "bin" / "semcode").exists() or (home / "bin" / "semcode.exe").exists()
