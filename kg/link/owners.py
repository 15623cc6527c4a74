"""Who makes a thing, where its name begins with the maker's."""

from __future__ import annotations

import re

from kg.records import EntityType

PROPER = frozenset([EntityType.MODEL, EntityType.SYSTEM, EntityType.DATASET])
"""The types whose things have proper names, devices aside."""
_OWNER = re.compile(
    r"(OpenAI|Meta(?: AI)?|Google(?: DeepMind| Research)?|DeepMind|Microsoft|Anthropic|NVIDIA|Facebook(?: AI)?"
    r"|Mistral AI|Alibaba|Apache|Intel|AMD|Apple|IBM|Amazon|Hugging ?Face|Stanford|xAI|Baidu|Tencent)(?:['’]s)? "
    r"(?=\S*[\w+]{3}|\w+[ -]\w)|(Meta)-(?=Llama)",
    re.I,
)
_VENDOR_WORDS = (
    "nvidia amd intel xilinx altera google cloud huawei apple qualcomm arm graphcore cerebras sambanova groq samsung "
    "mediatek amazon aws ibm microsoft s geforce tesla instinct radeon alveo "
    "stmicroelectronics stmicroelectronic espressif nxp renesas rockchip microchip infineon nordic ti hailo sony "
    "lattice gowin digilent terasic broadcom sophon sophgo seeed tenstorrent ambiq kneron hygon biren"
)
_VENDORS = frozenset(_VENDOR_WORDS.split())
"""As they are written and, *stmicroelectronic*, as they are folded."""
_HOUSES = {
    "facebook": "meta",
    "deepmind": "google",
    "aws": "amazon",
    "altera": "intel",
    "geforce": "nvidia",
    "tesla": "nvidia",
} | dict.fromkeys(["xilinx", "instinct", "radeon", "alveo"], "amd")
"""Brands and bought companies, and whose they are."""


def owner(type: EntityType, text: str) -> str:
    """The house that a name begins with, in lower case; nothing where it begins otherwise.

    >>> owner(EntityType.SYSTEM, "Google DeepMind Orchard"), owner(EntityType.HARDWARE, "Xilinx Alveo U280")
    ('google', 'amd')
    """
    if type is EntityType.HARDWARE:
        word = text.partition(" ")[0].casefold().removesuffix("'s")
        return _HOUSES.get(word, word) if word in _VENDORS else ""
    found = _OWNER.match(text) if type in PROPER else None
    if not found:
        return ""
    word = (found[1] or found[2]).casefold().replace("hugging face", "huggingface").split()[0]
    return _HOUSES.get(word, word)


def without_owner(type: EntityType, text: str) -> str:
    """A name less its owner; the name itself where nothing that names it would be left.

    >>> without_owner(EntityType.SYSTEM, "OpenAI Codex"), without_owner(EntityType.MODEL, "Meta-Llama-3")
    ('Codex', 'Llama-3')
    """
    found = _OWNER.match(text) if type in PROPER else None
    return text[found.end() :] if found else text


def without_vendor(words: list[str]) -> list[str]:
    """The folded words of a device's name less vendors and brands in front."""
    while words and words[0] in _VENDORS:
        words = words[1:]
    return words
