"""What the commands that learn do: call the study, print what was learned and what it is worth."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from semcode.cli.show import TerminalProgress, print_json, print_table, say
from semcode.errors import InputError
from semcode.exchange.tables import Sheet, require_folder, write_csv, write_text
from semcode.findings.reliability import reliability_svg
from semcode.study import Study
from semcode.study.learning.consistency import SecondLook
from semcode.study.learning.finetuning import Adapted
from semcode.study.learning.quality import Quality
from semcode.study.learning.training import Trained
from semcode.study.pipeline import SuggestSummary
from semcode.wording import counted

__all__ = ["check_codings", "model_line", "told_of_learning", "train"]


def train(options: Namespace) -> int:
    """Learn from what people decided."""
    diagram, output = _diagram_file(options.diagram), _model_file(options.output)
    require_folder(diagram, output)
    with Study(options.study) as study:
        done = study.train(
            coders=_names(options.coders),
            assume_read=options.assume_read,
            check=not options.no_check,
            finetune=options.finetune,
            output=output,
            progress=TerminalProgress(),
        )
    if diagram:
        say(_draw(done, diagram))
    if options.json:
        print_json(_as_json(done))
        return 0
    for line in _told(done):
        say(line)
    print_table(*_code_table(done))
    for line in _judged(done):
        say(line)
    for path in done.files:
        say(f"Wrote {path}.")
    if done.files:
        say(
            "It holds the codebook and words that three or more participants used, but no passage. "
            "Read what that means before you give it away: the guide, Learning."
        )
    say(f"Next: semcode suggest --study {options.study}")
    return 0


def check_codings(options: Namespace) -> int:
    """List codings for a second look."""
    if options.limit < 1:
        raise InputError("A list of none is asked for.", where="--limit", remedy="Use 20.")
    require_folder(options.csv)
    with Study(options.study) as study:
        looks = study.check_codings(
            coders=_names(options.coders),
            assume_read=options.assume_read,
            limit=options.limit,
            progress=TerminalProgress(),
        )
    if options.csv:
        rows = [[_cell(value) for value in asdict(look).values()] for look in looks]
        names = list(SecondLook.__dataclass_fields__)
        write_csv(Path(options.csv), Sheet("Second look", names, rows))
        say(f"Wrote {options.csv}.")
    if options.json:
        print_json([asdict(look) for look in looks])
        return 0
    for kind, title in (
        ("unlike", "Coded, but unlike the code's other passages"),
        ("left out", "Read and not coded, but like the code's passages"),
    ):
        found = [look for look in looks if look.kind == kind]
        if found:
            print(f"\n{title}:")
            print_table(
                ("transcript", "start", "code", "probability", "usual", "coders", "passage"),
                [_look(look) for look in found],
            )
    say(
        f"{counted(len(looks), 'passage')}. The model may be wrong: change a coding only where you "
        "agree on reading it again."
    )
    return 0


def model_line(study: Study) -> str:
    """Say in a few words what suggestions come from, and whether there is more to learn."""
    row = study.model()
    if row is None:
        said = "definitions alone"
    elif "origin" in row.provenance:
        said = f"{row.provenance['origin']}, trained elsewhere"
    else:
        said = f"trained {row.created_at:%Y-%m-%d %H:%M} UTC"
    return f"{said}; more was decided since (semcode train)" if study.untrained() else said


def told_of_learning(study: Study, done: SuggestSummary, folder: str) -> Iterator[str]:
    """Say which suggestions were learned, and when to train."""
    row = study.model()
    if done.learned and row is not None:
        origin = row.provenance.get("origin")
        made = f"{origin}, trained elsewhere" if origin else "what was learned in this study"
        yield f"They come from {made} ({row.created_at:%Y-%m-%d %H:%M} UTC)."
        changed = row.provenance.get("codebook_digest") not in (None, study.codebook().digest)
        if changed:
            yield "note: the codebook has changed since; codes were known again by their guid."
        if done.new_codes:
            yield (
                f"note: {', '.join(done.new_codes)}: new since it was trained; suggested from the "
                "definition."
            )
    if study.untrained():
        since = "since the model was trained" if done.learned else "in this study"
        learn = f"semcode train --study {folder}"
        yield f"note: people coded or decided {since}. To learn from it: {learn}"


def _names(text: str | None) -> list[str] | None:
    return [name.strip() for name in text.split(",") if name.strip()] if text else None


def _model_file(name: str | None) -> Path | None:
    if name and Path(name).suffix.lower() != ".safetensors":
        raise InputError(
            "A model is written as .safetensors.",
            where=name,
            remedy=f"Write for example: --output {Path(name).stem}.safetensors",
        )
    return Path(name) if name else None


def _diagram_file(name: str | None) -> Path | None:
    if name and Path(name).suffix.lower() != ".svg":
        raise InputError(
            "The diagram is written as .svg, which any browser opens.",
            where=name,
            remedy=f"Write for example: --diagram {Path(name).stem}.svg",
        )
    return Path(name) if name else None


def _draw(done: Trained, path: Path) -> str:
    if done.quality is None:
        return f"note: {path} was not drawn: the model was not checked on others."
    bins = [(b.stated, b.observed, b.n) for b in done.quality.bins]
    write_text(path, reliability_svg(bins, error=done.quality.ece))
    return f"Wrote {path}."


def _told(done: Trained) -> Iterator[str]:
    who = ", ".join(f"{name} ({counted(count, 'coding')})" for name, count in done.coders.items())
    yield f"Learned from {who or 'decisions alone'}:"
    yield f"{counted(done.segments, 'passage')} of {counted(done.participants, 'participant')}."


def _code_table(done: Trained) -> tuple[Sequence[str], list[Sequence[object]]]:
    checked = {c.code: c for c in done.quality.codes} if done.quality else {}
    head = ["level", "code", "with", "without", "disputed"]
    head += ["ranking", "by definition"] if checked else []
    rows: list[Sequence[object]] = []
    for code in done.codes:
        row: list[object] = [code.level or "", code.name, code.given, code.not_given, code.disputed]
        if checked:
            found = checked.get(code.guid)
            row += (
                [f"{found.average_precision:.2f}", f"{found.by_definition:.2f}"]
                if found
                else ["", ""]
            )
        rows.append(row)
    return head, rows


def _judged(done: Trained) -> Iterator[str]:
    without = sum(bool(code.why_not) for code in done.codes)
    if without:
        yield (
            f"note: {counted(without, 'code has', 'codes have')} no labels: scores come from the "
            "definition."
        )
    for note in done.notes:
        yield f"note: {note}"
    if done.adapted is not None:
        yield _finetuned(done.adapted)
    if done.quality is not None:
        yield from _checked(done.quality)
    if done.facets:
        yield "Facets learned: " + ", ".join(
            f"{name} ({yes} with, {no} without)" for name, (yes, no) in done.facets.items()
        )
    for name, why in done.facets_left_out.items():
        yield f"note: facet {name} is not suggested: {why}."


def _finetuned(found: Adapted) -> str:
    moved = "fell" if found.gain > 0 else "rose"
    kept = "kept" if found.folder else "not kept: it does not foretell left-out people better"
    return (
        f"Fine-tuning ({found.seconds / 60:.0f} min) was {kept}; mean average precision "
        f"{found.before:.2f} before, {found.after:.2f} after; log loss {moved} by "
        f"{abs(found.gain):.4f} (standard error {found.gain_error:.4f})."
    )


def _checked(quality: Quality) -> Iterator[str]:
    yield (
        f"\nChecked on participants that were left out, {counted(quality.folds, 'time')}, "
        f"{counted(quality.participants, 'participant')} in all:"
    )
    if quality.mean_average_precision is not None and quality.mean_by_definition is not None:
        yield (
            f"  ranking (mean average precision of {counted(len(quality.codes), 'code')}): "
            f"{quality.mean_average_precision:.2f}; from the definitions alone: "
            f"{quality.mean_by_definition:.2f}"
        )
        yield (
            "  (within the participants left out together; semcode evaluate ranks everybody's "
            "passages together, and usually finds less)"
        )
        if quality.mean_average_precision <= quality.mean_by_definition:
            yield "  note: so far the definitions rank as well; more coding will tell."
    shown = "" if quality.ece_shown is None else f"; of what is suggested: {quality.ece_shown:.3f}"
    yield f"  calibration (expected error of a probability): {quality.ece:.3f}{shown}"
    yield "  stated probability -> share that had the code (passage and code pairs)"
    for b in quality.bins:
        yield f"    {b.low:.1f} to {b.high:.1f}: {b.stated:.2f} -> {b.observed:.2f}  ({b.n:,})"
    yield (
        "  Only what people happened to read counts here. Report the figures of semcode "
        "evaluate, from a random blind sample."
    )


def _as_json(done: Trained) -> dict[str, object]:
    quality = asdict(done.quality) if done.quality else None
    return {
        "model": {
            "guid": done.model.guid,
            "sha256": done.model.sha256,
            "codebook_version": done.model.codebook_version,
        },
        "coders": dict(done.coders),
        "participants": done.participants,
        "segments": done.segments,
        "codes": [asdict(code) for code in done.codes],
        "quality": quality,
        "finetuned": asdict(done.adapted) if done.adapted else None,
        "facets": {name: list(counts) for name, counts in done.facets.items()},
        "facets_left_out": dict(done.facets_left_out),
        "files": [str(path) for path in done.files],
        "notes": list(done.notes),
    }


def _look(look: SecondLook) -> Sequence[object]:
    words = " ".join(look.text.split())
    short = words if len(words) <= 160 else words[:160].rsplit(" ", 1)[0] + " […]"
    coders = ", ".join(look.coders)
    return (
        *(look.transcript, look.start, look.code),
        *(f"{look.probability:.2f}", f"{look.usual:.2f}", coders, short),
    )


def _cell(value: object) -> str | int | float:
    if isinstance(value, (int, float)):
        return value
    return "; ".join(value) if isinstance(value, tuple) else str(value)
