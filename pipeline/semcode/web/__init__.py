"""The page on which people review, and the endpoints of other programs' protocols."""

from semcode.web.app import build_app
from semcode.web.server import ReviewServer, review_server

__all__ = ["ReviewServer", "build_app", "review_server"]
