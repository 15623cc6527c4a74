"""Roles: what a paper introduces, works on, trains on, is compared with, builds on and runs on."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from kg.extract.candidates import Claim, Found, Use
from kg.extract.words import lowered, occurring
from kg.records import EntityType, Role, Span

_NAMES = {EntityType.MODEL, EntityType.METHOD, EntityType.SYSTEM}
_TRAINED = re.compile(
    r"\b(?:pre-?)?(?:train(?:ed|ing)?|fine-?tun(?:ed?|ing))\s(?:[\w-]+\s){0,6}?(?:on|with|using)\b|pre-?training (?:data|corpus)",
    re.I,
)
_EVALUATED = re.compile(
    r"\b(?:evaluat\w+|experiment\w*|result\w*|benchmark\w*|test(?:s|ed|ing)?|achiev\w+|accuracy|score[sd]?|outperform\w*|perform\w*|surpass\w*|"
    r"validat\w+|demonstrat\w+|state-of-the-art|improv\w+|leaderboard|assess\w*|reach\w*|attain\w*|on)\b",
    re.I,
)
_COMPARED = re.compile(
    r"\b(?:compared? (?:to|with|against)|comparing (?:to|with)|in comparison (?:to|with)|outperform\w*|surpass\w*|exceed\w*|beats?|(?:faster|better|higher|"
    r"lower|less|more|smaller|fewer|larger|worse|cheaper|greater|improvement\w*|speed-?ups?|gains?|reduction|increase|advantage\w*|superior\w*)\b[^.;]{0,40}?\b"
    r"(?:than|over|to)|over|versus|vs\.?|relative to|against|baselines?(?: such as| like| including)?|rival\w*|on par with|comparable (?:to|with)|competitive with|"
    r"(?:methods|approaches|models|systems|frameworks|baselines|counterparts|quantizers)\W+(?:such as|like|including|e\.g\.,?))",
    re.I,
)
_BUILDS = re.compile(
    r"\b(?:(?:based|built?|building|builds|implemented|developed|integrated|constructed|founded) (?:on|upon|in|into|with|using|on top of|atop)|on top of|using|uses?|extend(?:s|ing)?|"
    r"leverag\w+|adopt\w*|employ\w*|utiliz\w+|fine-?tun\w+|combin\w+|integrat\w+|incorporat\w+|adapt\w*|backbone|initialized (?:from|with)|"
    r"derived from|inspired by|appl(?:y|ies|ying)|equipped with|powered by|via|with|through|by|extension of|variant of|modif\w+)\b",
    re.I,
)
_OURS = re.compile(r"\b(?:we|our|this (?:paper|work|study|article)|the proposed)\b", re.I)
_RUN = re.compile(
    r"\b(?:on|using|with|across|over|onto|for|to)\s(?:(?:an?|the|our|up to|only|just|more than|over|as few as|about|around|approximately|"
    r"single|one|two|four|eight|commodity|consumer(?:-grade)?|modern|multiple|several|real|low-end|high-end|edge|mobile|cloud|"
    r"resource-constrained|off-the-shelf|thousands of|hundreds of|tens of|server|embedded|cluster of|node of|different|various|both|commercial|distributed|"
    r"heterogeneous|individual|memory-limited|low-cost|standard|general-purpose|newer|latest|\d[\d,]*|NVIDIA|Nvidia|ARM|Arm|x86|Intel|AMD|Xilinx|[\w-]+-core)\s(?:of\s)?)*$",
    re.I,
)
_EXPERIMENT = re.compile(
    r"\b(?:train\w*|experiment\w*|evaluat\w+|implement\w*|deploy\w*|run(?:s|ning)?|ran|measur\w+|benchmark\w*|achiev\w+|test\w*|speed-?ups?|faster|"
    r"latency|throughput|accelerat\w+|prototyp\w+|scal\w+|support\w*|inference|demonstrat\w+|results?|hours|days|optimi[sz]\w+|serv\w+)\b",
    re.I,
)
_MEMORY = r"\d+(?:[ -]|\\,)?G[Bb]?"
_COUNT = re.compile(
    r"(?:(?<!\d)(?P<number>\d{1,3}(?:,\d{3}){1,3}|\d{1,9})(?:\s?[xX×*-]|\s?\$?\s?\\?times\$?)?|"
    r"\b(?P<word>single|one|two|three|four|five|six|seven|eight|sixteen|dual))"
    r"(?:[\s-](?:NVIDIA|Nvidia|AMD|Intel|Google|Huawei|Tesla|GeForce|Xilinx|commodity|consumer(?:-grade)?|modern|Arm|ARM|identical|high-end|low-end|cheap|"
    rf"commercial|interconnected|{_MEMORY}|HPC|mobile|Cloud|off-the-shelf|edge|GPU|standard|standalone|on-prem|laptop|desktop))*[\s-]?$",
)
_ONE = re.compile(
    r"\b[Oo]n\san?\s(?:(?:consumer(?:-grade)?|low-end|high-end|commodity|modern|mobile|standard|standalone|laptop|desktop|"
    rf"NVIDIA|Nvidia|Intel|AMD|single|{_MEMORY})\s)*$"
)
_JOINED = re.compile(r"[\w.]$|[A-Za-z]-$|[.,]\d*$")
"""In front of a number that is a part of a name or of a longer number."""
_NODES = re.compile(
    r"(?<![\w.,-])(?P<nodes>\d{1,3}(?:,\d{3})+|\d{1,6}|(?:two|three|four|five|six|seven|eight|sixteen)\b)"
    r"(?:\s?[x×]\s?|[\s-](?:[\w-]{1,20}\s){0,2}?(?:nodes?|servers?|machines?|hosts?|instances?)(?P<with>[^.;:\d]{1,40}))$"
)
"""Nodes in front of the number of devices that each has: *16 nodes, each with 8 H100*, *16x8 H100*."""
_EACH = re.compile(r"\b(?:each|every|per (?:node|server|machine|host|instance))\b|^ of $")
"""Between the nodes and the number that each has."""
_EACH_BEHIND = re.compile(r"(?:\s[\w-]+){0,2}\s(?:(?:on )?each\b(?! with)|per (?:node|server|machine|host|instance)\b)")
"""Behind what each node has so many of."""
_MOST_IN_NODE = 16
"""More than so many behind a *x* are no devices of a node: *224x224*."""
_TOTAL = re.compile(r"\btotal|\baltogether\b|\bin all\b")
_NODES_LENGTH = 100
"""Characters in front of the number of devices in which nodes are told."""
_YEAR = re.compile(r"\b(?:[Ii]n|[Ss]ince|[Bb]y|[Uu]ntil|early|late|mid) 20[12]\d$")
"""What ends with a year and counts nothing."""
_SERIES = re.compile(r"(?:RTX|GTX|GeForce|Radeon|Xeon|Core|EPYC|Ryzen|Gen|Pi|Alveo|Instinct|Ascend|Dimensity|v)[ -]?$")
_WORD_COUNTS = {
    "single": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "sixteen": 16, "dual": 2,
}  # fmt: skip
_CLASS_WORDS = {"GPU", "CPU", "TPU", "NPU", "FPGA", "ASIC", "RDU", "IPU", "PIM", "MCU", "microcontroller"}


def sentence_of(spans: list[Span], offset: int) -> Span:
    """The sentence around an offset; the sentences are in order."""
    place = bisect_right(spans, offset, key=lambda span: span[0]) - 1
    if place >= 0 and offset < spans[place][1]:
        return spans[place]
    return spans[-1] if spans else (offset, offset)


def find_roles(text: str, sentences: list[Span], entities: list[Found]) -> Iterator[Claim]:
    """The roles of a paper's entities, at most one claim a role and entity."""
    own = {i for i, e in enumerate(entities) if e.presented and e.type not in {EntityType.TASK, EntityType.METRIC}}
    lower = lowered(text)
    names = occurring(lower, (lower[start:end] for i in own for start, end in entities[i].spans))
    named = {sentence_of(sentences, start) for starts in names.values() for start in starts}
    for i, entity in enumerate(entities):
        if i in own:
            yield Claim(Role.INTRODUCES, i, sentence_of(sentences, entity.presented[-1][0]))
        elif entity.type is EntityType.TASK:
            yield from _task(text, sentences, i, entity)
        elif entity.type is EntityType.DATASET:
            yield from _dataset(text, sentences, i, entity)
        elif entity.type in _NAMES:
            yield from _name(text, sentences, i, entity, named)
    for i in own:
        if entities[i].type is EntityType.DATASET:
            for start, _ in entities[i].spans:
                begin, end = sentence_of(sentences, start)
                if re.search(
                    r"\b(?:evaluat\w+|experiment\w*|results?|test\w*|assess\w*|benchmark(?:ing|ed))\b[^.]*?\b(?:on|using|with|through)\W+(?:the |our )?$",
                    text[begin:start],
                    re.I,
                ):
                    yield Claim(Role.EVALUATED_ON, i, (begin, end))
                    break


