"""The commands and their options, each with an example."""

from __future__ import annotations

from argparse import ArgumentParser

from semcode import __version__
from semcode.cli.options import Commands, Formatter, command, intervals, study

__all__ = ["build_parser"]

_EXAMPLE = """\
A first study, from nothing to a report:

  semcode init my-study --codebook sem
  semcode add --study my-study interviews/*.docx --participants participants.csv
  semcode speakers --study my-study
  semcode suggest --study my-study
  semcode report --study my-study report.html

Nothing leaves this machine. To see all of it on invented interviews: semcode demo
"""


def build_parser() -> ArgumentParser:
    """Make the parser of all commands."""
    parser = ArgumentParser(
        prog="semcode",
        description="Suggest codes of the Socio-Ecological Model for interview transcripts.",
        epilog=_EXAMPLE,
        formatter_class=Formatter,
    )
    parser.add_argument("--version", action="version", version=f"semcode {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    for add in (
        _init,
        _add,
        _speakers,
        _remove,
        _suggest,
        _status,
        _codings,
        _codebook,
        _export,
        _report,
    ):
        add(commands)
    _agreement(commands)
    _reliability_sample(commands)
    _demo(commands)
    return parser


def _init(commands: Commands[ArgumentParser]) -> None:
    parser = command(
        commands,
        "init",
        "semcode.cli.commands:init",
        "make a study",
        more="It is one folder: study.db holds everything, semcode.toml the settings.",
        example="semcode init my-study --codebook sem",
    )
    parser.add_argument("folder", metavar="DIR", help="the folder to make")
    parser.add_argument(
        "--codebook",
        metavar="NAME|FILE",
        help="sem, postpartum, peer-support, or a .toml, .csv or .xlsx file (default: sem)",
    )
    parser.add_argument(
        "--example",
        choices=("postpartum", "peer-support"),
        help="fill it with a starter study of invented interviews",
    )


def _add(commands: Commands[ArgumentParser]) -> None:
    parser = command(
        commands,
        "add",
        "semcode.cli.commands:add",
        "add transcripts and participants to a study",
        more=(
            "It reads .txt .md .docx .odt .rtf .pdf .vtt .srt .csv .xlsx .json .TextGrid;\n"
            "a folder means the files in it. A file that cannot be read is named, the rest goes on."
        ),
        example="semcode add --study my-study interviews/*.docx --participants participants.csv",
    )
    parser.add_argument("files", nargs="*", metavar="FILES", help="transcripts or folders of them")
    study(parser)
    parser.add_argument(
        "--participants",
        metavar="CSV",
        help="a table with one person a row; any columns; `transcript` names their files",
    )
    parser.add_argument(
        "--columns",
        metavar="A=B,...",
        help="for tables: which column is which, as speaker=Who,text=What they said,start=Time",
    )


def _speakers(commands: Commands[ArgumentParser]) -> None:
    parser = command(
        commands,
        "speakers",
        "semcode.cli.commands:speakers",
        "show who speaks, and correct who asks and who answers",
        more="Only participants are coded. A * stands for every transcript.",
        example='semcode speakers --study my-study --set "P01:Maria=interviewer"',
    )
    study(parser, json=True)
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="TRANSCRIPT:SPEAKER=ROLE",
        help="set a role: participant, interviewer or unknown",
    )
    parser.add_argument(
        "--participant",
        action="append",
        default=[],
        metavar="TRANSCRIPT:SPEAKER=PERSON",
        help="say which participant a speaker is",
    )
    parser.add_argument(
        "--confirm", action="store_true", help="confirm all roles as they are shown"
    )


def _remove(commands: Commands[ArgumentParser]) -> None:
    parser = command(
        commands,
        "remove",
        "semcode.cli.commands:remove",
        "remove a transcript that was added by mistake",
        more="One that somebody has coded, read or decided on is kept.",
        example="semcode remove --study my-study P01_draft",
    )
    study(parser)
    parser.add_argument(
        "transcripts", nargs="+", metavar="NAME", help="as `semcode speakers` shows"
    )


def _suggest(commands: Commands[ArgumentParser]) -> None:
    parser = command(
        commands,
        "suggest",
        "semcode.cli.commands:suggest",
        "suggest codes for every segment of the participants",
        more="Interrupted, it goes on where it stopped when it is called again.",
        example="semcode suggest --study my-study",
    )
    study(parser)
    parser.add_argument("--json", action="store_true", help="print all suggestions as JSON")


def _status(commands: Commands[ArgumentParser]) -> None:
    parser = command(
        commands,
        "status",
        "semcode.cli.commands:status",
        "say where the study stands and what to do next",
        more="",
        example="semcode status --study my-study",
    )
    study(parser, json=True)


def _codings(commands: Commands[ArgumentParser]) -> None:
    parser = command(
        commands,
        "codings",
        "semcode.cli.commands:codings",
        "list what people coded",
        more="",
        example='semcode codings --study my-study --coder coder_ana --code "Housing instability"',
    )
    study(parser, json=True)
    parser.add_argument("--coder", help="only this coder's")
    parser.add_argument("--code", help="only this code")
    parser.add_argument("--transcript", help="only this transcript")


def _codebook(commands: Commands[ArgumentParser]) -> None:
    parser = command(
        commands,
        "codebook",
        "semcode.cli.commands:codebook",
        "show, check, export or import the codebook",
        more="An import makes a new version; earlier ones stay in the study.",
        example="semcode codebook --study my-study export codebook.xlsx",
    )
    study(parser, json=True)
    parser.add_argument("action", choices=("show", "check", "export", "import"))
    parser.add_argument("file", nargs="?", metavar="FILE", help=".toml, .csv or .xlsx")


