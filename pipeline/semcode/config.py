"""Settings: the defaults, a study's semcode.toml over them, and errors that name the key."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from semcode.errors import ConfigError

__all__ = [
    "EmbedSettings",
    "LimitSettings",
    "SegmentSettings",
    "Settings",
    "SuggestSettings",
    "load_settings",
]


@dataclass(frozen=True, slots=True)
class SegmentSettings:
    """How long segments are, in words.

    Sentences are joined to about `target_words`, beyond `max_words` only by a fragment; what
    stays below `min_words` joins its neighbour (fillers do not count). Text without
    punctuation is cut
    into windows of about `window_words`. A question before a segment is shown in at most
    `context_words`. `shift_weight` says how much a shift of topic counts against length:
    0 looks at length alone.
    """

    language: str = "en"
    min_words: int = 8
    target_words: int = 45
    max_words: int = 80
    window_words: int = 40
    context_words: int = 60
    shift_weight: float = 1.0


@dataclass(frozen=True, slots=True)
class EmbedSettings:
    """Which model turns text into vectors.

    `model` is a name in models.toml, a folder, or "hub:organisation/name", which is fetched
    only with `allow_download`. `threads` 0 means all cores.
    """

    model: str = "all-MiniLM-L6-v2"
    allow_download: bool = False
    threads: int = 0


@dataclass(frozen=True, slots=True)
class SuggestSettings:
    """What is suggested: scores from `floor` up, at most `per_segment` codes a segment.

    A segment of 3 and more, but fewer than `context_below` words is embedded with the question
    before it.
    """

    floor: float = 0.2
    per_segment: int = 3
    context_below: int = 30
    seed: int = 0


@dataclass(frozen=True, slots=True)
class LimitSettings:
    """What is refused: files larger than `file_mb` megabytes."""

    file_mb: int = 50


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, by section."""

    segment: SegmentSettings = field(default_factory=SegmentSettings)
    embed: EmbedSettings = field(default_factory=EmbedSettings)
    suggest: SuggestSettings = field(default_factory=SuggestSettings)
    limits: LimitSettings = field(default_factory=LimitSettings)

    @property
    def digest(self) -> str:
        """Hash all values (sha256, hexadecimal)."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


#: What a number may be, where it is not 0 to 2^31.
_RANGES: Mapping[str, tuple[float, float]] = {
    "floor": (0, 1),
    "per_segment": (1, 100),
    "file_mb": (1, 10_000),
    "shift_weight": (0, 100),
    "threads": (0, 1_024),
}


def load_settings(path: Path | None = None) -> Settings:
    """Read the settings in a TOML file over the defaults; only the defaults for None.

    Raises ConfigError that names file, section and key.
    """
    settings = Settings()
    if path is None or not path.exists():
        return settings
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError(
            f"The settings cannot be read: {error.strerror}.",
            where=str(path),
            remedy="Check that it is a plain file and that you may read it.",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"This is not valid TOML: {error}.", where=str(path), remedy="Mend that line."
        ) from error
    sections = {}
    for name, values in data.items():
        known = [f.name for f in fields(settings)]
        if name not in known or not isinstance(values, dict):
            raise _unknown("section", name, known, str(path))
        sections[name] = _section(getattr(settings, name), values, f"{path}, [{name}]")
    return replace(settings, **sections)


def _section(default: Any, values: Mapping[str, object], where: str) -> Any:
    known = {f.name: getattr(default, f.name) for f in fields(default)}
    for key, value in values.items():
        if key not in known:
            raise _unknown("setting", key, list(known), where)
        wanted = type(known[key])
        fits = isinstance(value, (int, float) if wanted is float else wanted)
        if not fits or (isinstance(value, bool) and wanted is not bool):
            raise ConfigError(
                f"{key} is {value!r}, which is not a {wanted.__name__}.",
                where=where,
                remedy=f"Write for example: {key} = {_toml(known[key])}",
            )
        low, high = _RANGES.get(key, (0, 2**31))
        if wanted in (int, float) and not low <= float(str(value)) <= high:
            raise ConfigError(f"{key} is {value}.", where=where, remedy=f"Use {low} to {high:,}.")
    return replace(default, **values)


def _toml(value: object) -> str:
    return json.dumps(value)


def _unknown(kind: str, name: str, known: list[str], where: str) -> ConfigError:
    near = get_close_matches(name, known, 1)
    hint = f"Did you mean {near[0]!r}? " if near else ""
    return ConfigError(
        f"There is no {kind} {name!r}.", where=where, remedy=f"{hint}There is: {', '.join(known)}."
    )
