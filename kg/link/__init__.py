"""Names to entities: which spellings mean one thing."""

from kg.link.linker import Alias, Canonical, Description, Linker
from kg.link.rules import Rules, shipped
from kg.link.variants import Relation

__all__ = ["Alias", "Canonical", "Description", "Linker", "Relation", "Rules", "shipped"]
