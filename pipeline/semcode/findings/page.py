"""What every page shares: its parts, its scripts, and a policy that allows no request."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from semcode.findings import axes, tables
from semcode.wording import counted

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["asset", "environment", "plotly_js", "policy", "script_json"]


@cache
def environment() -> Environment:
    """Give the templates with the filters that they use; every text is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("semcode.findings", "assets"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "number": lambda value: f"{value:,}",
        "share": tables.share_text,
        "score": lambda value: f"{value:.2f}",
        "color": lambda value: value if re.fullmatch(r"#[0-9a-fA-F]{3,8}", value) else "",
        "level_title": axes.level_title,
        "level_slug": axes.level_slug,
    }
    made.globals["count"] = counted
    return made


@cache
def asset(name: str) -> str:
    """Read a style sheet or script that travels with the package."""
    return (files("semcode.findings") / "assets" / name).read_text(encoding="utf-8")


@cache
def plotly_js() -> str:
    """Give plotly.js so that it can stand inside a script element."""
    from plotly.offline import get_plotlyjs

    # Inside a script element only these could end it or change how it is read.
    source: str = get_plotlyjs()
    return source.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def script_json(value: Mapping[str, object]) -> str:
    """Write JSON so that it can stand inside a script element."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def policy(scripts: Sequence[str]) -> str:
    """Return a Content-Security-Policy that allows these scripts and no request."""
    digests = (base64.b64encode(hashlib.sha256(text.encode()).digest()) for text in scripts)
    allowed = " ".join(f"'sha256-{digest.decode()}'" for digest in digests) or "'none'"
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; "
        "img-src data: blob:; font-src data:; base-uri 'none'; form-action 'none'"
    )
