"""Paper to Extraction: a spaCy pipeline of our own components."""

from kg.extract.pipeline import extract, pipeline_version

__all__ = ["extract", "pipeline_version"]
