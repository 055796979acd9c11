"""The social network as a finding: a picture a participant, tables over all, and GraphML."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Sequence
from math import cos, pi, sin
from statistics import mean, median

from semcode.findings.axes import level_slug, level_title
from semcode.findings.blocks import Block, Drawing, Finding, Grid, Quoted, QuoteList
from semcode.findings.coded import CodedStudy
from semcode.findings.quotes import clip
from semcode.findings.sem_matrix import interval_text
from semcode.findings.tables import Cell, Table
from semcode.findings.ties import QUALITIES, Tie
from semcode.records import Level
from semcode.wording import counted

__all__ = ["ego_drawing", "graphml", "network"]

_RINGS = (Level.INTERPERSONAL, Level.ORGANIZATIONAL, Level.COMMUNITY, Level.PUBLIC_POLICY)
_NODES = (
    ("level", "string"),
    ("kind", "string"),
    ("relation", "string"),
    ("participant", "string"),
)
_EDGES = (("quality", "string"), ("state", "string"), ("mentions", "int"))


def network(data: CodedStudy, ties: Sequence[Tie]) -> Finding:
    """Show whom participants speak of; ties that somebody rejected are left out of the counts."""
    standing = [tie for tie in ties if tie.state != "rejected"]
    decided = Counter(tie.state for tie in ties)
    blocks: list[Block] = [
        _told(data, standing),
        f"Ties were found by words for relations in what participants said: "
        f"{decided['accepted']:,} accepted by people, {decided['suggested']:,} suggested and not "
        f"yet checked, {decided['rejected']:,} rejected and left out. A tie is a kind of person or "
        "organisation, whom the participant speaks of as their own; two sisters are one tie. Its "
        "quality is suggested from codings as facilitator or barrier, elsewhere from words in "
        "the sentence.",
        _whom_table(data, standing),
        _people_table(data, standing),
        _relation_table(data, standing),
    ]
    for person in data.everybody:
        own = [tie for tie in standing if tie.participant == person.label]
        if own:
            blocks.append(ego_drawing(person.label, own))
            blocks.append(_evidence(person.label, own))
    # Ties come from all transcripts, coded or not.
    notes = [note for note in data.notes if not note.startswith("Not coded yet")]
    if decided["suggested"]:
        notes.append(
            "Ties marked as suggested were found by a machine, and support or strain is no more "
            "than its guess: checked by hand, it was right for 28 of 55 ties. Read the sentences "
            'behind, then decide, as in: semcode findings network --accept "P01:mother=support" '
            "--as NAME."
        )
    return Finding(
        "network",
        "Social networks",
        tuple(blocks),
        _grids(ties),
        {
            "participants": [_summary(p.label, standing) for p in data.everybody],
            "ties": [_tie_json(tie) for tie in ties],
        },
        tuple(notes),
    )


def ego_drawing(participant: str, ties: Sequence[Tie]) -> Drawing:
    """Draw a participant in the middle and the ties around, a ring a level."""
    cx, cy = 450, 350
    parts = [
        f'<svg viewBox="0 0 900 700" role="img" aria-label="{_safe(_alt(participant, ties))}">'
    ]
    radii = {level: 105 + 70 * place for place, level in enumerate(_RINGS)}
    for level, radius in radii.items():
        parts.append(f'<circle class="orbit" cx="{cx}" cy="{cy}" r="{radius}"/>')
        parts.append(
            f'<text class="halo" x="{cx}" y="{cy - radius + 4}" font-size="11" '
            f'text-anchor="middle" opacity="0.75">{_safe(level_title(level))}</text>'
        )
    drawn: list[str] = []
    for place, tie in enumerate(sorted(ties, key=_ring)):
        # Evenly around, leaving the top free for the names of the rings.
        angle = -pi / 2 + 2 * pi * (place + 0.75) / (len(ties) + 0.5)
        radius = radii.get(tie.relation.level, radii[Level.INTERPERSONAL])
        x, y = cx + radius * cos(angle), cy + radius * sin(angle)
        width = 1.5 + min(len(tie.mentions), 10) * 0.5
        dotted = ' stroke-opacity="0.75"' if tie.state == "suggested" else ""
        parts.append(
            f'<line class="tie tie-{tie.quality}" stroke-width="{width:.1f}"{dotted} '
            f'x1="{cx}" y1="{cy}" x2="{x:.1f}" y2="{y:.1f}"/>'
        )
        drawn.append(_alter(tie, x, y, right=cos(angle) >= 0))
    parts += drawn
    parts.append(f'<circle class="ego" cx="{cx}" cy="{cy}" r="13"/>')
    parts.append(
        f'<text class="halo" x="{cx}" y="{cy + 32}" font-size="15" font-weight="650" '
        f'text-anchor="middle">{_safe(clip(participant, 24))}</text></svg>'
    )
    return Drawing(
        f"ego-{participant}",
        f"{participant}: whom they speak of, by level from the inside out. Solid green: support; "
        "dashed orange: strain; long and short dashes: both; dotted: unclear. The wider, the "
        "more often; a ? stands where nobody has checked the tie.",
        _alt(participant, ties),
        "".join(parts),
    )


def graphml(ties: Sequence[Tie]) -> str:
    """Write the ties that stand as GraphML (Brandes et al. 2002), for Gephi, R or Python."""
    standing = [tie for tie in ties if tie.state != "rejected"]
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
        *(
            f'<key id="{name}" for="node" attr.name="{name}" attr.type="{kind}"/>'
            for name, kind in _NODES
        ),
        *(
            f'<key id="{name}" for="edge" attr.name="{name}" attr.type="{kind}"/>'
            for name, kind in _EDGES
        ),
        '<graph id="ties" edgedefault="undirected">',
    ]
    people = dict.fromkeys(tie.participant for tie in standing)
    lines += [_node(who, {"kind": "participant", "participant": who}) for who in people]
    for tie in standing:
        other = f"{tie.participant}|{tie.relation.name}"
        kind = "organisation" if tie.relation.organisation else "person"
        values = {
            "level": str(tie.relation.level),
            "kind": kind,
            "relation": tie.relation.name,
            "participant": tie.participant,
        }
        lines.append(_node(other, values))
        edge = "".join(
            f'<data key="{key}">{_xml(value)}</data>'
            for key, value in (
                ("quality", tie.quality),
                ("state", tie.state),
                ("mentions", str(len(tie.mentions))),
            )
        )
        lines.append(f'<edge source="{_xml(tie.participant)}" target="{_xml(other)}">{edge}</edge>')
    return "\n".join([*lines, "</graph>", "</graphml>", ""])


def _node(key: str, values: dict[str, str]) -> str:
    inner = "".join(f'<data key="{name}">{_xml(value)}</data>' for name, value in values.items())
    return f'<node id="{_xml(key)}">{inner}</node>'


def _xml(text: str) -> str:
    """Escape, and leave out what XML cannot hold."""
    return html.escape("".join(c if c.isprintable() else "\ufffd" for c in text), quote=True)


def _safe(text: str) -> str:
    return html.escape(text, quote=True)


def _ring(tie: Tie) -> tuple[int, str]:
    order = list(Level)
    return order.index(tie.relation.level), tie.relation.name


def _alter(tie: Tie, x: float, y: float, *, right: bool) -> str:
    mark = "?" if tie.state == "suggested" else ""
    title = (
        f"{tie.relation.name}: {tie.quality}, {counted(len(tie.mentions), 'mention')}, {tie.state}"
    )
    name = tie.relation.name + (f" {mark}" if mark else "")
    side = 13 if right else -13
    return (
        f'<circle class="alter alter-{level_slug(tie.relation.level)}" cx="{x:.1f}" cy="{y:.1f}" '
        f'r="9"><title>{_safe(title)}</title></circle>'
        f'<text class="halo" x="{x + side:.1f}" y="{y + 4:.1f}" font-size="13" '
        f'text-anchor="{"start" if right else "end"}">{_safe(name)}</text>'
    )


def _alt(participant: str, ties: Sequence[Tie]) -> str:
    counts = Counter(tie.quality for tie in ties)
    told = ", ".join(f"{counts[q]} {q}" for q in QUALITIES if counts[q])
    return f"Network of {participant}: {counted(len(ties), 'tie')}, {told}. The table lists them."


def _summary(label: str, ties: Sequence[Tie]) -> dict[str, object]:
    own = [tie for tie in ties if tie.participant == label]
    counts = Counter(tie.quality for tie in own)
    known = len(own) - counts["unclear"]
    return {
        "participant": label,
        "ties": len(own),
        **{quality: counts[quality] for quality in QUALITIES},
        "share_supportive": counts["support"] / known if known else None,
        "levels": {level.value: sum(t.relation.level == level for t in own) for level in _RINGS},
    }


def _told(data: CodedStudy, ties: Sequence[Tie]) -> str:
    """Say in words how large the networks are, and which ties are commonest."""
    sizes = [sum(t.participant == p.label for t in ties) for p in data.everybody]
    if not ties:
        return "No tie was found."
    common = Counter(tie.relation.name for tie in ties).most_common(5)
    said = ", ".join(f"{name} ({count:,})" for name, count in common)
    return (
        f"{counted(len(data.everybody), 'participant')} spoke of {counted(len(ties), 'tie')}: a "
        f"median of {median(sizes):g} each ({min(sizes)} to {max(sizes)}). Most common, "
        f"participants in brackets: {said}."
    )


def _whom_table(data: CodedStudy, ties: Sequence[Tie]) -> Table:
    rows = []
    for person in data.everybody:
        own = sorted((t for t in ties if t.participant == person.label), key=_ring)
        by_quality = [
            ", ".join(
                t.relation.name + ("\u00a0?" if t.state == "suggested" else "")
                for t in own
                if t.quality == quality
            )
            for quality in QUALITIES
        ]
        rows.append((Cell(person.label), *(Cell(names or "–") for names in by_quality)))
    return Table(
        "Each participant’s network: whom they spoke of, from the nearest outwards, and what the "
        "tie was to them. A ? stands where nobody has checked the tie.",
        ("Participant", *(quality.capitalize() for quality in QUALITIES)),
        tuple(rows),
    )


def _people_table(data: CodedStudy, ties: Sequence[Tie]) -> Table:
    rows = []
    sizes, shares = [], []
    for person in data.everybody:
        own = [tie for tie in ties if tie.participant == person.label]
        counts = Counter(tie.quality for tie in own)
        known = len(own) - counts["unclear"]
        sizes.append(len(own))
        if known:
            shares.append(counts["support"] / known)
        rows.append(
            (
                Cell(person.label),
                Cell(f"{len(own):,}"),
                *(Cell(f"{sum(t.relation.level == level for t in own):,}") for level in _RINGS),
                *(Cell(f"{counts[quality]:,}") for quality in QUALITIES),
                Cell(f"{counts['support'] / known:.0%}" if known else "–"),
            )
        )
    if len(sizes) > 1:
        rows.append(
            (
                Cell("Mean; median"),
                Cell(f"{mean(sizes):.1f}; {median(sizes):g}"),
                *(Cell("") for _ in range(len(_RINGS) + len(QUALITIES))),
                Cell(f"{mean(shares):.0%}; {median(shares):.0%}" if shares else "–"),
            )
        )
    return Table(
        "Ties by participant. Supportive: ties of support alone, of those whose quality is known.",
        (
            "Participant",
            "Ties",
            *(level_title(level) for level in _RINGS),
            *(quality.capitalize() for quality in QUALITIES),
            "Supportive",
        ),
        tuple(rows),
        numeric=tuple(range(1, 3 + len(_RINGS) + len(QUALITIES))),
    )


def _relation_table(data: CodedStudy, ties: Sequence[Tie]) -> Table:
    n = len(data.everybody)
    relations = {tie.relation.name: tie.relation for tie in sorted(ties, key=_ring)}
    rows = []
    for name, relation in relations.items():
        own = [tie for tie in ties if tie.relation.name == name]
        counts = Counter(tie.quality for tie in own)
        people = len({tie.participant for tie in own})
        rows.append(
            (
                Cell(name, slug=level_slug(relation.level)),
                Cell(f"{people:,}"),
                Cell(interval_text(people, n)),
                Cell(f"{sum(len(tie.mentions) for tie in own):,}"),
                *(Cell(f"{counts[quality]:,}") for quality in QUALITIES),
            )
        )
    return Table(
        f"Participants (of {n:,}) with each tie, by level from the inside out.",
        (
            "Tie",
            "Participants",
            "Share (95% interval)",
            "Sentences",
            *(quality.capitalize() for quality in QUALITIES),
        ),
        tuple(rows),
        numeric=tuple(range(1, 4 + len(QUALITIES))),
    )


def _evidence(label: str, ties: Sequence[Tie]) -> QuoteList:
    quotes = tuple(
        Quoted(
            text=clip(mention.text, 600),
            who=f"{label}: {tie.relation.name}",
            about="",
            where=f"{mention.transcript}, characters {mention.start:,} to {mention.end:,}",
            facets=(tie.quality, tie.state),
        )
        for tie in ties
        for mention in tie.mentions
    )
    return QuoteList(f"{label}: the sentences behind the ties ({len(quotes):,})", quotes)


def _tie_json(tie: Tie) -> dict[str, object]:
    return {
        "participant": tie.participant,
        "relation": tie.relation.name,
        "level": tie.relation.level,
        "organisation": tie.relation.organisation,
        "quality": tie.quality,
        "state": tie.state,
        "by": tie.by or None,
        "at": tie.at or None,
        "mentions": [
            {"transcript": m.transcript, "start": m.start, "end": m.end, "text": m.text}
            for m in tie.mentions
        ],
    }


def _grids(ties: Sequence[Tie]) -> tuple[Grid, ...]:
    rows = tuple(
        (
            tie.participant,
            tie.relation.name,
            str(tie.relation.level),
            tie.quality,
            tie.state,
            tie.by,
            tie.at,
            len(tie.mentions),
        )
        for tie in ties
    )
    said = tuple(
        (m.participant, m.relation, m.transcript, m.start, m.end, m.text)
        for tie in ties
        for m in tie.mentions
    )
    head = ("participant", "tie", "level", "quality", "state", "decided by", "at", "sentences")
    return (
        Grid("Ties", head, rows, (14, 20, 16, 10, 11, 16, 22, 10)),
        Grid(
            "Sentences",
            ("participant", "tie", "transcript", "start", "end", "sentence"),
            said,
            (14, 20, 18, 8, 8, 90),
        ),
    )
