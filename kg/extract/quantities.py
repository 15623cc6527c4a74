"""Quantities: numbers with units, bounds, ranges and factors, as papers write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from kg.extract.bounds import bound_of, within_list

# No quantity of a paper has more digits; longer runs are identifiers.
_NUMBER = r"\d{1,3}(?:,\d{3}){1,5}(?:\.\d{1,9})?|\d{1,15}(?:\.\d{1,9})?"
_PERCENT = r"\\?%"
_FLEET = r"\s(?:(?:NVIDIA|Nvidia|AMD)\s(?:\w+\s)?[A-Z]{0,3}\d{2,4}|[AHV]\d00\b|RTX\s|TPU\sv\d)"
"""What is counted, *8x NVIDIA 3090 GPUs*, and no factor."""
_TIMES = rf"(?:\\?times\b|[xX×](?![A-Za-z0-9]))(?!\$?\d|\s?10\^)(?!(?:(?<=\s[xX×])|(?<=\s\\times))\s\d)(?!{_FLEET})"
"""A factor's sign, which does not stand between two numbers: *256×256*, *2 x 3*."""
_DEVICES = r"(?:(?:NVIDIA|Nvidia|[ABHV]\d{2,4}|GPU|TPU|CPU|core)[ -]){1,3}"
_MICRO = r"(?:[uμµ]|\\mu\b\$?\s?(?:\\(?:mathrm|text)\{)?)"
_SCORE = (
    r"(?:BLEU|COMET|BLEURT|ROUGE|METEOR|CIDEr|GLUE|chrF|BERTScore|[Aa]ccuracy|EM|F1|AUC|AUROC|mAP|AP|AR|[mM]?IoU|PQ|Dice|DSC|[nN]DCG|"
    r"MRR|[Rr]ecall|R@|[Hh]its?@)(?:[-@_.\d]\S*|\w{0,4})"
)
"""Measures whose differences are told in points."""
_UNITS: dict[str, tuple[str, float]] = {
    rf"(?:{_PERCENT}\s?|percentage[ -]|(?:(?:absolute|average|{_SCORE})\s){{1,3}})?points?\b|{_PERCENT}\s?pp?\b|pp\b|pts\b|p\.p\.": (
        "points",
        1,
    ),
    rf"{_PERCENT}|percent\b|per cent\b": ("%", 1),
    rf"{_TIMES}|-?\s?fold\b": ("x", 1),
    r"orders? of magnitude\b": ("x", 0),
    r"tokens?(?:/s(?:ec(?:ond)?)?\b|(?: per |/)second\b)|tok/s\b|TPS\b": ("tokens/s", 1),
    r"(?:requests?|req|queries)(?:/s(?:ec)?\b|(?: per |/)second\b)|QPS\b": ("req/s", 1),
    r"(?:images?|samples?)(?:/s(?:ec)?\b|(?: per |/)second\b)": ("images/s", 1),
    r"s/token": ("s/token", 1),
    r"ms\b|milliseconds?\b|msec\b": ("ms", 1),
    rf"{_MICRO}s\b|microseconds?\b": ("us", 1),
    r"ns\b|nanoseconds?\b": ("ns", 1),
    r"s\b|secs?\b|seconds?\b": ("s", 1),
    r"mins?\b|minutes?\b": ("minutes", 1),
    rf"{_DEVICES}(?:hours?|hrs?)\b|h\b|hrs?\b|hours?\b": ("hours", 1),
    rf"{_DEVICES}days?\b|days?\b": ("days", 1),
    r"weeks?\b": ("weeks", 1),
    r"TB/s\b": ("TB/s", 1),
    r"GB/s\b": ("GB/s", 1),
    r"TB\b": ("TB", 1),
    r"GB\b|GiB\b": ("GB", 1),
    r"MB\b|MiB\b": ("MB", 1),
    r"KB\b|kB\b": ("KB", 1),
    r"(?:TOPS|TOPs)/W\b": ("TOPS/W", 1),
    r"(?:GOPS|GOPs)/W\b": ("GOPS/W", 1),
    r"TOPS\b|TOPs\b": ("TOPS", 1),
    r"GOPS\b|GOPs\b": ("GOPS", 1),
    r"PFLOPS?(?:/s)?\b|PFLOPs\b|peta-?FLOPs?(?:/s)?\b|petaflops?\b": ("PFLOPS", 1),
    r"TFLOPS?(?:/s)?\b|TFLOPs\b|tera-?FLOPs?(?:/s)?\b|teraflops?\b": ("TFLOPS", 1),
    r"GFLOPS?(?:/s)?\b|GFLOPs\b": ("GFLOPS", 1),
    r"mm\^?\{?2\}?|mm²": ("mm^2", 1),
    r"mm\b": ("mm", 1),
    r"mW\b|milliwatts?\b": ("mW", 1),
    rf"{_MICRO}W\b": ("uW", 1),
    r"kW\b": ("kW", 1),
    r"MW\b": ("MW", 1),
    r"W\b|[Ww]atts?\b": ("W", 1),
    r"nJ\b": ("nJ", 1),
    rf"{_MICRO}J\b": ("uJ", 1),
    r"mJ\b": ("mJ", 1),
    r"pJ\b": ("pJ", 1),
    r"J\b|[Jj]oules?\b": ("J", 1),
    r"kJ\b": ("kJ", 1),
    r"kWh\b": ("kWh", 1),
    r"FPS\b|fps\b|frames(?: per |/)s(?:econd)?\b": ("FPS", 1),
    r"Hz\b": ("Hz", 1),
    r"kHz\b": ("kHz", 1),
    r"MHz\b": ("MHz", 1),
    r"GHz\b": ("GHz", 1),
    r"dB\b": ("dB", 1),
    r"USD\b|(?:US )?dollars?\b": ("USD", 1),
}
_MAGNITUDES = {
    "K": 1e3, "k": 1e3, "M": 1e6, "B": 1e9, "T": 1e12,
    "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12,
}  # fmt: skip
_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "sixteen": 16, "single": 1, "an": 1, "a": 1, "several": 10, "dual": 2,
}  # fmt: skip
_GLUE = r"(?:\*\*|[\s~-]{0,2}|\}?[\s~]?(?:\$[\s~-]?)?(?:\\,)?[{$]?)"
"""What may stand between a number and its unit: spaces, and the signs that open and close LaTeX."""
_UNIT = re.compile(_GLUE + r"(?:" + "|".join(f"(?P<u{i}>{pattern})" for i, pattern in enumerate(_UNITS)) + ")")
_IN_FORMULA = r"(?:(?<=\\sim)|(?<=\\approx)|(?<=\\rightarrow))(?!\$)"
_IN_LIST = r"(?<=[%×]/)|(?<=\dx/)|(?<=\\times/)|(?<=\\times\$/)"
_BEFORE = (
    r"(?=[\\$\-−\d])(?<![\^_]\{)(?<![\^_]\{-)"
    rf"(?:(?<![\w.\-/^_@])|(?<=\bsub-)|(?<=\bnear-)|(?<=\stimes)|{_IN_FORMULA}|{_IN_LIST})"
)
"""What may stand in front of a number: no exponent, index, other number or name, but *sub-* and the stroke in *5%/7%*."""
_SCALE = r"\s?(?:[KkMBT](?![A-Za-z0-9])|thousand\b|million\b|billion\b|trillion\b)"
_OWN_UNIT = rf"[\s}}]?\$?(?:{_PERCENT}|{_TIMES})\$?"
_JOIN = r"\s?(?:-|–|—|−|~|\bto\b|\$?\\sim\$?)\s?|--|\$--?\$"
_ERROR = rf"[\s}}]?\$?\s?(?:±|\\pm\b|\+/?-)\s?\$?(?:{_NUMBER})"
_QUANTITY = re.compile(
    rf"{_BEFORE}(?P<dollar>\\?\$\s?)?(?P<minus>[-−](?=\d))?(?P<a>{_NUMBER})(?P<mag1>{_SCALE})?"
    rf"(?:(?P<unit1>{_OWN_UNIT})?(?P<join>{_JOIN})\+?(?P<b>{_NUMBER})(?P<mag2>{_SCALE})?)?(?:{_ERROR})?(?P<plus>\+)?"
)
_SPELLED = re.compile(
    r"\b(?:(?P<count>one|two|three|four|five|six|seven|eight|nine|ten|an?|several)[\s-](?:single\s)?(?:GPU\s)?"
    r"(?P<unit>times|orders?[\s-]of[\s-]magnitude|percentage points|hours?|days?|weeks?|minutes?|seconds?)|"
    r"(?P<many>four|five|six|seven|eight|nine|ten)[\s-]?fold(?!:|\s(?:[\w-]+\s){0,2}(?:cross|valid|CV\b|ensemble|splits?))|"
    r"(?P<twice>twice|double[sd]?|doubling)|(?P<half>halv(?:e[sd]?|ing)|by half|in half))\b",
    re.I,
)
_DIFFERENCE_BEFORE = re.compile(
    r"\b(?:by|margins? of|(?:improvements?|gains?|increase|drop|degradation|loss|reduction) of)\s"
    r"(?:(?:an?|the|at|least|most|over|up|to|about|more|than|around|average|of|additional|nearly|roughly)\s)*$",
    re.I,
)
_SCORED = re.compile(rf"\s(?:absolute\s|average\s)?(?:{_SCORE}\b|(?:perplexity|scores?)\b)")
_SCORED_BETWEEN = re.compile(rf"\s(?:absolute\s|average\s)?{_SCORE}(?:\sscores?)?(?:,|,?\s(?:and|or))\s\+?")
_DIFFERENCE_BEHIND = re.compile(
    r"\s(?:[\w-]+\s){1,2}(?:gains?|degradation|improvements?|drops?|increase|loss|margin)\b", re.I
)
_SIGNED = re.compile(r"(?:^|[\s(,$])\+$")
_FROM = re.compile(
    r"(?<!ranging )(?<!ranges )(?<!range )(?<!varying )(?<!varies )\bfrom\s(?:about |around |roughly |only |just )?\$?$"
)
_BRACKETED = re.compile(r"(?<!range )(?<!ranges )(?<!ranging )(?<!between )(?<!varies )\(\$?$")
_ASPECTS = re.compile(r"\bcontributions?\s(?:is|are)\s$")
_FORMULA_ENDS = re.compile(r"(?:\\[A-Za-z]+|[\d\s.,%{}^_+\-=<>()])*\$(?!\d)")
"""What stands between a number and the sign that closes its formula; *$5, $10* are dollars."""
LISTED = re.compile(
    r"\$?\s?(?:(?P<comma>,)|/|,?\s?(?:and|or|versus|vs\.?))\s?(?:up to |over |about |around |roughly |\+)?"
)
"""What stands between two numbers of one list."""
_APART = re.compile(
    r"(?:\b(?!(?:Between|At|From|With|By|Of|In|On|For|Over|About)\s)[A-Z][\w-]*\s|[^\s($~+]|"
    r"\b(?:size|rank|depth|length|dimension|k)\s)$"
)
"""What stands in front of a number that is of a name or a setting: *RTX 4090*, *batch size 32*."""
_MEASURED = re.compile(r"\b(?:an?|the)\s(?:[\w-]+\s){1,3}of\s$")
"""What stands in front of a number that may be of a measure by itself: *an mAP of 45.3 and 60 FPS*."""
_BETWEEN = re.compile(r"\bbetween\s$", re.I)
_SCALED = re.compile(r"\d\s?[KkMBT]\b|order|illion|thousand")
_DECIMALS = re.compile(r"\d\.(\d+)")
_FACTOR = re.compile(
    r"\b[Ff]actors? of (?:about |around |roughly |up to |over |nearly |almost |at least |more than )?[~$]?$"
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_CONTEXT = 40
"""Characters in front of a number that tell what it is."""
_CLOSES = re.compile(r"\s?(?:[,;.)](?:\s|$)|and\b|on\b|in\b|over\b|for\b|to\b|respectively)|$")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit (``""`` where none stands), bound, and its place in the text; ``low`` of a range."""

    start: int
    end: int
    value: float
    unit: str
    bound: str = "="
    low: float | None = None


def find_quantities(text: str) -> Iterator[Quantity]:
    """Every quantity in the text, in order.

    >>> [(q.value, q.unit, q.bound, q.low) for q in find_quantities("up to 4.7x and 1.24-2.01x, 74.4\\\\% in 3 days")]
    [(4.7, 'x', '<=', None), (2.01, 'x', '<=', 1.24), (74.4, '%', '=', None), (3.0, 'days', '=', None)]
    >>> [(q.value, q.unit) for q in find_quantities("from 54.2% to 61.0%, by 3.5 BLEU, in less than a day")]
    [(54.2, '%'), (61.0, '%'), (3.5, 'points'), (1.0, 'days')]
    """
    told = _with_implied_units(text, sorted([*_numeric(text), *_spelled(text)], key=lambda q: q.start))
    yield from _with_shared_bounds(text, told)


def _with_implied_units(text: str, quantities: list[Quantity]) -> Iterator[Quantity]:
    """The quantities of a text in order, those of a list with the unit behind its last, differences of scores in points.

    >>> [(q.value, q.unit) for q in find_quantities("34, 44, and 53 tokens per second, by 19.7 and 15.6, respectively")]
    [(34.0, 'tokens/s'), (44.0, 'tokens/s'), (53.0, 'tokens/s'), (19.7, 'points'), (15.6, 'points')]
    """
    shared: list[Quantity] = []
    listed = False
    for quantity in reversed(quantities):
        following = shared[-1] if shared else None
        between = LISTED.fullmatch(text, quantity.end, following.start) if following else None
        listed = between is not None and (listed or between.group("comma") is None)
        if following and listed and not quantity.unit and _shares(text, quantity, following):
            quantity = replace(quantity, unit=following.unit)
        shared.append(quantity)
    gained = -1
    """Where the last difference ends."""
    for quantity in reversed(shared):
        if not quantity.unit and quantity.low is None:
            beside = gained >= 0 and LISTED.fullmatch(text, gained, quantity.start)
            more = beside and "." in text[quantity.start : quantity.end] and text[quantity.end - 1].isdigit()
            scored = gained >= 0 and _SCORED_BETWEEN.fullmatch(text, gained, quantity.start)
            scored = scored and _SCORED.match(text, quantity.end)
            if more or scored or _is_difference(text, quantity.start, quantity.end):
                quantity, gained = replace(quantity, unit="points"), quantity.end
        yield quantity


def _with_shared_bounds(text: str, quantities: Iterable[Quantity]) -> Iterator[Quantity]:
    """The quantities of a text in order, those of one unit in a list with the bound in front of its first.

    So annotated 102 times of 103 in ``training/arxiv.jsonl`` where the numbers alone stand in the list, else, of what is
    said of up to eight words, 152 times of 160 for *up to* and 16 of 20 for *about*, but 7 of 14 for *over*.

    >>> [q.bound for q in find_quantities("up to 2x and 3x, over 5% less time and 7% more")]
    ['<=', '<=', '>=', '=']
    >>> [q.bound for q in find_quantities("up to 2.1x less memory and 1.4x the speed and reaches 3x")]
    ['<=', '<=', '=']
    """
    before: Quantity | None = None
    for quantity in quantities:
        if before and quantity.bound == "=" and quantity.low is None and before.low is None:
            said = within_list(text, before.end, quantity.start)
            if said and _holds_on(before, quantity, said["words"], "and" in said["joint"]):
                quantity = replace(quantity, bound=before.bound)
        yield quantity
        before = quantity


def _holds_on(before: Quantity, quantity: Quantity, words: str, last: bool) -> bool:
    """Whether the bound of a quantity holds of the next one in its list, which is the last."""
    if before.unit != quantity.unit:
        return before.bound == "<=" and last
    return not words or before.bound == "<=" or (before.bound == "~" and last)


def _shares(text: str, quantity: Quantity, following: Quantity) -> bool:
    """Whether a number without a unit has that of the next in its list: no year, size (*2B*), setting or number of a name.

    >>> [q.unit for q in find_quantities("an mAP of 45.3 and 60 FPS on an RTX 4090 and 1.6x")]
    ['', 'FPS', '', 'x']
    """
    if text[quantity.end - 1].isalpha() or _SCALED.search(text, following.start, following.end):
        return False
    before = text[max(0, quantity.start - _CONTEXT) : quantity.start]
    if _APART.search(before) or (_YEAR.fullmatch(text, quantity.start, quantity.end) and _is_date(before, following)):
        return False
    places, others = (_places(text, q) for q in (quantity, following))
    if quantity.value < 1 <= following.value and not _BETWEEN.search(before):
        return following.value <= 10 and (places < 2 or places == others)
    return places == others or not _MEASURED.search(before)


def _is_date(before: str, following: Quantity) -> bool:
    return following.value < 1000 or before.endswith("in ")


def _places(text: str, quantity: Quantity) -> int:
    """How many digits stand behind the point."""
    found = _DECIMALS.search(text, quantity.start, quantity.end)
    return len(found[1]) if found else 0


def _numeric(text: str) -> Iterator[Quantity]:
    changed = 0
    """Where the last change ends."""
    for match in _QUANTITY.finditer(text):
        end = match.end()
        unit_match = _UNIT.match(text, end)
        after = text[end : end + 1]
        if after == "^" or (after.isalnum() and not unit_match):
            continue
        first, second = _number(match.group("a")), match.group("b")
        value, low = (_number(second), first) if second else (first, None)
        value *= _magnitude(match.group("mag2") or match.group("mag1"))
        if low is not None:
            scaled = low * _magnitude(match.group("mag1") or match.group("mag2"))
            low = scaled if scaled <= value else low * _magnitude(match.group("mag1"))
        unit = ""
        if unit_match:
            index = int(str(unit_match.lastgroup)[1:])
            unit, factor = list(_UNITS.values())[index]
            if factor == 0:
                value = 10.0 ** min(value, 12.0)
            end = unit_match.end()
        elif match.group("unit1"):
            unit = "%" if "%" in match.group("unit1") else "x"
            if second and match.group("join").strip() not in {"to", "-", "–"}:
                value, low = first, None
        elif match.group("dollar") and (match.group("dollar")[0] == "\\" or not _FORMULA_ENDS.match(text, end)):
            unit = "USD"
        before = text[max(0, match.start() - _CONTEXT) : match.start()]
        unit = unit or ("x" if _FACTOR.search(before) else "")
        if before.endswith(("sub-", "near-")) and not unit:
            continue
        bound = bound_of(before)
        if match.group("plus") or text[end : end + 1] == "+":
            bound = ">="
        pair = low is not None and match.group("join").strip() == "to"
        if pair and unit and _YEAR.fullmatch(match.group("a")) and before.endswith("in "):  # in 2021 to 19%
            yield Quantity(match.start("b"), end, value, unit)
        elif (
            low is not None
            and pair
            and (
                _changes(before, low, value, _is_measured(match, unit))
                or (changed and within_list(text, changed, match.start()))
            )
        ):
            changed = end
            yield Quantity(match.start("a"), match.end("a"), low, unit, bound)
            yield Quantity(match.start("b"), end, value, unit, bound)
        else:
            yield Quantity(match.start(), end, value, unit, bound if low is None else "<=", low)


def _is_measured(match: re.Match[str], unit: str) -> bool:
    """Whether two numbers are values of a measure, not sizes or counts: *(2B to 80B)*, *(8 to 64)*."""
    return bool(unit) or ("." in match.group("a") and not match.group("mag2"))


def _changes(before: str, first: float, second: float, measured: bool) -> bool:
    """Whether *54% to 61%* are a value and its later one, not a range: behind *from*, in brackets, or where it falls.

    Of those in brackets that are ``measured``, 22 of 23 in ``training/arxiv.jsonl``.
    """
    return bool(_FROM.search(before)) or (measured and (first > second or bool(_BRACKETED.search(before))))


def _spelled(text: str) -> Iterator[Quantity]:
    for match in _SPELLED.finditer(text):
        bound = bound_of(text[max(0, match.start() - 40) : match.start()])
        if match.group("twice") or match.group("half"):
            yield Quantity(
                *match.span(), 2.0 if match.group("twice") else 50.0, "x" if match.group("twice") else "%", bound
            )
            continue
        if many := match.group("many"):
            if not _ASPECTS.search(text, max(0, match.start() - _CONTEXT), match.start()):
                yield Quantity(*match.span(), float(_WORDS[many.lower()]), "x", bound)
            continue
        count = _WORDS[match.group("count").lower()]
        unit = match.group("unit").lower()
        if (unit == "times" and count == 1) or (count == 10 and unit != "times" and "order" not in unit):
            continue
        if match.group("count").lower() in {"a", "an"} and "order" not in unit and not bound.strip("="):
            continue
        if unit.startswith("order"):
            yield Quantity(*match.span(), 10.0**count if count < 10 else 10.0, "x", bound)
        else:
            name = {"times": "x", "percentage points": "points"}.get(unit, unit if unit.endswith("s") else unit + "s")
            yield Quantity(*match.span(), float(count), "s" if name == "seconds" else name, bound)


def _is_difference(text: str, start: int, end: int) -> bool:
    """Whether a bare number is a difference of scores: *by 3.5*, *of 12 BLEU*, *a 1.67 accuracy gain*, *(+1.5)*.

    A fraction (*by 0.152*) keeps its own scale: of 31 in ``training/arxiv.jsonl`` 24 are annotated without points.
    """
    if text.startswith("0.", start) and end - start > len("0.3"):
        return False
    if _DIFFERENCE_BEHIND.match(text, end):
        return True
    if _SIGNED.search(text, max(0, start - 3), start):
        bracketed = text[start - 2 : start] == "(+" and text[end : end + 1] == ")"
        if (bracketed or "." in text[start:end]) and text[end - 1].isdigit():
            return not text.startswith("0", start) or bool(_SCORED.match(text, end))
    before = _DIFFERENCE_BEFORE.search(text[max(0, start - 60) : start])
    return bool(before and (_SCORED.match(text, end) or ("." in text[start:end] and _CLOSES.match(text, end))))


def _number(string: str) -> float:
    return float(string.replace(",", ""))


def _magnitude(string: str | None) -> float:
    return _MAGNITUDES[string.strip()] if string else 1.0
