"""A study: the public Python API that ties the steps together."""

from __future__ import annotations

from semcode.study.adding import Added
from semcode.study.pipeline import SuggestSummary
from semcode.study.progress import Advance, Progress, Silent
from semcode.study.study import Study, StudyStatus

__all__ = ["Added", "Advance", "Progress", "Silent", "Study", "StudyStatus", "SuggestSummary"]
