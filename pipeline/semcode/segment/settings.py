"""Refuse lengths of segments that contradict each other."""

from __future__ import annotations

from semcode.config import SegmentSettings
from semcode.errors import ConfigError

__all__ = ["SegmentSettings", "checked"]


def checked(settings: SegmentSettings) -> SegmentSettings:
    """Give the settings back; raise ConfigError where the lengths contradict each other."""
    s = settings
    if not 1 <= s.min_words <= s.target_words <= s.max_words or s.max_words < 2 * s.min_words:
        raise ConfigError(
            f"min_words {s.min_words}, target_words {s.target_words} and max_words "
            f"{s.max_words} do not fit together.",
            where="[segment]",
            remedy="Let 1 <= min_words <= target_words <= max_words, and max_words be at least "
            "twice min_words.",
        )
    if not s.min_words <= s.window_words <= s.max_words:
        raise ConfigError(
            f"window_words is {s.window_words}.",
            where="[segment]",
            remedy=f"Use {s.min_words} to {s.max_words} (min_words to max_words).",
        )
    if s.context_words < 1 or s.shift_weight < 0:
        raise ConfigError(
            "context_words must be 1 or more and shift_weight 0 or more.",
            where="[segment]",
            remedy="Write for example: context_words = 60",
        )
    return settings
