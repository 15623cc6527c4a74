"""Names to entities: which spellings mean one thing."""

from kg.link.linker import Canonical, Description, Linker

__all__ = ["Canonical", "Description", "Linker"]
