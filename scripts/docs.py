"""Write docs/commands.md and docs/api.md from the code: python3 scripts/docs.py [--check]"""

from __future__ import annotations

import inspect
import sys
from argparse import ArgumentParser, _SubParsersAction
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
NOTE = "<!-- Written by scripts/docs.py: change the code, not this page. -->\n"

COMMANDS_HEAD = """\
# Commands

Every command has `--help`. Messages go to the terminal (standard error), results such as tables
and JSON to standard output, so that they can be sent to a file. A command ends with 0 when it is
done, 1 when it says what went wrong, 2 when it was typed wrongly, and 130 when it was interrupted.
"""

API_HEAD = """\
# Python reference

Everything that the commands do can be called from Python. What is named here is public; what is
not may change in any version. Errors are told on [their own page](guide/troubleshooting.md).

```python
from semcode import Study

with Study.create("my-study", codebook="sem") as study:
    added = study.add(["interviews"])
    print(added.transcripts, added.failed)
    study.add_participants("participants.csv")
    study.suggest()
    codebook = study.codebook()
    for row in study.suggestions():
        print(row.participant, codebook[row.code].name, row.score, row.text)
    study.export("codings.xlsx")
    study.report("report.html")
```
"""


def command_page(parser: ArgumentParser) -> str:
    """Write the reference of all commands."""
    parts = [NOTE, COMMANDS_HEAD]
    subparsers = next(a for a in parser._actions if isinstance(a, _SubParsersAction))
    for name, command in subparsers.choices.items():
        parts += [f"## {name}\n", " ".join((command.description or "").split()) + "\n"]
        parts.append("```text\n" + _usage(name, command) + "\n```\n")
        parts.append("| argument | what it does |\n|---|---|\n" + "".join(_rows(command)))
        example = (command.epilog or "").partition(":")[2].strip()
        parts.append(f"```sh\n{example}\n```\n")
    return "\n".join(parts)


def _usage(name: str, parser: ArgumentParser) -> str:
    words = [f"semcode {name}"]
    for action in parser._actions:
        if action.dest == "help":
            continue
        text = _spelling(action) + (" ..." if action.nargs == "*" else "")
        needed = action.required and action.nargs not in ("*", "?")
        words.append(text if needed else f"[{text}]")
    return " ".join(words)


def _rows(parser: ArgumentParser) -> Iterator[str]:
    for action in parser._actions:
        if action.dest == "help":
            continue
        said = action.help or ""
        if action.choices and not action.metavar and "one of" not in said:
            choices = ", ".join(map(str, action.choices))
            said = f"{said}; one of: {choices}" if said else f"one of: {choices}"
        if action.default not in (None, False, []) and "default" not in said:
            said = f"{said} (default: {action.default})".strip()
        yield f"| `{_spelling(action)}` | {said} |\n".replace("NAME|FILE", "NAME\\|FILE")


def _spelling(action: Any) -> str:
    value = action.metavar or action.dest.upper()
    if not action.option_strings:
        return str(value)
    return action.option_strings[0] if action.nargs == 0 else f"{action.option_strings[0]} {value}"


def api_page() -> str:
    """Write the reference of every public name."""
    import semcode
    from semcode import study
    from semcode.records import Run
    from semcode.store.runs import SuggestionRow
    from semcode.store.transcripts import SpeakerRow, TranscriptRow

    given = [getattr(study, n) for n in study.__all__ if n not in (*semcode.__all__, "Advance")]
    given += [Run, SpeakerRow, SuggestionRow, TranscriptRow]
    parts = [NOTE, API_HEAD, *(_entry(n, getattr(semcode, n)) for n in semcode.__all__)]
    parts += ["What a study takes and gives besides:\n"]
    parts += [_entry(t.__name__, t) for t in sorted(given, key=lambda t: t.__name__)]
    return "\n".join(parts)


def _entry(name: str, thing: Any) -> str:
    if not inspect.isclass(thing):
        return f"## {name}\n\n{_code(name, thing)}\n\n{_doc(thing)}\n"
    parts = [f"## {name}\n", _doc(thing) + "\n"]
    if issubclass(thing, Enum):
        parts.append("".join(f"- `{name}.{m.name}` = `{m.value!r}`\n" for m in thing))
    elif is_dataclass(thing):
        parts.append("| field | type |\n|---|---|\n" + "".join(_fields(thing)))
    for member, value in _members(thing):
        parts.append(f"### {name}.{member}\n\n{_member(name, member, value)}\n")
    return "\n".join(parts)


def _fields(thing: Any) -> Iterator[str]:
    for field in fields(thing):
        kind = str(field.type).replace("|", "\\|")
        yield f"| `{field.name}` | `{kind}` |\n"


def _members(thing: type) -> Iterator[tuple[str, Any]]:
    for name, value in vars(thing).items():
        told = isinstance(value, (property, cached_property, classmethod))
        if not name.startswith("_") and (told or inspect.isfunction(value)):
            yield name, value


def _member(owner: str, name: str, value: Any) -> str:
    if isinstance(value, (property, cached_property)):
        return f"```text\n{owner[:1].lower()}{owner[1:]}.{name}\n```\n\n{_doc(value)}"
    called = f"{owner}.{name}" if isinstance(value, classmethod) else name
    function = value.__func__ if isinstance(value, classmethod) else value
    return f"{_code(called, function)}\n\n{_doc(function)}"


def _code(name: str, function: Callable[..., Any]) -> str:
    """Write a signature by hand: inspect's own text differs between versions of Python."""
    signature = inspect.signature(function)
    shown, starred = [], False
    for parameter in signature.parameters.values():
        if parameter.name in ("self", "cls"):
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and not starred:
            shown.append("*")
            starred = True
        text = f"{parameter.name}: {parameter.annotation}"
        if parameter.default is not parameter.empty:
            text += f" = {parameter.default!r}"
        shown.append(text)
    one = f"{name}({', '.join(shown)}) -> {signature.return_annotation}"
    if len(one) > 96:
        lines = "".join(f"    {part},\n" for part in shown)
        one = f"{name}(\n{lines}) -> {signature.return_annotation}"
    return f"```text\n{one}\n```"


def _doc(thing: Any) -> str:
    return inspect.cleandoc(thing.__doc__ or "")


def pages() -> dict[Path, str]:
    """Give each generated page with its text."""
    sys.path.insert(0, str(ROOT / "pipeline"))
    from semcode.cli.parser import build_parser

    docs = ROOT / "docs"
    return {docs / "commands.md": command_page(build_parser()), docs / "api.md": api_page()}


def main(arguments: list[str]) -> int:
    """Write the pages, or with --check say which differ from the code."""
    stale = [
        path
        for path, text in pages().items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]
    for path in stale:
        if "--check" in arguments:
            print(f"{path.relative_to(ROOT)} differs from the code: python3 scripts/docs.py")
        else:
            path.write_bytes(pages()[path].encode())
            print(f"Wrote {path.relative_to(ROOT)}")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    if find_spec("sqlalchemy") is None:
        from environment import prepare, run

        run(prepare(), __file__, *sys.argv[1:])
        sys.exit()
    sys.exit(main(sys.argv[1:]))
