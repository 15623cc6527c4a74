"""Names that a paper gives as its own: a title's prefix, *we present X*, *dubbed X*, numbered components."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from kg.extract.candidates import Pair
from kg.extract.kinds import head_type
from kg.extract.shapes import GENERIC, MACRO, NAME, SHAPE, WORDED, trim
from kg.records import EntityType

_VERBS = (
    r"(?:present|propose|introduce|develop|release|describe|design|build|built|create|construct|curate|unveil|contribute|offer|"
    r"devise|establish|formulate|implement|propound|put forward|open-source|train|pre-train|collect|provide|explore|report|share|"
    r"synthesize|elaborate|investigate|contribute|put forth|adopt|term)(?:s|es|d|ed|ing)?|"
    r"presenting|proposing|introducing|releasing|building|curating"
)

_ACTIVE = re.compile(
    rf"(?:\b(?:[Ww]e|[Tt]h(?:is|e) (?:paper|work|article|study|report|technical report)|[Aa]uthors|[Oo]ur (?:paper|work))\b"
    rf"(?:\s[\w,()-]+){{0,7}}?\s(?:{_VERBS})|\b(?:and|to|by|then|also|further)\s(?:also\s)?(?:propos|introduc|present|develop|releas|construct)(?:e|es|ing|ed)?|"
    rf"[Ii]ntroduction of|[Cc]entral to [\w\s]{{3,40}} is|[Aa]t the core of [\w\s]{{2,30}} (?:is|lies)|^(?:Introducing|Presenting))\s",
    re.M,
)

_OUTRIGHT = re.compile(r"propos|introduc|present|releas|unveil|open-source|[Cc]entral|core of")

_PHRASE = re.compile(
    r"(?:an?|the|two|three|its|our)?\s?(?:(?:novel|new|simple|generic|efficient|effective|innovative|lightweight|unique|dynamic|yet|but|and|first|"
    r"general|practical|flexible|more|highly|very|also|advanced|well-designed|carefully|designed),?\s)*"
    r"(?P<phrase>[A-Za-z][\w]*(?:-[\w]+)*(?:\s[A-Za-z][\w]*(?:-[\w]+)*){0,3})\s"
    r"(?:mechanisms?|modules?|strateg(?:y|ies)|schem(?:e|a)s?|techniques?|polic(?:y|ies)|methodology|algorithms?|method|metric|operators?|designs)\b"
)

_PRAISE_WORDS = """
    novel new simple generic efficient effective innovative lightweight unique general practical flexible advanced
    training learning inference optimization data model models framework system evaluation comprehensive unified
    scalable robust fast end-to-end deep machine large language neural network of for to in on and with that which
    the a an our this its two three first second several different various multiple hybrid better improved automatic
    automated automatically iterative hierarchical post-training pre-training fine-tuning quantization pruning
    compression parallel distributed optimal systematic theoretical two-stage three-stage multi-stage low-cost
    cost-effective training-free plug-and-play parameter-efficient memory-efficient hardware software search
    selection alternative existing such as by using is are evaluation-based based set suite series family number
    range variety combination approach both
