"""What a person decided: names that are one thing, and names that are not, whatever linking would say."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from kg.names import normal_form
from kg.records import EntityType, KgError
from kg.resources import resource

Pair = tuple[EntityType, str, str]


class Rules(BaseModel):
    """Pairs of names of a type that are forced together or kept apart, and the file that says so.

    >>> Rules(same=[("Dataset", "ImageNet-21K", "ImageNet-22K")]).same[0][2]
    'ImageNet-22K'
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    same: tuple[Pair, ...] = ()
    different: tuple[Pair, ...] = ()
    source: str = "rules"
    digest: str = ""
    reasons: dict[Pair, str] = {}
    """Why pairs are forced together, where there is more to say than where."""

    @model_validator(mode="after")
    def _consistent(self) -> Rules:
        same = {unordered(pair) for pair in self.same}
        for type, first, second in self.different:
            if one_spelling((type, first, second)):
                raise ValueError(f"'{first}' and '{second}' are one spelling of one name and cannot differ")
            if unordered((type, first, second)) in same:
                raise ValueError(f"'{first}' and '{second}' are said to be the same and to be different")
        return self

    @classmethod
    def load(cls, path: Path) -> Rules:
        """The rules of a YAML file with the keys ``same`` and ``different``, lists of [type, name, name].

        Raises KgError with the file and the place in it for what cannot be read as rules.
        """
        try:
            content = path.read_bytes()
            told = yaml.safe_load(content) or {}
        except OSError as error:
            raise KgError(f"{path}: cannot be read ({error.strerror})") from error
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            mark = getattr(error, "problem_mark", None)
            place = f", line {mark.line + 1}" if mark else ""
            raise KgError(f"{path}{place}: not valid YAML; correct it") from error
        if not isinstance(told, dict):
            raise KgError(f"{path}: expected the keys 'same' and 'different', each with a list of [type, name, name]")
        try:
            return cls(**{"source": path.name, "digest": hashlib.sha256(content).hexdigest(), **told})
        except ValidationError as error:
            first = error.errors()[0]
            place = " ".join(str(part + 1 if isinstance(part, int) else part) for part in first["loc"][:2])
            raise KgError(f"{path}: {place + ': ' if place else ''}{first['msg']}") from error


def one_spelling(pair: Pair) -> bool:
    """Whether two names have one normal form, so that no rule can part them."""
    return len(unordered(pair)[1]) == 1


def unordered(pair: Pair) -> tuple[EntityType, frozenset[str]]:
    """A pair whatever its order and spelling."""
    type, *names = pair
    return type, frozenset(normal_form(type, name) for name in names)


@cache
def shipped() -> Rules:
    """The rules that ship with the package."""
    return Rules.load(resource("ontology") / "links.yaml")
