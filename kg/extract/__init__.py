"""Paper to Extraction: a spaCy pipeline of our own components."""

from kg.extract.pipeline import PIPELINE_VERSION, extract

__all__ = ["PIPELINE_VERSION", "extract"]
