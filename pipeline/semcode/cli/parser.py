"""The commands and their options, each with an example."""

from __future__ import annotations

from argparse import ArgumentParser

from semcode import __version__
from semcode.cli.agreement_options import add_agreement, add_reliability_sample
from semcode.cli.evaluating_options import add_audit, add_code, add_evaluate
from semcode.cli.exchange_options import add_import, add_inspect, project_options
from semcode.cli.findings_options import add_findings
from semcode.cli.learning_options import add_check_codings, add_train
from semcode.cli.options import Commands, Formatter, command, study
from semcode.cli.protocol_options import add_serve
from semcode.cli.review_options import add_assign, add_correct, add_history
from semcode.cli.serving_options import add_review
from semcode.cli.topics_options import add_topics

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
    add_import(commands)
    add_inspect(commands)
    add_review(commands)
    add_history(commands)
    add_assign(commands)
    add_correct(commands)
    add_agreement(commands)
    add_reliability_sample(commands)
    add_train(commands)
    add_check_codings(commands)
    add_evaluate(commands)
    add_audit(commands)
    add_code(commands)
    add_topics(commands)
    add_findings(commands)
    add_serve(commands)
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
        "--model",
        metavar="FILE",
        help="begin with a model that semcode train --output wrote, and with its codebook",
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
    parser.add_argument(
        "file", nargs="?", metavar="FILE", help=".toml, .csv, .xlsx, or .docx to be read"
    )


def _export(commands: Commands[ArgumentParser]) -> None:
    parser = command(
        commands,
        "export",
        "semcode.cli.commands:export",
        "write suggestions and codings as a table, or the study for another program",
        more=(
            ".csv is one table; .xlsx has sheets for the codebook, participants, provenance too.\n"
            ".qdpx is a project for ATLAS.ti, NVivo, MAXQDA and others, .qdc its codebook,\n"
            ".qda a copy of a QualCoder project (--into) with the suggestions."
        ),
        example="semcode export --study my-study codings.xlsx",
    )
    study(parser)
    parser.add_argument("file", metavar="FILE", help=".csv, .xlsx, .qdpx, .qdc or .qda")
    project_options(parser)


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