def _task(text: str, sentences: list[Span], i: int, entity: Found) -> Iterator[Claim]:
    title_end = sentences[0][1] if sentences else 0
    for start, _ in entity.spans:
        begin, end = sentence_of(sentences, start)
        if start < title_end or _OURS.search(text[begin:end]):
            yield Claim(Role.TASKS, i, (begin, end))
            return
    if len(entity.spans) > 1:
        yield Claim(Role.TASKS, i, sentence_of(sentences, entity.start))


def _dataset(text: str, sentences: list[Span], i: int, entity: Found) -> Iterator[Claim]:
    for start, _ in entity.spans:
        begin, end = sentence_of(sentences, start)
        before = text[begin:start]
        if _TRAINED.search(before[-90:]) and not re.search(r"evaluat|test|zero-shot|accuracy", before[-60:], re.I):
            yield Claim(Role.TRAINED_ON, i, (begin, end))
            return
        if _EVALUATED.search(text[begin:end]) and begin > 0:
            yield Claim(Role.EVALUATED_ON, i, (begin, end))
            return


def _name(text: str, sentences: list[Span], i: int, entity: Found, named: set[Span]) -> Iterator[Claim]:
    for start, stop in entity.spans:
        begin, end = sentence_of(sentences, start)
        before, whole = text[begin:start], text[begin:end]
        if (
            begin > 0
            and _COMPARED.search(before[-110:])
            and not re.search(r"\b(?:on|with|for)\s(?:the\s)?$", before)
            and entity.type is not EntityType.METHOD
        ):
            yield Claim(Role.COMPARED_TO, i, (begin, end))
            return
        if (
            begin > 0
            and entity.type is EntityType.METHOD
            and _COMPARED.search(before[-50:])
            and re.search(r"[A-Z]", text[start:stop])
        ):
            yield Claim(Role.COMPARED_TO, i, (begin, end))
            return
        if (_BUILDS.search(before[-60:]) and ((begin, end) in named or _OURS.search(whole))) or (
            begin == 0 and re.search(r"\b(?:via|with|using|by|through|on)\b", before)
        ):
            yield Claim(Role.BUILDS_ON, i, (begin, end))
            return


