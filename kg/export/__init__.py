"""What people take away: files for other tools."""

from kg.export.files import WRITERS, export, write_whole

__all__ = ["WRITERS", "export", "write_whole"]
