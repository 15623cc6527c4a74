"""The forms in which names are compared: spelling falls away, what tells two things apart stays."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from kg.link.abbreviations import abbreviates
from kg.link.owners import PROPER, owner, without_owner, without_vendor
from kg.names import GREEK
from kg.records import EntityType

_SPOKEN = str.maketrans(
    {**GREEK, "ς": "sigma", "ϵ": "epsilon", "×": "x", "✕": "x", "∞": "infinity"}
    | {"ł": "l", "ø": "o", "æ": "ae", "œ": "oe"}
)
_LATEX = re.compile(r"\\(?:text\w*|math\w*|operatorname|rm|bf|it|sc|tt|xspace|var(?=[a-z]))|[{}$^_\\~]")
_CROSS = re.compile(r"\\times|(?<=\d)\s*(?:times|\*)\s*(?=\d)")
_PLAIN = re.compile(r"[A-Za-z0-9 .-]*")
_ASIDE = re.compile(r"\s*\(([^()]*)\)")
_GAP = re.compile(r"[\s-]")
_TOKEN = re.compile(r"\d+(?:\.\d+)*|[^\W\d_]+|[+#*&]")
_SYMBOLS = {"+": "plus", "#": "sharp", "*": "star", "&": "and"}
_YEAR = re.compile(r"(?:19|20)(\d\d)")
_HUB = re.compile(r"[A-Za-z][\w.-]{2,}/(?=[A-Za-z][\w.]*-[\w.-]+$)")
_HUB_OF_SYSTEM = re.compile(r"(?:[a-z]\w*-[\w-]+|(\w{3,})(?=/\1))/(?=[\w.-]+$)")
_HUB_FORMAT = re.compile(r"[-_ ]hf$", re.I)
"""The owner and the format in the name of a repository: meta-llama/Llama-2-7b-hf, vllm-project/vllm."""
_VIT_SIZE = re.compile(r"(?<=ViT|eiT|EiT)([- ])(Ti|[TSBLH])(?=[/-]|$)")
_VIT_SIZES = {"Ti": "tiny", "T": "tiny", "S": "small", "B": "base", "L": "large", "H": "huge"}
_NETWORKS = re.compile(r"(?:(?<=[A-Z]{2})|(?<=Net)) [Nn]etworks?$")
_LANGUAGE_MODEL = re.compile(r"(?P<name>(?=.*(?:[a-z][A-Z]|\d)).*\w) (?:large |small |vision[- ])?language models?")
"""What a model's name need not have: *LSTM networks*, *PaLM language model*, but *masked language model*."""

# American and British spelling meet in the middle: quantization and quantisation, behavior and behaviour.
_ENDINGS = (
    (re.compile(r"(?<=..)([iy])z(?=ation|e|ing|able)"), r"\1s"),
    (re.compile(r"(?<=[bhlmnv])our(?=s?$|al|ed$|ing$|ite)"), "or"),
    (re.compile(r"(?<=.[aeiou])ll(?=ing$|ed$|er$)"), "l"),
    (re.compile(r"(?<=..)ogue$"), "og"),
    (re.compile(r"(?<=..[ntb])re$"), "er"),
    (re.compile(r"(?<=[fc]en)ce$"), "se"),
)
_PLURALS = (
    (re.compile(r"(?<=..)ies$"), "y"),
    (re.compile(r"(?<=ss)es$|(?<=.x)es$|(?<=..[cs]h)es$|(?<=bias|lens)es$"), ""),
    (re.compile(r"(?<=..)(?<![suio])(?<!bia|len)s$"), ""),
)
_COMMON_NOUNS = frozenset(["models", "networks", "agents", "graphs", "machines"])
"""Plurals in names of every type, whatever their capitals: World Models, CUDA Graphs."""
_ACRONYMS = re.compile(r"[A-Z]s$")
_WORDS = {
    "grey": "gray",
    "artefact": "artifact",
    "programme": "program",
    "matrices": "matrix",
    "indices": "index",
    "corpora": "corpus",
    "acc": "accuracy",
    "adaptor": "adapter",
}
_NUMBER_WORDS = {"billion": "b", "bn": "b", "million": "m", "thousand": "k"}
_SIZES = frozenset("bmk")