def _export(commands: Commands[ArgumentParser]) -> None:
    parser = command(
        commands,
        "export",
        "semcode.cli.commands:export",
        "write suggestions and codings as a table",
        more=".csv is one table; .xlsx has sheets for the codebook, participants, provenance too.",
        example="semcode export --study my-study codings.xlsx",
    )
    study(parser)
    parser.add_argument("file", metavar="FILE", help=".csv or .xlsx")


def _report(commands: Commands[ArgumentParser]) -> None:
    parser = command(
        commands,
        "report",
        "semcode.cli.commands:report",
        "write the report, one HTML file with pictures",
        more="It opens in any browser and loads nothing from anywhere.",
        example="semcode report --study my-study report.html",
    )
    study(parser)
    parser.add_argument("file", metavar="FILE", help="a file that ends in .html")


def _demo(commands: Commands[ArgumentParser]) -> None:
    parser = command(
        commands,
        "demo",
        "semcode.cli.commands:demo",
        "make a study of invented interviews, suggest codes, write report and table",
        more="Called again, it goes on with what is not finished.",
        example="semcode demo demo-study",
    )
    parser.add_argument("folder", nargs="?", default="demo-study", metavar="DIR")
    parser.add_argument("--example", choices=("postpartum", "peer-support"), default="postpartum")


def _agreement(commands: Commands[ArgumentParser]) -> None:
    parser = command(
        commands,
        "agreement",
        "semcode.cli.agreement:agreement",
        "say how far coders agree, with intervals, and what to mend",
        more=(
            "Only what all compared coders have read blind counts. With --table it takes any\n"
            "table of ratings: units in rows, coders in columns, empty = missing."
        ),
        example="semcode agreement --study my-study --html agreement.html",
    )
    study(parser, json=True)
    parser.add_argument("--table", metavar="FILE", help="a .csv or .xlsx of ratings, no study")
    parser.add_argument("--coders", metavar="A,B,...", help="only these (default: all who read)")
    parser.add_argument(
        "--unit",
        default="segment",
        choices=("segment", "sentence", "turn", "character", "document"),
        help="what is compared (default: segment)",
    )
    parser.add_argument(
        "--by",
        default="code",
        choices=("code", "level", "facet", "transcript", "pair", "time"),
        help="what each row of the table is (default: code)",
    )
    parser.add_argument(
        "--mode",
        default="semcode",
        choices=("semcode", "nvivo", "maxqda", "atlas"),
        help="count as another program does (default: semcode)",
    )
    parser.add_argument("--model", action="store_true", help="set the suggestions beside people")
    parser.add_argument("--csv", metavar="FILE", help="write the table")
    parser.add_argument("--xlsx", metavar="FILE", help="write all tables")
    parser.add_argument("--html", metavar="FILE", help="write the page with figures")
    intervals(parser)
    parser.add_argument(
        "--resamples", type=int, default=2000, metavar="N", help="for intervals (default: 2000)"
    )
    parser.add_argument(
        "--cluster",
        metavar="NAME",
        help="resample interview (default) or participant; for --table the column of interviews",
    )
    parser.add_argument(
        "--overlap",
        type=float,
        metavar="SHARE",
        help="how much of a unit, or of the coding, must be covered (default: 0.5; maxqda: 0.9)",
    )
    parser.add_argument(
        "--include-not-blind",
        action="store_true",
        help="count also what was read with suggestions on show",
    )
    parser.add_argument(
        "--half-width",
        type=float,
        default=0.1,
        metavar="W",
        help="the precision to plan for (default: 0.1)",
    )
    parser.add_argument(
        "--level",
        choices=("nominal", "ordinal", "interval", "ratio"),
        help="for --table: the level of measurement (default: nominal)",
    )
    parser.add_argument(
        "--weights",
        metavar="NAME",
        help="for --table: identity, ordinal, linear, quadratic, radical, ratio, circular, bipolar",
    )
    parser.add_argument(
        "--categories", metavar="A,B,...", help="for --table: all that could be chosen, in order"
    )


def _reliability_sample(commands: Commands[ArgumentParser]) -> None:
    parser = command(
        commands,
        "reliability-sample",
        "semcode.cli.agreement:reliability_sample",
        "draw what is to be coded twice, and assign it blind",
        more="It says what precision to expect before anybody codes.",
        example="semcode reliability-sample --study my-study --coders ana,ben --segments 150",
    )
    study(parser, json=True)
    parser.add_argument("--coders", required=True, metavar="A,B", help="who is to code it")
    size = parser.add_mutually_exclusive_group(required=True)
    size.add_argument("--segments", type=int, metavar="N", help="draw this many segments")
    size.add_argument("--transcripts", type=int, metavar="N", help="draw this many transcripts")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument(
        "--stratify", metavar="ATTRIBUTE", help="from each group of participants in proportion"
    )
    kind.add_argument(
        "--rare", metavar="CODE", help="half of it where this code was coded or suggested"
    )
    intervals(parser)
    parser.add_argument(
        "--kappa", type=float, default=0.7, metavar="K", help="assumed agreement (default: 0.7)"
    )
    parser.add_argument(
        "--icc",
        type=float,
        default=0.05,
        metavar="R",
        help="how alike units of one interview are assumed to be (default: 0.05)",
    )
