"""A graph directory on disk: records, generations, publishing."""

from kg.store.directory import GraphDirectory
from kg.store.records import RecordsDb

__all__ = ["GraphDirectory", "RecordsDb"]