"""

_PRAISE = frozenset(_PRAISE_WORDS.split())

_CALLED = re.compile(
    rf"(?:dubbed|called|named|termed|coined|namely|denoted(?: as| by)?|referred to as|which we (?:call|name|term)|"
    rf"we (?:call|name|term)(?: (?:it|this|our \w+|the \w+|this \w+))?|abbreviated as|refer to (?:it |this )?as)"
    rf"(?: as)?,?\s(?:the |a |an )?{MACRO}(?P<name>{WORDED.pattern})"
)

_LONGEST_LIST = 1000
"""Characters of a numbered list."""

_CAPITALISED = r"[A-Z][a-z]++"
_PARTS = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|[2-8])\s(?:[\w-]++,?\s(?:and\s)?){0,4}?(?:sub-?)?"
    r"(?:(?P<metrics>metrics)|components?|modules?|agents?|engines?|mechanisms?|techniques?|innovations?|optimizations|policies)"
    r"(?:,?\s(?:i\.e\.,?|namely,?|that is,?)|\s?[:,—–]|\s-{1,3})\s?"
)
_PART = re.compile(
    rf"(?:(?:an?|the|our)\s)?(?P<name>(?!(?:First|During)\b)(?:{_CAPITALISED}[ -]){{0,4}}{_CAPITALISED})(?![\w-])(?:\s\([^)]{{1,20}}\))?"
    r"(?:\s(?!and\b)[a-z][^,;.:()]{0,80}?)?(?P<more>,?\sand\s|,\s|;\s(?:and\s)?|(?=[.;:)]|$))"
)
_OF_OTHERS = re.compile(
    r"\b(?:(?:us(?:es?|ed|ing)|(?:employ|compar|evaluat|test|measur|report|explor|examin|analy[sz]|investigat|discuss|observ|attack|support"
    r"|connect|simulat|scor|rank)(?:s|es?|ed|ing)?"
    r"|(?:stud|identif|rel|quer)(?:y|ies|ied|ying)|wrap(?:s|ped|ping)?|experiments|results)\s(?:[\w-]+\s){0,2}"
    r"|(?:unlike|existing|prior|previous|earlier|these|those|all)\s(?:[\w-]+\s){0,6})\Z",
    re.IGNORECASE,
)
"""In front of what a paper makes use of or looks at and has not made, or has named before."""
_OPENING = re.compile(
    r"(?:[.\n]\s?|\A)(?:With|Across|Among|Under|Using|By|Through|Of|In|For|On|Over|Between)\s(?:\w+\s){0,3}\Z"
)
"""In front of what opens a sentence, which no list follows but what is said of it: *Among five engines, Plum is best*."""
_OF_OTHERS_LENGTH = 60
_BEHIND = re.compile(r"[\w+-]++(?:\s[\w+-]++)?")
"""The words at which a list was not read on."""

_TITLE = re.compile(
    r"(?P<the>The\s)?(?:<\w{1,9}>(?=[^<\n]{2,60}</)|<)?(?P<name>[^:\n]{2,60}?)(?:</\w{1,9}>|>)?\s*(?:\((?P<short>[^)\n]{2,20})\))?(?::\s|\s(?:---?|[–—])\s)"
)


_PROSE = re.compile(
    r"(?:Every|All|Is|Are|Do|Does|Can|How|Why|What|When|Where|Which|From|On|To|Towards?|Beyond|Who|One|Two|Not|No|An?|\w+ing)\s"
    r"|(?:Position|Survey|Tutorial|Perspective|Viewpoint|Opinion|Commentary|Editorial|Demo|Poster|Invited|Keynote|Review|Overview|"
    r"Roadmap)(?:\s(?:Paper|Article|Abstract|Talk|Track))?$"
    r"|.*\s(?:Revisited$|vs\.?\s|versus\s|at\s)"
    r"|.*\s(?:Technical Report|Report|Survey|Study|Counts?|Matters?|Needed)$"
)


def title_name(text: str) -> Iterator[tuple[int, int, EntityType | None]]:
    """The name in front of a title's colon, and the short form beside it, with the type that the rest says.

    An article in front is not of the name: 48 of 55 times in ``training/arxiv.jsonl``.

    >>> texts = "The PlumML Suite: A Study\\nWe", "Plum: A Study\\nWe", "The Plum: A Study\\nWe"
    >>> [[text[start:end] for start, end, _ in title_name(text)] for text in texts]
    [['PlumML Suite'], ['Plum'], []]
    """
    match = _TITLE.match(text)
    if not match:
        return
    name = match.group("name")
    if _PROSE.match(name):
        return
    rest = text[match.end() : text.find("\n")]
    kind = head_type(rest)
    words = name.split()
    looks = len(words) <= 3 and (len(words) == 1 or re.search(r"[A-Z0-9].*[A-Z0-9]|\d", words[0] + words[-1]))
    if looks and ((len(words) == 1 and not match.group("the")) or any(SHAPE.fullmatch(word) for word in words)):
        yield match.start("name"), match.end("name"), kind
    if match.group("short"):
        yield match.start("short"), match.end("short"), kind
        if not looks or len(words) > 1 or match.group("the"):
            yield match.start("name"), match.end("name"), kind


def presented_names(text: str, pairs: list[Pair]) -> Iterator[tuple[int, int, bool]]:
    """Names that the paper gives as its own, and whether it says so outright: *we present X*, *a method (X)*, *dubbed X*."""
    shorts = {pair.short for pair in pairs}
    for match in _ACTIVE.finditer(text, text.find("\n") + 1):
        clause = re.split(r"[.!?](?:\s|$)|\n|;", text[match.end() : match.end() + 300])[0]
        outright = _OUTRIGHT.search(match.group()) is not None
        yield from ((start, end, outright) for start, end in _names_in(clause, match.end(), shorts))
        phrase = _PHRASE.match(clause)
        if phrase and _is_phrase(phrase.group("phrase")):
            yield match.end() + phrase.start("phrase"), match.end() + phrase.end("phrase"), True
    yield from ((start, end, False) for start, end in _components(text))
    for match in _CALLED.finditer(text):
        start = match.start("name")
        yield start, start + len(trim(match.group("name"))), True
        tail = text[match.end() : match.end() + 60]
        more = re.match(rf"(?:,\s(?P<b>{NAME}))?,?\sand\s(?P<c>{NAME})", tail)
        for group in ("b", "c") if more else ():
            if more and more.group(group):
                yield match.end() + more.start(group), match.end() + more.end(group), True


def _is_phrase(phrase: str) -> bool:
    """Whether the words in front of *mechanism*, *scheme* … name it, rather than only praise it."""
    words = re.split(r"[\s]", phrase)
    content = [word for word in words if word.lower() not in _PRAISE]
    return (
        len(content) == len(words)
        and (len(words) > 1 or "-" in phrase)
        and not re.search(r"-(?:based|free|agnostic|efficient|aware|stage|step)$", phrase)
    )


def _components(text: str) -> Iterator[tuple[int, int]]:
    """Names in a numbered list of the paper's own parts: *three components: (1) FooPlan, … (2) FooRun, …*."""
    for match in re.finditer(
        r"(?:[Oo]ur|[Ww]e|consists? of|comprises?|including|introduces?|components|modules|stages|parts)\b[^.]{0,80}?[:—-]+\s*(?=\(?(?:1|i|a)\))",
        text,
    ):
        stretch = re.split(r"\.\s|\n", text[match.end() : match.end() + _LONGEST_LIST])[0]
        for item in re.finditer(
            rf"\(?(?:[1-9]|i{{1,3}}|iv|[a-e])\)\s(?:an? |the )?{MACRO}(?P<name>{NAME})(?=,|\s\(|:|\}})", stretch
        ):
            if SHAPE.fullmatch(item.group("name")) and item.group("name") not in GENERIC:
                yield match.end() + item.start("name"), match.end() + item.end("name")