def find_uses(text: str, sentences: list[Span], entities: list[Found]) -> Iterator[Use]:
    """The hardware that the paper ran on, with counts: *on 16xA100-40G*, *6144 TPU v4 chips*, *a single GPU*."""
    uses: dict[tuple[int, int | None], Use] = {}
    for i, entity in enumerate(entities):
        if entity.type is not EntityType.HARDWARE:
            continue
        bare = entity.name in _CLASS_WORDS
        for start, end in entity.spans:
            begin, stop = sentence_of(sentences, start)
            before, sentence = text[begin:start], text[begin:stop]
            count = device_count(before)
            if count is None and not _says_so(before, sentence, text[end : end + 40], bare, begin == 0):
                continue
            if count is not None and bare and not _EXPERIMENT.search(sentence):
                continue
            uses.setdefault((i, count), Use(i, count, (begin, stop)))
    counted = {i for i, count in uses if count is not None}
    yield from (use for (i, count), use in uses.items() if count is not None or i not in counted)


def device_count(before: str, after: str = "") -> int | None:
    """How many devices the words in front of a device's name say, all nodes together where each has so many.

    >>> device_count("trained on 1,024 NVIDIA "), device_count("a single 8-"), device_count("on "), device_count("two ")
    (1024, 8, None, 2)
    >>> device_count("an 8-GPU "), device_count("one 24 GB "), device_count("an Artix-7 ")
    (8, 1, None)
    >>> device_count("released in 2024, 2 "), device_count("since 2023 NVIDIA "), device_count("on 2048 NVIDIA ")
    (2, None, 2048)
    >>> device_count("on 16 nodes with 8 ", " GPUs each"), device_count("four servers, each with two "), device_count("16x8 ")
    (128, 8, 128)
    >>> device_count("on 4 nodes with 16 ", " GPUs"), device_count("on 4 nodes with 16 ", " GPUs, each with 80 GB")
    (16, 16)
    >>> device_count("on 2 servers with a total of 16 ", " GPUs each")
    16
    """
    if _ONE.search(before):
        return 1
    match = _COUNT.search(before)
    if not match:
        return None
    front = before[: match.start()]
    nodes = _NODES.search(front, max(0, len(front) - _NODES_LENGTH))
    if _SERIES.search(front) or (match.group("number") and _JOINED.search(front) and not nodes):
        return None
    if _YEAR.search(before, 0, match.end("number")):
        return None
    count = _number(match.group("word") or match.group("number"))
    return count * _each_of(nodes, count, after) if nodes else count


def _number(said: str) -> int:
    return _WORD_COUNTS.get(said.lower()) or int(said.replace(",", ""))


def _each_of(nodes: re.Match[str], count: int, after: str) -> int:
    """How many nodes have each a ``count`` of devices in front of ``after``; 1 where they have them together."""
    said = nodes.group("with")
    if said is None:
        each = count <= _MOST_IN_NODE
    else:
        each = bool(_EACH.search(said) or _EACH_BEHIND.match(after)) and not _TOTAL.search(said + after)
    return _number(nodes.group("nodes")) if each else 1


def _says_so(before: str, sentence: str, after: str, bare: bool, in_title: bool) -> bool:
    if re.match(
        r"[- ](?:based|only|hours?|memory|cluster|clusters|resources|kernels?|utilization|days|bound|aware|accelerated)",
        after,
    ):
        return bool(not bare and re.match(r"[- ](?:clusters?|hours?)", after))
    if not bare:
        return bool(_EXPERIMENT.search(sentence)) and not re.search(r"\b(?:than|like|such as)\s(?:the |a )?$", before)
    if re.match(r"s?[- ](?:accelerators?|implementation|prototype|platforms?|deployment)", after):
        return bool(_OURS.search(sentence) or in_title)
    return bool(_RUN.search(before)) and bool(_EXPERIMENT.search(sentence))
