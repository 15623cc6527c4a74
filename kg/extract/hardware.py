"""Hardware: devices by name, by series and number, by class word, and how many of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from spacy.language import Language
from spacy.tokens import Doc

from kg.catalog import Catalog, known
from kg.extract.candidates import Candidate, Finder, Notes, notes
from kg.records import EntityType, Span

PIPE = "kg_hardware"

_VENDOR = (
    r"(?:(?:NVIDIA|Nvidia|nVidia|AMD|Intel|Xilinx|Google(?:[ ]Cloud)?|Huawei|Apple|Qualcomm|ARM|Arm|Graphcore|Cerebras|"
    r"SambaNova|Groq|Samsung|MediaTek|Amazon|AWS|IBM)(?:['’]s)?[ -]"
    r"(?:(?:GeForce|Tesla|Quadro|Instinct|Radeon|Alveo|Ascend|Jetson|DGX|HGX|Titan|Kunpeng|Snapdragon|Dimensity)[ -])?"
    r"|(?:GeForce|Tesla|Quadro|Instinct|Radeon|Alveo)[ -])"
)
_FORM = r"(?:[ -](?:SXM\d?|SMX\d?|PCIe|PCIE|NVL)(?![A-Za-z]))?"
_CAPACITY = rf"{_FORM}(?:[ -]?\(\d{{2,3}}[ -]?G[Bb]\)|[ -]?\d{{2,3}}[ -]?G[Bb]?\b)?{_FORM}"
_CONSUMER = r"(?:RTX|GTX)[ -]?(?:A)?\d{3,4}(?:[ ]?(?:Ti|Super|SUPER|D))?"
_DATACENTRE = r"(?:GH|GB|[ABHLPTVKM])\d{2,4}[a-zX]?"
_DEVICE = re.compile(
    rf"""(?:(?<![A-Za-z0-9])|(?<=\d[xX])|(?<=\dtimes))(?:
        {_VENDOR}?{_CONSUMER}{_CAPACITY}
      | {_VENDOR}{_DATACENTRE}{_CAPACITY}
      | {_VENDOR}(?:TPU|Gaudi|MI|Stratix|Arria|Agilex|Virtex|Kintex|Zynq|Versal|Ascend|Xeon|EPYC|Orin|Xavier|Nano)(?:[ -]?[A-Za-z]*\d\w*)?(?:[ -]\d\w*)?
      | (?:Cloud[ ])?TPU[ -]?v\d\w*(?:-\d+)?
      | v\d[a-z]?[ ]TPU
      | MI\d{{3}}[A-Z]?
      | (?:ZCU|VCU|ZC|VC|KC)\d{{3}}
      | U(?:50|55C|200|250|280)(?=[ ](?:FPGA|card|board|accelerator))
      | STM32\w*
      | Cortex-[AMRX]\d+\w*
      | Ascend[ -]?\d{{3}}\w*
      | Raspberry[ ]Pi(?:[ ](?:\d\w*\+?|Zero)(?:[ ]?[BW]\b\+?)?)?
      | Jetson(?:[ ](?:AGX|Nano|TX2|TX1|Orin|Xavier|NX)){{0,3}}
    )(?![A-Za-z0-9])""",
    re.X,
)
_BARE_NUMBER = re.compile(
    # The number is looked for before what stands in front of it, since it is rarer.
    r"(?=[2-5]0[6-9]0)(?:(?<=\d[x×*-])|(?<=\d )|(?<=single )|(?<=one )|(?<=two )|(?<=four )|(?<=eight )|(?<=an )|(?<=RTX-)|(?<=NVIDIA )|(?<=Nvidia ))"
    r"\d{4}(?:[ -]?Ti)?(?=s?\b)(?!\.\d)(?=s?[ -]*(?:GPU|node|card|server|machine|,|\.|$|\)))"
)
_CLASS = re.compile(
    r"""(?<![A-Za-z0-9])(?:
        (?P<vendor>(?:NVIDIA|Nvidia|AMD|Intel|Arm|ARM)[ ])?
        (?:(?P<short>GPU|CPU|TPU|NPU|FPGA|ASIC|RDU|IPU|PIM|MCU|DPU)s?
      | graphics[ ](?:processing[ ]units?|cards?) | (?:field-programmable[ ]gate[ ]arrays?) | neural[ ]processing[ ]units?
      | tensor[ ]processing[ ]units? | micro-?controllers? | processing-in-memory)
    )(?![A-Za-z])""",
    re.X | re.I,
)
_MEASURED = re.compile(
    r"(?P<device>(?:GPU|CPU|TPU|NPU|FPGA)s?)[ -](?=(?:memory|inference|throughputs?|power|energy)\b)(?!memory (?:usage|utili[sz]ation)\b)"
)
_SUFFIX = re.compile(_CAPACITY)
_REPORTED = re.compile(r"\((?:R|TM)\)|[®™]|\s@.*|\s(?:\d+-Core |Tensor Core )?(?:CPU|GPU|FPGA|Processor)s?\b", re.I)
"""What systems report of a device beyond its name: trademarks, clock, cores, class."""
_MEMORY = re.compile(
    r"[ -]*(?:\(PCIe\)|(?:SXM\d?|SMX\d?|PCIe|NVL(?!\d)|HBM\d?e?|\(?(?:\d{2,3}[ -]?GB?|\d[ -]?GB)\)?)(?![A-Za-z]))", re.I
)
_MODEL = re.compile(
    r"""[ -]?(?:[A-Za-z]\d?[ -]?)?(?!(?:19|20)\d\d\b)\d{3,5}[A-Za-z]{0,2}\+?(?:[ ]v\d)?
        (?!\w|[.,]\d|[ ]?(?:cores?|threads?|nodes?|[MG]Hz|[GM]B|[a-z]{2,}(?<!processor)s)\b)""",
    re.X,
)
"""The number of a device behind its product line: Xeon Gold 6248, not Xeon 2048 tokens."""
_PART = re.compile(r"(?:(?:[SD]?RAM|HBM|SSD|NVM|NVMe|DDR|VRAM)s?\d?|(?:tensor|CUDA|matrix|vector|AI)[ -]cores?)", re.I)
"""Classes of memory and of cores; the latter are annotated 13 times of 58 in ``training/arxiv.jsonl``."""
_IN_BRACKETS = re.compile(r"\(([^()]+)\)")
_LEFT = re.compile(rf"(?:(?<![\w-])\d{{2,3}}[ -]?G[Bb][ ])?{_VENDOR}?$", re.X)
_LONGER_NAME = re.compile(r"-[A-Z]{3,}")
_HEAD_NOUN = re.compile(r"(?<=\d)[ -](?:GPUs?|FPGAs?|CPUs?)$|[ -]platforms?$")
_BEHIND = re.compile(r"(?: Tensor Core)?[ -]\Z")
"""What may stand between a device and its class word: *A100 Tensor Core GPU*."""
_BEHIND_LENGTH = 13
"""Characters."""
_OF_CLASS = re.compile(r"[ -](?:GPU|CPU|NPU|[Cc]ore|[Pp]rocessor|[Ss]upercomputer)s?$")
"""Behind the name of an architecture, product line or machine: *Hopper GPUs*; behind a vendor it belongs to the name.