def named_parts(text: str, known: Collection[str]) -> Iterator[tuple[int, int, EntityType]]:
    """Names in words with capitals that a list gives to a paper's own parts: *with two agents, Planner and Tool Judge*.

    They are metrics where the list says so (38 of 38), else methods (69 of 73). A list of which something is ``known``
    has none of its own (0 of 10). In ``training/arxiv.jsonl`` 91 of 96 of several words are annotated as introduced, 20 of
    40 of one word; of those that a network which had not seen them missed or doubted 15 of 15.

    >>> texts = "It consists of two key modules: Plum Former (PF) and Judge.", "We use two agents: Planner and Judge."
    >>> [[text[start:end] for start, end, _ in named_parts(text, {"BERT"})] for text in texts]
    [['Plum Former', 'Judge'], []]
    """
    read = 0
    for match in _PARTS.finditer(text):
        front = max(0, match.start() - _OF_OTHERS_LENGTH), match.start()
        if match.start() < read or _OF_OTHERS.search(text, *front):
            continue
        if "," in match.group()[-2:] and _OPENING.search(text, *front):
            continue
        kind = EntityType.METRIC if match.group("metrics") else EntityType.METHOD
        parts: list[tuple[int, int, EntityType]] = []
        read = match.end()
        while read < match.end() + _LONGEST_LIST and (part := _PART.match(text, read)):
            parts.append((part.start("name"), part.end("name"), kind))
            read = part.end()
            if not part.group("more"):
                break
        names = [text[start:end] for start, end, _ in parts]
        # *Fluency and Relevance* are anybody's metrics.
        plain = kind is EntityType.METRIC and not any(" " in name for name in names)
        behind = _BEHIND.match(text, read)
        names += behind.group().split() if behind else []
        if len(parts) > 1 and not plain and not any(name in known for name in names):
            yield from parts


