"""The command that answers other programs' requests for suggestions."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from semcode.cli.show import say
from semcode.study import Study
from semcode.web.serving import serve_protocols

__all__ = ["serve"]


def serve(options: Namespace) -> int:
    """Serve both protocols until stopped."""
    with Study(options.study) as study:
        serve_protocols(
            study,
            host=options.host,
            port=options.port,
            token_file=Path(options.token_file) if options.token_file else None,
            floor=options.floor,
            ready=_tell,
        )
    return 0


def _tell(address: str, token: str) -> None:
    say(f"Serving at {address}/{token}/  (stop with Ctrl-C)")
    say(f"  INCEpTION:    a recommender of the type External, Remote URL {address}/{token}/")
    say(f"  Label Studio: Settings, Model, Backend URL {address}/{token}")
    say(f"                or {address} with basic authentication: any user, password {token}")