Processors and supercomputers stand outside of 27 of 27 annotated names in ``training/arxiv.jsonl``, cores of 33 of 39.
"""
_LEADING = re.compile(r"\s(?:AI|[MV]?LLMs?|[Ll]anguage|[Mm]odels?|[Ll]abs?|[Ii]ntelligence|[Rr]easoning|[Rr]esearch)\b")
"""What a machine is not named in front of: *Frontier AI*."""
_FRONTIER = "Frontier"
_COMPUTING = re.compile(
    r"[Ss]uper-?[Cc]omput|[Ee]xascale|\b(?:HPC|OLCF|ORNL|Oak Ridge)\b|\b(?:on|at) Frontier(?=[.,;)]| (?:with|using|at)\b)"
)
"""What a paper says that means the machine by the word *Frontier*: 6 of 6 in ``training/arxiv.jsonl``, without it none of 74."""
_SERIES = {"2080", "3060", "3070", "3080", "3090", "4060", "4070", "4080", "4090", "5070", "5080", "5090"}


def device_name(catalog: Catalog, string: str) -> str:
    """The vendor's full name of the device that a string means, or the string itself.

    Memory and form factor make no other device; a number that the catalogue lacks is named by its product line.

    >>> from kg.catalog import Entry
    >>> one = Catalog.of([Entry("x", EntityType.HARDWARE, "NVIDIA A100", ["A100"])])
    >>> device_name(one, "A100-80G-SXM4"), device_name(one, "Nvidia A100 40GB"), device_name(one, "Z9")
    ('NVIDIA A100', 'NVIDIA A100', 'Z9')
    """
    for name in (string, *_IN_BRACKETS.findall(string)):
        entry = next(filter(None, (catalog.find(EntityType.HARDWARE, form) for form in _forms(name))), None)
        if entry:
            return catalog.device(entry).name
    numbered = catalog.line(_bare(string))
    return numbered[1] if numbered else string


def is_known(catalog: Catalog, string: str) -> bool:
    """Whether the catalogue knows a device of that name, or its product line."""
    return device_name(catalog, string) != string or catalog.find(EntityType.HARDWARE, string) is not None


def _forms(name: str) -> Iterator[str]:
    """A device's name as written, less what it need not have, and with what papers leave out."""
    yield name
    yield _unreported(name)
    bare = _bare(name)
    yield bare
    without_vendor = re.sub(rf"^{_VENDOR}", "", bare) or bare
    yield without_vendor
    yield f"NVIDIA {without_vendor}"
    yield f"NVIDIA GeForce {without_vendor}"
    consumer = re.sub(r"^(?:RTX|GTX)?[ -]?", "", without_vendor)
    if consumer[:4] in _SERIES:
        yield f"NVIDIA GeForce RTX {consumer}"


