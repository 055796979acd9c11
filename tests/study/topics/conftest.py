import shutil

import pytest

from semcode import Study
from semcode.study import topics


@pytest.fixture(scope="session")
def with_topics(topics_folder):
    with Study(topics_folder) as study:
        yield study


@pytest.fixture
def own_topics(topics_folder, tmp_path):
    """A copy of the starter study with topics, to be changed at will."""
    shutil.copytree(topics_folder, tmp_path / "study")
    with Study(tmp_path / "study") as study:
        yield study


@pytest.fixture
def page(with_topics):
    return topics.topics_page(with_topics)