# Phrases inside names that the field abbreviates everywhere, as they stand in a form.
_SHORT = {
    "largelanguagemodel": "llm",
    "multimodalllm": "mllm",
    "visionlanguagemodel": "vlm",
    "visuallanguagemodel": "vlm",
    "machinelearning": "ml",
    "naturallanguageprocessing": "nlp",
    "reinforcementlearning": "rl",
    "questionanswering": "qa",
    "keyvalue": "kv",
    "deepneuralnetwork": "dnn",
    "convolutionalneuralnetwork": "cnn",
    "graphneuralnetwork": "gnn",
    "mixtureofexpert": "moe",
    "parameterefficientfinetuning": "peft",
    "retrievalaugmentedgeneration": "rag",
}
_PHRASES = re.compile("|".join(sorted(_SHORT, key=len, reverse=True)))

# Words behind a name that say what it is, and are no part of it.
_TAILS = {
    type: frozenset(words.split())
    for type, words in {
        EntityType.MODEL: "model architecture family series backbone checkpoint",
        EntityType.METHOD: (
            "method algorithm technique approach framework optimiser optimizer strategy scheme mechanism procedure "
            "paradigm"
        ),
        EntityType.SYSTEM: (
            "framework library system toolkit engine platform package tool compiler simulator software backend"
        ),
        EntityType.DATASET: ("dataset benchmark corpus database data suite collection task leaderboard environment"),
        EntityType.METRIC: "score metric value measure",
        EntityType.TASK: "task problem",
        EntityType.HARDWARE: (
            "gpu accelerator chip processor board card graphic fpga cpu device tensor core soc microcontroler mcu "
            "system developer development kit module platform smartphone supercomputer"
        ),
    }.items()
}
_SUFFIX_WORDS = (
    "base large small mini tiny huge giant nano medium micro xs xl xxl turbo chat instruct instructed it sft dpo rlhf "
    "preview pro plus max flash ultra lite air omni uncased cased multilingual distill distilled quantised gptq awq "
    "gguf int fp bf bit bnb latest sonnet opus haiku vision vl audio coder code math thinking reasoning finetuned "
    "verified hard"
)
SUFFIXES = frozenset(_SUFFIX_WORDS.split())
"""Words behind a name that make it a variant."""
_CLASSES = {"gpu", "cpu", "tpu", "npu", "fpga", "asic", "ipu", "rdu", "dpu", "mcu", "pim"}
_BUILD = re.compile(
    r"\b(?:\d+(?:\.\d+)?\s?-?G(?:i?B)?|SXM\d?|SMX\d?|PCI-?e|NVL|HBM\d?e?|GDDR\d\w?|G?DDR\d)\b|(?<=v\d)-\d+\b", re.I
)
"""Memory, socket and slice of a device, which do not make it another one: A100-SXM4-80GB, TPU v3-8."""
_FILLER = re.compile(r"(?<=\w) based (?=\w)|(?<= as) an? ")
"""What names of methods have or lack: attention-based pruning, LLM-as-a-judge."""
_CONSUMER = re.compile(r"[1-5]0[5-9]0")
_VERSION = re.compile(r"(?<![A-Za-z])[vV](?=\d)|(?<=[A-Za-z])v(?=\d)|(?<=[a-z])V(?=\d)")


class Forms(NamedTuple):
    """Forms of a name; names with an equal form of a kind are spellings of one name.

    ``strict`` has lost case, hyphens, spacing, Greek, LaTeX, accents, plurals and British spelling. ``loose`` has
    lost, besides, what need not be said: *dataset*, *NVIDIA*, *80GB*, and the order of a model's size and variant.
    ``turned``, of tasks and methods in several words, has *merging of models* as *model merging*, and is like no other
    form, so that CodeChain is no chain of code. It is empty for all others. ``owner`` is who the name says makes it:
    equal loose forms with two owners, *OpenAI Deep Research* and *Google Deep Research*, are two names.
    """

    strict: str
    loose: str
    turned: str = ""
    owner: str = ""


