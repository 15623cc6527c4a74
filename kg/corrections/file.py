"""A file of corrections, as people write it: YAML, a list, each with its form, ``by`` and ``on``."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import ValidationError

from kg.corrections.forms import FORMS, Correction, Names, Split, Undecided
from kg.link import Pair, Rules, unordered
from kg.records import KgError

_EXPECTED = "expected a list of corrections, each beginning with a hyphen"


@dataclass(frozen=True, slots=True)
class Corrections:
    """The corrections of a file in its order, each with the line that it begins on.

    >>> told = "- reject: tasks\\n  thing: plum picking\\n  paper: 2699.00010\\n  by: Ada\\n  on: 2026-11-21"
    >>> [correction.what for correction in Corrections.read(told.encode(), "mine.yaml").decided()]
    ['reject tasks, thing plum picking, paper 2699.00010']
    """

    source: str = "corrections"
    placed: tuple[tuple[int, Correction], ...] = ()
    content: bytes = b""
    """The file itself."""

    @classmethod
    def load(cls, path: Path) -> Corrections:
        """The corrections of a file. Raises KgError with the file, the line and what to do."""
        try:
            content = path.read_bytes()
        except OSError as error:
            raise KgError(f"{path}: cannot be read ({error.strerror})") from error
        return cls.read(content, str(path))

    @classmethod
    def read(cls, content: bytes, source: str) -> Corrections:
        """The corrections of a file's content; it may be several lists with ``---`` between them.

        Scalars are taken as they are written, so that an arXiv identifier is no number.
        """
        try:
            placed = tuple(_placed(content.decode("utf-8-sig"), source))
        except UnicodeDecodeError as error:
            raise KgError(f"{source}: not text in UTF-8; save the file as UTF-8") from error
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            place = f", line {mark.line + 1}" if mark else ""
            why = getattr(error, "problem", None) or "a character that it forbids"
            raise KgError(
                f"{source}{place}: not valid YAML ({why}); put text with a colon in quotation marks"
            ) from error
        except RecursionError as error:
            raise KgError(f"{source}: nested too deeply; {_EXPECTED}") from error
        return cls(source, placed, content)

    @property
    def digest(self) -> str:
        """A hash of the file."""
        return hashlib.sha256(self.content).hexdigest()

    def decided(self) -> Iterator[Correction]:
        """The corrections that correct something, in order."""
        return (correction for _, correction in self.placed if not isinstance(correction, Undecided))

    def undecided(self) -> list[Undecided]:
        """The facts that the file lists without a decision."""
        return [correction for _, correction in self.placed if isinstance(correction, Undecided)]

    def rules(self, given: Rules) -> Rules:
        """The given rules of linking and those of the file; where two speak of one pair, the later counts."""
        verdicts: dict[object, tuple[bool, Pair, str]] = {}
        for pair in given.same:
            verdicts[unordered(pair)] = True, pair, f"forced by {given.source}"
        for pair in given.different:
            verdicts[unordered(pair)] = False, pair, ""
        for correction in self.decided():
            for pair in correction.pairs if isinstance(correction, Names) else ():
                because = f"said by {correction.by} on {correction.on}"
                because += f": {correction.because}" if correction.because else ""
                verdicts[unordered(pair)] = not isinstance(correction, Split), pair, because
        told = sorted(verdicts.values(), key=lambda verdict: verdict[1])
        return Rules(
            same=tuple(pair for same, pair, _ in told if same),
            different=tuple(pair for same, pair, _ in told if not same),
            source=self.source,
            reasons={pair: because for same, pair, because in told if same},
        )


def _placed(text: str, source: str) -> Iterator[tuple[int, Correction]]:
    loader = yaml.BaseLoader(text)
    while loader.check_node():
        node = loader.get_node()
        if node is None or (isinstance(node, yaml.ScalarNode) and not node.value):
            continue  # an empty document
        if not isinstance(node, yaml.SequenceNode):
            raise KgError(f"{source}, line {_line(node)}: {_EXPECTED}")
        for item in node.value:
            yield _line(item), _correction(item, loader.construct_document(item), source)


def _correction(node: yaml.Node, told: object, source: str) -> Correction:
    """The correction of a node. Raises KgError with the line of what is wrong in it."""
    if not isinstance(node, yaml.MappingNode) or not isinstance(told, dict):
        raise KgError(f"{source}, line {_line(node)}: {_EXPECTED}, with a line 'key: value' for all that it says")
    seen: set[str] = set()
    for key, _ in node.value:
        if key.value in seen:
            raise KgError(f"{source}, line {_line(key)}: '{key.value}' stands twice in one correction; keep one")
        seen.add(str(key.value))
    forms = [form for form in FORMS if form in told]
    if len(forms) != 1:
        found = f"it has {' and '.join(forms)}" if forms else "it has none"
        raise KgError(
            f"{source}, line {_line(node)}: a correction has exactly one of {', '.join(FORMS)}, but {found}; "
            "write one correction for each"
        )
    try:
        return FORMS[forms[0]].model_validate(told)
    except ValidationError as error:
        first = error.errors()[0]
        raise KgError(f"{source}, line {_line(_at(node, first['loc']))}: {_message(first['loc'], first)}") from error


def _message(place: Sequence[int | str], error: object) -> str:
    assert isinstance(error, dict)
    named = f"'{place[0]}': " if place else ""
    if error["type"] == "missing":
        return f"{named}is missing; add it"
    if error["type"] == "extra_forbidden":
        return f"{named}is no key of this correction; remove or correct it"
    said = str(error["msg"]).removeprefix("Value error, ")
    return f"{named}{said[:1].lower()}{said[1:]}" if named else said


def _at(node: yaml.Node, place: Sequence[int | str]) -> yaml.Node:
    """The node of a place in a correction, or the nearest around it."""
    for part in place:
        inner = node.value if isinstance(node.value, list) else []
        if isinstance(node, yaml.MappingNode):
            node = next((value for key, value in inner if key.value == part), node)
        elif isinstance(part, int) and part < len(inner):
            node = inner[part]
    return node


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
