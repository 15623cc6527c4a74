"""Normal forms of names and the slugs made of them: pure functions, so that parts built apart agree."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from kg.records import EntityType

_GREEK = "αβγδεζηθικλμνξοπρστυφχψω"
_SPELLED = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau upsilon "
    "phi chi psi omega"
)
GREEK: dict[str, str] = dict(zip(_GREEK, _SPELLED.split(), strict=True))
"""Letters in lower case and how they are spelled."""
_GREEK_LETTERS = {**GREEK, "∆": "delta"}
_PLAIN = re.compile(r"[A-Za-z0-9 .-]*")
_SPOKEN = {"+": "-plus-", "#": "-sharp-", "@": "-at-", "&": "-and-", "*": "-star-", "×": "x", "∞": "-infinity-"}
_LATEX = re.compile(r"\\(?:text\w*|math\w*|rm|bf|it|var(?=[a-z]))?|[{}$^_]")
_OF_GREEK = {spelled: letter for letter, spelled in GREEK.items()}
_GREEK_MACRO = re.compile(rf"\\({'|'.join(_OF_GREEK)})(?![a-z])")
_MARKED = re.compile(r"[\\{}]|\$.*\$")
_MARKS = re.compile(r"\\(?:text\w{0,2}|math\w+|emph|rm|bf|it)(?=[{\s])|\\(?=[_%&#{}$])|[{}$]")
_SEPARATORS = re.compile(r"[^\w.]+|\.(?!\d)|(?<!\d)\.")
_JOINT = re.compile(r"(?<=[^\W\d])-(?=\d)")
_ACRONYM_PLURAL = re.compile(r"(?<=[A-Z])s\b")
_NUMBER_PLURAL = re.compile(r"(?<=\d)(?<!L40)s$")
"""A100s, but not the sizes of models, YOLOv8s, nor devices that are others with it: L40S, Snapdragon 8s Gen 3."""
_WORD_PLURAL = re.compile(r"(?:(?<=[a-z]{3})|(?<=-[a-z]{2}))(?<![suio])s$")
_COMMON = {EntityType.METHOD, EntityType.METRIC, EntityType.TASK, EntityType.HARDWARE}


@lru_cache(maxsize=1 << 16)
def normal_form(type: EntityType, name: str) -> str:
    """The form in which two spellings of one name are equal.

    Case, hyphens, spacing, LaTeX remains, Greek letters and plurals fall away; a size or version keeps its place.

    >>> normal_form(EntityType.MODEL, "LLaMA2-7B") == normal_form(EntityType.MODEL, "Llama-2 7B")
    True
    >>> normal_form(EntityType.MODEL, "LLaMA-27B") == normal_form(EntityType.MODEL, "LLaMA-2-7B")
    False
    >>> normal_form(EntityType.METRIC, "speed-ups"), normal_form(EntityType.DATASET, "M^{3}-20M")
    ('speed-up', 'm3-20m')
    >>> normal_form(EntityType.MODEL, "β-Plum"), normal_form(EntityType.MODEL, r"{\\beta}-Plum")
    ('beta-plum', 'beta-plum')
    """
    text = name if _PLAIN.fullmatch(name) else _plain(name)
    text = _ACRONYM_PLURAL.sub("", text)
    if type is not EntityType.MODEL:
        text = _NUMBER_PLURAL.sub("", text)
    if type in _COMMON:
        text = _WORD_PLURAL.sub("", text)
    text = _SEPARATORS.sub("-", text.casefold()).strip("-.")
    if "-" in text:
        text = _JOINT.sub("", text)
    return text or name.encode("utf8", "replace").hex()


def _plain(name: str) -> str:
    """A name without LaTeX, its symbols and Greek letters spelled."""
    text = _LATEX.sub("", unicodedata.normalize("NFKC", name))
    for symbol, spoken in _SPOKEN.items():
        text = text.replace(symbol, spoken)
    return "".join(_GREEK_LETTERS.get(c.casefold(), c) for c in text)


def readable(name: str) -> str:
    r"""A name as people read it: without the signs of LaTeX, but for those of exponents and indices.

    >>> readable("M^{3}-20M"), readable(r"$\alpha$-Net"), readable(r"\textsc{Otter}\_Bench"), readable("US$5")
    ('M^3-20M', 'α-Net', 'Otter_Bench', 'US$5')
    """
    if not _MARKED.search(name):
        return name
    text = _GREEK_MACRO.sub(lambda found: _OF_GREEK[found[1]], name)
    return _MARKS.sub("", text) or name


def slug(type: EntityType, name: str) -> str:
    """The last part of an entity's IRI, a function of its type and normal form alone.

    >>> slug(EntityType.HARDWARE, "NVIDIA A100"), slug(EntityType.MODEL, "LLaMA2-7B")
    ('nvidia-a100', 'llama-2-7b')
    """
    return re.sub(r"(?<=[^\W\d]{3})(?=\d)", "-", normal_form(type, name))
