"""The options of the commands that learn from what people decided."""

from __future__ import annotations

from argparse import ArgumentParser

from semcode.cli.options import Commands, command, study

__all__ = ["add_check_codings", "add_train"]


def add_train(commands: Commands[ArgumentParser]) -> None:
    """Add `train`."""
    parser = command(
        commands,
        "train",
        "semcode.cli.learning:train",
        "learn from what people coded, rejected and read",
        more=(
            "The next semcode suggest ranks by what was learned; codes without labels go on from\n"
            "their definitions. Nothing is learned from a model, nor from the audit sample."
        ),
        example="semcode train --study my-study",
    )
    study(parser, json=True)
    parser.add_argument(
        "--output", metavar="FILE", help="write the model for another study (.safetensors)"
    )
    parser.add_argument(
        "--diagram", metavar="FILE", help="draw stated against observed shares (.svg)"
    )
    _whose(parser)
    parser.add_argument(
        "--no-check",
        action="store_true",
        help=(
            "do not check the model on participants left out: faster (a study that began with a "
            "model is checked all the same, to find what each of both counts for)"
        ),
    )
    _finetune(parser)


def _finetune(parser: ArgumentParser) -> None:
    either = parser.add_mutually_exclusive_group()
    either.add_argument(
        "--finetune",
        action="store_const",
        const=True,
        help="train a copy of the language model too, kept only if it helps: takes minutes or more",
    )
    either.add_argument(
        "--no-finetune",
        dest="finetune",
        action="store_const",
        const=False,
        help="go on without the copy that was trained",
    )


def add_check_codings(commands: Commands[ArgumentParser]) -> None:
    """Add `check-codings`."""
    parser = command(
        commands,
        "check-codings",
        "semcode.cli.learning:check_codings",
        "list codings that are unlike their code, and likely omissions, for a second look",
        more="Each passage is judged by a model that learned nothing of its participant.",
        example="semcode check-codings --study my-study --csv second-look.csv",
    )
    study(parser, json=True)
    parser.add_argument("--csv", metavar="FILE", help="write the list as a table")
    parser.add_argument(
        "--limit", type=int, default=20, metavar="N", help="of each kind (default: 20)"
    )
    _whose(parser)


def _whose(parser: ArgumentParser) -> None:
    parser.add_argument("--coders", metavar="A,B,...", help="learn from these only (default: all)")
    parser.add_argument(
        "--assume-read",
        action="store_true",
        help="take every transcript that a coder coded as read by that coder to its end",
    )
