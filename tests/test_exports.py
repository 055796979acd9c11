import subprocess
import sys

import pytest

import semcode


def test_every_name_that_is_promised_is_there():
    assert semcode.__all__ == sorted(semcode.__all__)
    for name in semcode.__all__:
        assert getattr(semcode, name) is not None


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="Stduy"):
        semcode.Stduy  # noqa: B018


def test_help_imports_nothing_heavy():
    code = (
        "import sys; from semcode.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy','sqlalchemy','spacy','torch','onnxruntime','sklearn','rich','faiss'}\n"
        "sys.exit(' '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "suggest" in done.stdout
