"""What the endpoints share: the study that is served, and what one request asks of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from semcode.study.review import Review
from semcode.web.asking import Fields
from semcode.web.passwords import Password
from semcode.web.security import Gate
from semcode.web.working import Work

__all__ = ["Asked", "Endpoint", "Site", "me"]


@dataclass(frozen=True, slots=True)
class Site:
    """One served study.

    `study_id` tells pages of two studies apart. `coder` is who codes in every browser, ""
    where each says so itself; `blind` hides suggestions and other coders from all of them.
    `largest_file` is in bytes. `report` takes a line about a fault, without any content.
    `work` is what runs behind.
    """

    review: Review
    study_id: str
    name: str
    notice: str
    gate: Gate
    coder: str = ""
    blind: bool = False
    password: Password | None = None
    largest_file: int = 50 * 2**20
    report: Callable[[str], None] = lambda _line: None
    work: Work = field(default_factory=Work)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, read and checked: by whom and for what."""

    site: Site
    coder: str
    fields: Fields
    body: bytes = b""

    @property
    def review(self) -> Review:
        """Give the study's review."""
        return self.site.review

    @property
    def blind(self) -> bool:
        """Tell whether suggestions and other coders are hidden."""
        return self.site.blind


def me(site: Site, coder: str) -> dict[str, object]:
    """Say what a page knows of itself: which study, who codes, what is hidden."""
    return {
        "study": site.study_id,
        "name": site.name,
        "notice": site.notice,
        "coder": coder,
        "blind": site.blind,
        "fixed": bool(site.coder),
        "password": site.password is not None,
    }


Endpoint = Callable[[Asked], object]
