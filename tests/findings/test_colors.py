import re
from importlib.resources import files

from semcode.codebook import LEVEL_COLORS


def test_levels_have_the_colours_of_the_codebook():
    css = files("semcode.findings").joinpath("assets/report.css").read_text(encoding="utf-8")
    light = dict(re.findall(r"--level-([\w-]+): (#\w+);", css[: css.index("prefers-color-scheme")]))
    names = {("none" if k is None else k.replace(" ", "-")): v for k, v in LEVEL_COLORS.items()}
    assert light == names