def _unreported(name: str) -> str:
    return " ".join(_REPORTED.sub(" ", name).split())


def _bare(name: str) -> str:
    """The name without what systems report beside it, memory and form factor, unless it is nothing else."""
    short = _unreported(name)
    return _MEMORY.sub("", short) or short


def find_devices(catalog: Catalog, text: str) -> list[Candidate]:
    """Hardware by the grammar of names: vendor, series, number, memory; and class words."""
    found = []
    for pattern in (_DEVICE, _BARE_NUMBER):
        for match in pattern.finditer(text):
            name = device_name(catalog, match.group())
            sure = name != match.group() or catalog.find(EntityType.HARDWARE, name)
            if sure or pattern is _DEVICE:
                device = Candidate(*match.span(), EntityType.HARDWARE, Finder.HARDWARE, name)
                found.append(widen(catalog, text, device))
    for match in _CLASS.finditer(text):
        short = match.group("short")
        if short and not short.isupper():
            continue
        entry = catalog.find(EntityType.HARDWARE, match.group())
        name = entry.name if entry else match.group()
        found.append(Candidate(*match.span(), EntityType.HARDWARE, _class_finder(match), name))
    return found


def _class_finder(word: re.Match[str]) -> Finder:
    """A vendor makes a device of a class word: Arm CPUs."""
    return Finder.HARDWARE if word.group("vendor") else Finder.CLASS_WORD


def widen(catalog: Catalog, text: str, candidate: Candidate) -> Candidate:
    """A known device's candidate with vendor and series in front, and its number or memory behind."""
    string = text[candidate.start : candidate.end]
    head = _HEAD_NOUN.search(string)
    of_class = _OF_CLASS.search(string)
    if of_class and _is_line(catalog, string[: of_class.start()]):
        head = of_class
    if head:
        candidate = candidate._replace(end=candidate.start + head.start())
    word = _CLASS.fullmatch(text, candidate.start, candidate.end)
    if word:
        return candidate._replace(finder=_class_finder(word))
    left = _LEFT.search(text[max(0, candidate.start - 30) : candidate.start])
    start = candidate.start - len(left.group()) if left else candidate.start
    number = _MODEL.match(text, candidate.end)
    if number and catalog.line(text[candidate.start : number.end()]):
        name = device_name(catalog, text[candidate.start : number.end()])
        return Candidate(start, number.end(), candidate.type, Finder.HARDWARE, name)
    right = _SUFFIX.match(text, candidate.end)
    end = right.end() if right and right.group() else candidate.end
    return candidate._replace(start=start, end=end, finder=Finder.HARDWARE)


def _is_line(catalog: Catalog, name: str) -> bool:
    """Whether a name without its class word is still a device's, and no vendor's."""
    vendor = re.fullmatch(_VENDOR, f"{name} ", re.X)
    return vendor is None and is_known(catalog, name)


