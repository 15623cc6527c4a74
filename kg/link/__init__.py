"""Names to entities: which spellings mean one thing."""

from kg.link.linker import Alias, Canonical, Description, Linker
from kg.link.rules import Pair, Rules, one_spelling, shipped, unordered
from kg.link.variants import Relation

__all__ = [
    "Alias",
    "Canonical",
    "Description",
    "Linker",
    "Pair",
    "Relation",
    "Rules",
    "one_spelling",
    "shipped",
    "unordered",
]