def forms(type: EntityType, name: str) -> Forms:
    """The forms of a name; sizes, versions and every other number stay in both.

    >>> forms(EntityType.MODEL, "Llama 2 (7B)").strict == forms(EntityType.MODEL, "LLaMA-2-7B").strict
    True
    >>> forms(EntityType.MODEL, "LLaMA-27B").strict
    'llama27b'
    >>> forms(EntityType.HARDWARE, "NVIDIA A100-SXM4-80GB")[:2]
    ('nvidiaa100sxm4-80gb', 'a100')
    """
    text = plain(name)
    return forms_of(type, text, folded(type, text))


def forms_of(type: EntityType, text: str, words: list[str]) -> Forms:
    """The forms of a name that ``plain`` and ``folded`` have read already."""
    strict = joined(words) or text.casefold()
    return Forms(strict, _loose(type, text, words) or strict, _turned(type, text, words), owner(type, text))


def plain(name: str) -> str:
    """A name without LaTeX, accents and foreign letters, and without an abbreviation in brackets that repeats it.

    >>> plain(r"$\\beta$-VAE"), plain("M^{3}-20M"), plain("Mixture of Experts (MoE)"), plain("Mixtral 8×7B")
    ('beta-VAE', 'M3-20M', 'Mixture of Experts', 'Mixtral 8x7B')
    """
    if _PLAIN.fullmatch(name):
        return name
    text = _LATEX.sub("", _CROSS.sub("x", name.replace(r"\infty", "infinity")))
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    text = "".join(c.casefold().translate(_SPOKEN) if ord(c) > 127 else c for c in text)
    return _ASIDE.sub(_aside, text)


def tokens(type: EntityType, name: str) -> list[str]:
    """The words and numbers of a name, a model's size behind the rest.

    >>> tokens(EntityType.MODEL, "Llama-2-7B-Chat"), tokens(EntityType.MODEL, "175B GPT-3")
    (['llama', '2', 'chat', '7b'], ['gpt', '3', '175b'])
    """
    return _size_last(list(folded(type, plain(name))))


def counted(words: list[str]) -> list[str]:
    """The words with a number and its unit as one: 21 k, 400 m."""
    joined: list[str] = []
    for word in words:
        if joined and word in {"b", "k", "m", "t"} and joined[-1][-1].isdigit():
            joined[-1] += word
        else:
            joined.append(word)
    return joined


def _aside(match: re.Match[str]) -> str:
    before, inside = match.string[: match.start()], match.group(1)
    if abbreviates(inside, before) or abbreviates(before, inside):
        return ""
    words = before.split()
    return "" if any(abbreviates(inside, " ".join(words[start:])) for start in range(len(words))) else f" {inside}"


def folded(type: EntityType, text: str) -> list[str]:
    """The words and numbers of a text in the spelling in which they are compared."""
    words: list[str] = []
    for word in _TOKEN.findall(text):
        if word[0].isdigit():
            word = _number(type, word)
        else:
            word = _word(word, type)
            if words and words[-1][0].isdigit() and word in _NUMBER_WORDS:
                word = _NUMBER_WORDS[word]
            elif word in {"param", "parameter"} and words and words[-1] in _SIZES:
                continue
        words.append(word)
    return words[1:] if len(words) > 1 and words[0] == "the" else words


def _number(type: EntityType, number: str) -> str:
    while number.endswith(".0"):
        number = number[:-2]
    year = _YEAR.fullmatch(number) if type is EntityType.DATASET else None
    return year.group(1) if year else number


@lru_cache(maxsize=1 << 17)
def _word(word: str, type: EntityType) -> str:
    lower = word.casefold()
    if lower in _SYMBOLS:
        return _SYMBOLS[lower]
    if _ACRONYMS.search(word):
        lower = lower[:-1]
    elif _may_be_plural(word, type):
        for ending, singular in _PLURALS:
            shorter = ending.sub(singular, lower)
            if shorter != lower:
                lower = shorter
                break
    if len(lower) > 4:
        for ending, folded in _ENDINGS:
            lower = ending.sub(folded, lower)
    return _WORDS.get(lower, lower)


