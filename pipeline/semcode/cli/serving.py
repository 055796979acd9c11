"""`semcode review`: serve the page until Ctrl-C."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from semcode.cli.show import say
from semcode.study import Study

__all__ = ["review"]


def review(options: Namespace) -> int:
    """Serve the review page; print its address alone on one line."""
    from semcode.web import review_server

    with Study(options.study) as study:
        server = review_server(
            study,
            coder=options.coder or "",
            blind=options.blind,
            port=options.port,
            host=options.host,
            live=not options.keep_scores,
            password_file=Path(options.password_file) if options.password_file else None,
            report=lambda line: say(f"semcode: {line}"),
        )
        print(server.address, flush=True)
        if not options.no_browser:
            _open_browser(server.address)
        server.run()
        server.site.review.close()
    say("Stopped. Every decision is stored.")
    return 0


def _open_browser(address: str) -> None:
    """Open the address; without a browser the printed one does."""
    import threading
    import webbrowser

    threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