def is_part(string: str) -> bool:
    """Whether a string is a class of memory or of cores, which is part of devices and none of them.

    >>> is_part("SRAM"), is_part("Tensor Cores"), is_part("A100")
    (True, True, False)
    """
    return _PART.fullmatch(string) is not None


def is_class_word(string: str) -> bool:
    """Whether a string names a class of devices and no single one.

    >>> is_class_word("GPUs"), is_class_word("A100")
    (True, False)
    """
    return _CLASS.fullmatch(string) is not None


def class_word_apart(text: str, span: Span) -> list[Span]:
    """The parts of a mention, of which a class word of devices in front is one: GPU | memory consumption.

    With a word in front of it a measure is one mention, *peak GPU memory*: 23 of 23 times in ``training/arxiv.jsonl``.

    >>> class_word_apart("GPU memory consumption", (0, 22)), class_word_apart("GPU utilization", (0, 15))
    ([(0, 3), (4, 22)], [(0, 15)])
    >>> class_word_apart("peak GPU memory", (0, 15))
    [(0, 15)]
    """
    measured = _MEASURED.search(text, *span)
    if measured is None or (text[span[0]].islower() and " " in text[span[0] : measured.start()]):
        return [span]
    return [measured.span("device"), (measured.end(), span[1])]


def without_class_words(candidates: list[Candidate], text: str) -> list[Candidate]:
    """The candidates less the class word that only says what the device in front of it is: A100 GPUs."""
    ends = {c.end for c in candidates if not _CLASS.fullmatch(text, c.start, c.end)}

    def told(candidate: Candidate) -> bool:
        behind = _BEHIND.search(text, max(0, candidate.start - _BEHIND_LENGTH), candidate.start)
        return behind is not None and behind.start() in ends

    return [c for c in candidates if not (_CLASS.fullmatch(text, c.start, c.end) and told(c))]


@Language.factory(PIPE)
class Hardware:
    """Notes the hardware of a document and takes over the catalogue's hardware matches."""

    def __init__(self, nlp: Language, name: str) -> None:
        self._catalog = known()

    def __call__(self, doc: Doc) -> Doc:
        """Replaces the hardware candidates by their widened forms, adds those of the grammar."""
        found = notes(doc)
        text = found.text
        others = [c for c in found.candidates if c.type is not EntityType.HARDWARE]
        devices = [widen(self._catalog, text, c) for c in found.candidates if c.type is EntityType.HARDWARE]
        devices += find_devices(self._catalog, text)
        devices = [c for c in devices if not (c.finder is Finder.HARDWARE and _LONGER_NAME.match(text, c.end))]
        devices = [c for c in devices if not (c.finder is Finder.HARDWARE and _leads(text, c))]
        found.no_devices = _no_devices(found, self._catalog)
        devices = [c for c in devices if text[c.start : c.end] not in found.no_devices]
        found.candidates = others + without_class_words(_longest(devices), text)
        return doc


def _leads(text: str, candidate: Candidate) -> bool:
    """Whether a word that is also a machine's name stands for itself: Frontier AI, Pareto Frontier."""
    word = text[candidate.start : candidate.end].isalpha()
    return word and bool(_LEADING.match(text, candidate.end) or text.endswith("Pareto ", 0, candidate.start))


def _no_devices(found: Notes, catalog: Catalog) -> set[str]:
    """What the catalogue knows as a device and a text means otherwise: *autoregressive models (ARMs)*, *Frontier*.

    Of 9 short forms of what is no device 3 are devices in ``training/arxiv.jsonl``, which the network sees by itself; of
    class words 8 of 8.
    """
    text = found.text
    others = {_FRONTIER} if _FRONTIER in text and not _COMPUTING.search(text) else set()
    for pair in found.pairs:
        short, long = text[slice(*pair.short)], text[slice(*pair.long)]
        forms = {short, short.removesuffix("s")}
        known = not is_class_word(short) and any(catalog.find(EntityType.HARDWARE, form) for form in forms)
        if known and not is_known(catalog, long):
            others |= forms
    return others


def _longest(candidates: list[Candidate]) -> list[Candidate]:
    kept: list[Candidate] = []
    taken = bytearray(max((c.end for c in candidates), default=0))
    for c in sorted(candidates, key=lambda c: (c.start - c.end, c.start)):
        if 1 not in taken[c.start : c.end]:
            taken[c.start : c.end] = b"\1" * (c.end - c.start)
            kept.append(c)
    return kept