def _may_be_plural(word: str, type: EntityType) -> bool:
    """Whether a final s may be an ending: in common nouns, not in names such as YOLOS, AdamS or Atlas."""
    if word[-1] != "s":
        return False
    if type in PROPER:
        long = (word.islower() and len(word) > 4) or (word.istitle() and len(word) > 8)
        return long or word.casefold() in _COMMON_NOUNS
    return len(word) > 3 and not word.isupper()


def joined(words: list[str]) -> str:
    """The words without what stood between them, but numbers apart from one another."""
    parts: list[str] = []
    for word in words:
        if parts and word[0].isdigit() and parts[-1][-1].isdigit():
            parts.append("-")
        parts.append(word)
    form = "".join(parts)
    return _PHRASES.sub(lambda match: _SHORT[match[0]], form) if len(form) > 7 else form


def _loose(type: EntityType, text: str, words: list[str]) -> str:
    if type is EntityType.HARDWARE:
        return _device(text)
    bare = text
    if type is EntityType.MODEL or type is EntityType.DATASET:
        bare = _HUB_FORMAT.sub("", _HUB.sub("", bare))
    elif type is EntityType.SYSTEM:
        bare = _HUB_OF_SYSTEM.sub("", bare)
    if type is EntityType.MODEL:
        bare = _VIT_SIZE.sub(lambda size: size[1] + _VIT_SIZES[size[2]], _NETWORKS.sub("", bare))
        named = _LANGUAGE_MODEL.fullmatch(bare)
        bare = named["name"] if named else bare
    bare = without_owner(type, bare)
    if type in PROPER or type is EntityType.METHOD:
        bare = _VERSION.sub(" ", bare)
    left = words if bare == text else folded(type, bare)
    left = _without_tail(left, _TAILS[type])
    if type is EntityType.METHOD:
        left = _FILLER.sub(" ", " ".join(left)).split()
    if type is EntityType.MODEL:
        left = _size_last(left)
        rest = left[1:]
        if any(word[0].isdigit() for word in rest) and all(len(word) > 1 or word.isdigit() for word in rest):
            return "|".join([left[0], *sorted(rest)])
    form = joined(left)
    return form.removesuffix("score") if type is EntityType.METRIC and len(form) > 6 else form


def _turned(type: EntityType, text: str, words: list[str]) -> str:
    """The words joined with *X of Y* as *Y X*; nothing for a name in one word, or of a type that is not named so."""
    if type not in {EntityType.TASK, EntityType.METHOD} or not _GAP.search(text):
        return ""
    if words[1:2] == ["of"] and words.count("of") == 1:
        words = [*words[2:], words[0]]
    return "~" + joined(_without_tail(words, _TAILS[type]))


def _without_tail(words: list[str], tail: frozenset[str]) -> list[str]:
    while len(words) > 1 and words[-1] in tail:
        words = words[:-1]
    return words[:-2] if len(words) > 2 and words[-2:] == ["data", "set"] else words


def _size_last(words: list[str]) -> list[str]:
    """The words with the size, such as 7B or 8x7B, as one word at the end."""
    for place in range(1, len(words)):
        if words[place] in {"b", "m"} and words[place - 1][0].isdigit():
            start = place - 1
            if words[start - 1 : start] == ["x"] and words[start - 2 : start - 1] and words[start - 2][0].isdigit():
                start -= 2
            rest = words[:start] + words[place + 1 :]
            return [*rest, "".join(words[start : place + 1])] if rest else words
    return words


def _device(text: str) -> str:
    """The form of a device's name without vendor, product line, memory, socket and class word."""
    words = folded(EntityType.HARDWARE, _BUILD.sub(" ", text))
    left = without_vendor(words)
    if left[:1] in (["rtx"], ["gtx"]) and _CONSUMER.fullmatch("".join(left[1:2])):
        left = left[1:]
    left = _without_tail(left, _TAILS[EntityType.HARDWARE])
    named = any(word not in _CLASSES and word not in _TAILS[EntityType.HARDWARE] for word in left)
    return joined(left if named else words)
