"""What is said of a number in front of it: at most, at least, about; and what stands between the numbers of a list."""

from __future__ import annotations

import re

_BOUNDS = {
    "<=": r"up[ -]?to|(?:maximum|peak(?:ing)?)(?! signal| memory| PSNR)(?: (?!of)[\w-]+){0,3} (?:of|at)|at most|within|sub-|under|less than|fewer than|below|no more than|as much as|as high as|maximally|≤|<=?|\\le(?:q)?",
    ">=": r"over|more than|at least|exceed(?:s|ed|ing)?|greater than|above|no less than|beyond|larger than|higher than|≥|(?<![-=])>=?|\\ge(?:q)?",
    "~": r"about|(?:an )?estimated|approximately|approx\.?|around|nearly|almost|roughly|some|close to|∼|~|\\sim|≈|\\approx|approaching|near-|virtually|\bsim!?|\{\\sim\}|\{\\approx\}",
}
_NEVER = re.compile(
    r"\b(?:none(?: of (?:the|them|these|those)(?: [\w-]+){0,2})?"
    r"|no (?:[\w-]+ )?(?:models?|systems?|methods?|\w*LMs?|agents?|approach(?:es)?|baselines?)(?: had| has| have)?(?: previously| currently| yet)?"
    r"|never|fail(?:s|ed|ing)? to) (?:exceed|surpass|reach|achiev|attain|top)\w*"
    r"(?: (?:even|more than|better than|above|over|beyond|an?|the|overall|average|accuracy|score|success rate|of)){0,4}$",
    re.I,
)
"""In front of what nobody reaches: annotated as at most 21 of 21 times in ``training/arxiv.jsonl``."""
_ABOUT = r"about|approximately|around|nearly|almost|roughly|∼|~|≈|\$?\{?\\(?:sim|approx)\}?"
_BOUND = {
    bound: re.compile(
        rf"(?:(?<![A-Za-z])(?:{words}))(?:\s?(?:an?|{_ABOUT})\b|\s?(?:{_ABOUT}))*"
        r"(?:\s?(?:average of|additional|impressive|remarkable))?\s?(?:\\textbf\{)?[+$]*$",
        re.I,
    )
    for bound, words in _BOUNDS.items()
}
_BOUND_LIST = re.compile(
    r"(?P<words>(?:\s(?:\([^()]{1,30}\)|[^\s;()]{0,40}[^\s.;:,()])){0,8})(?P<joint>,? (?:and|or)|,|/)"
    r"\s?(?:\\(?:textbf|mathbf)\{|\\\(|[$+{])*"
)
_LONGEST_LIST = 120
"""Characters between two numbers of a list."""


def bound_of(before: str) -> str:
    """The bound, ``<=``, ``>=``, ``~`` or ``=``, that the text in front of a number tells.

    >>> bound_of("up to about "), bound_of("at least an "), bound_of("a ")
    ('<=', '>=', '=')
    """
    stripped = before.rstrip(" $")
    if _NEVER.search(stripped):
        return "<="
    for bound, pattern in _BOUND.items():
        if pattern.search(stripped):
            return bound
    return "="


def within_list(text: str, end: int, start: int) -> re.Match[str] | None:
    """What stands between two numbers where both are of one list, each with what is said of it."""
    return _BOUND_LIST.fullmatch(text, end, start) if start - end <= _LONGEST_LIST else None
