import os
import shutil
from pathlib import Path

import pytest

from semcode import Study
from semcode.study import topics

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


def pytest_configure():
    # pytest-xdist sets it to 80 in its workers: tables would be cut as in a narrow window.
    os.environ.pop("COLUMNS", None)


def pytest_collection_modifyitems(items):
    if SHARED.is_dir():
        return
    skip = pytest.mark.skip(reason=f"needs the data folder {SHARED}, which is not here")
    for item in items:
        if "shared" in item.keywords:
            item.add_marker(skip)


@pytest.fixture(scope="session")
def coded_folder(tmp_path_factory):
    """A starter study with suggestions, made once with real weights; not to be changed."""
    folder = tmp_path_factory.mktemp("coded") / "study"
    with Study.from_starter(folder, "postpartum") as study:
        study.suggest()
    return folder


@pytest.fixture(scope="session")
def coded(coded_folder):
    with Study(coded_folder) as study:
        yield study


@pytest.fixture
def own_coded(coded_folder, tmp_path):
    """A copy of the starter study with suggestions, to be changed at will."""
    shutil.copytree(coded_folder, tmp_path / "study")
    with Study(tmp_path / "study") as study:
        yield study


@pytest.fixture(scope="session")
def topics_folder(coded_folder, tmp_path_factory):
    """The starter study with its topics, by real BERTopic on real vectors; not to be changed."""
    folder = tmp_path_factory.mktemp("topics") / "study"
    shutil.copytree(coded_folder, folder)
    with Study(folder) as study:
        topics.find(study, with_stability=False)
    return folder
