"""Where the data files that travel with the package are: beside it in a wheel, above it in a checkout."""

from __future__ import annotations

from pathlib import Path

from kg.records import KgError

_PACKAGE = Path(__file__).resolve().parent


def resource(name: str) -> Path:
    """The directory ``ontology`` or ``queries``.

    Raises KgError when neither an installed package nor a checkout holds it.
    """
    for place in (_PACKAGE / name, _PACKAGE.parent / name):
        if place.is_dir():
            return place
    raise KgError(f"the directory '{name}' is missing from this installation of paper-kg; install it again")