def _names_in(clause: str, offset: int, shorts: set[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    direct = re.match(
        rf"(?:the |a |an |our |a new |a novel |the first |two |three |new |novel )?{MACRO}(?P<name>{WORDED.pattern})",
        clause,
    )
    if direct and _is_name(direct.group("name"), clause[direct.end("name") :]):
        name = trim(direct.group("name"))
        yield offset + direct.start("name"), offset + direct.start("name") + len(name)
        rest = clause[direct.start("name") + len(name) :]
        base = offset + direct.start("name") + len(name)
        more = re.match(
            rf"(?:\s\([^)]*\))?(?:,\s{MACRO}(?P<b>{NAME})\W{{0,2}})?,?\sand\s(?:the )?{MACRO}(?P<c>{NAME})", rest
        )
        for group in ("b", "c") if more else ():
            if more and more.group(group) and _is_name(more.group(group)):
                yield base + more.start(group), base + more.end(group)
    for start, end in shorts:
        if offset <= start < offset + min(len(clause), 240) and not re.search(
            r"(?:LM|Model)s?$", clause[: start - offset - 1].rstrip(" (")
        ):
            yield start, end
    for match in re.finditer(
        rf"[a-z]\s*(?:,|:|—|--)\s{MACRO}(?P<name>{NAME}(?:\s{NAME})?)(?=\W{{0,2}}(?:,|\.|$|:|\())", clause[:160]
    ):
        if _is_name(match.group("name")):
            yield offset + match.start("name"), offset + match.end("name")
            break
    headed = re.search(
        rf"^(?:[a-z][\w-]*,?\s){{1,8}}?(?:[\w-]*(?:framework|system|model|pipeline|library|engine|benchmark|dataset|method|approach|algorithm|toolkit|"
        rf"platform|compiler|network|architecture|optimizer|technique|strategy|corpus|suite|accelerator|scheme|tool|series|family|agent|LLM|MLLM))s?,?\s"
        rf"{MACRO}(?P<name>{NAME})(?=\W|$)",
        clause,
    )
    if headed and SHAPE.fullmatch(headed.group("name")) and headed.group("name") not in GENERIC:
        yield offset + headed.start("name"), offset + headed.end("name")
    bracket = re.match(rf"[^()]{{3,110}}\({MACRO}(?P<name>{NAME})\W{{0,2}}\)", clause)
    if bracket and _is_name(bracket.group("name")):
        yield offset + bracket.start("name"), offset + bracket.end("name")


def _is_name(name: str, after: str = ",") -> bool:
    """Whether capitalised words are a name: by capitals or digits inside, else by the comma or bracket behind."""
    first = name.split()[0]
    if name in GENERIC or first.rstrip("s") in GENERIC or re.match(r"(?:Large|Vision|Multi-?modal|Language)\b", name):
        return False
    if re.search(r"[A-Z].*[A-Z0-9]|[a-z][A-Z]|\d", first) and not re.fullmatch(r"[A-Z][a-z]+(?:-[A-Z][a-z]+)+", first):
        return True
    return (
        len(first) > 3
        and first[0].isupper()
        and re.match(
            r"[}*\"']{0,3}(?:,|\s?\(|:|\.|\sis\b|\s?-|\s(?:framework|system|model|dataset|benchmark|library))", after
        )
        is not None
    )
