"""The tokenizer and sentence splitter: fine tokens, so that every name, number and unit stands apart."""

from __future__ import annotations

import re

import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.vocab import Vocab

from kg.extract.candidates import NOTES, Notes
from kg.extract.words import Stretches, Words

URL = re.compile(r"\b(?:https?://|(?-i:www)\.(?=[\w-]+\.))[^\s<>\"'`{}|]+", re.IGNORECASE)
_TOKEN = re.compile(
    r"""\d+(?:,\d{3})*(?:\.\d+)?(?=(?:times|fold|[xX×])(?![^\W_]))   # 2.88|times, 4.7|x
      | \d+(?=(?:[xX]|times)(?-i:[A-Z0-9]))                          # 16|x|A100, 8|times|RTX
      | (?<=\d)(?:[xX]|times)(?=(?-i:[A-Z0-9]))
      | \d{1,3}(?:,\d{3})+(?:\.\d+)?
      | [^\W_]+(?:\.\d+)*                                            # Llama3.1, v1.5, 0.7
      | ['’]s\b
      | \s+
      | .""",
    re.VERBOSE | re.IGNORECASE,
)
_LONGEST_SENTENCE = 400
"""Words; what goes on for longer is cut, so that what is done sentence by sentence takes linear time."""
_STOPS = frozenset(".!?")
_CLOSERS = frozenset('”")')
"""What may stand between the stop and the next sentence."""
_ABBREVIATED = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|al|cf|Fig|Eq|Sec|No|approx|resp|w\.r\.t|i\.i\.d|s\.t|w\.p|eq|fig)|\b[A-Z])\.$"
)


class FineTokenizer:
    """Splits text by one regular expression, no character lost, and marks where sentences start.

    The sentences are set with the tokens because setting them token by token takes quadratic time.
    """

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """A Doc whose text is exactly ``text``; what stands before the first newline is a sentence."""
        words: list[str] = []
        spaces: list[bool] = []
        offsets: list[int] = []
        for match in _TOKEN.finditer(text):
            word, start = match.group(), match.start()
            if word[0] == " " and words and not spaces[-1] and not words[-1].isspace():
                spaces[-1] = True
                word, start = word[1:], start + 1
            if word:
                words.append(word)
                spaces.append(False)
                offsets.append(start)
        sent_starts = _sentence_starts(text, words, offsets)
        found = Notes(text)
        visible = [i for i, word in enumerate(words) if not word.isspace()]
        found.words = Words(
            [words[i] for i in visible], [offsets[i] for i in visible], [bool(sent_starts[i]) for i in visible]
        )
        return Doc(self.vocab, words=words, spaces=spaces, sent_starts=sent_starts, user_data={NOTES: found})


def blank_language() -> Language:
    """A pipeline with our tokenizer and no component yet; none needs what spaCy knows of English, which is slow to load."""
    nlp = spacy.blank("xx")
    nlp.tokenizer = FineTokenizer(nlp.vocab)
    nlp.max_length = 10_000_000
    return nlp


def _sentence_starts(text: str, words: list[str], offsets: list[int]) -> list[bool | int | None]:
    """Whether a sentence starts at each token; the title, which ends at the first newline, is one by itself."""
    title_end = text.find("\n")
    addresses = Stretches(match.span() for match in URL.finditer(text))
    starts: list[bool | int | None] = []
    pending = True
    length = 0
    for i, word in enumerate(words):
        if word.isspace():
            starts.append(False)
            pending = pending or "\n" in word
            continue
        ended = (
            offsets[i] > title_end + 1
            and (words[i - 1] in _STOPS or words[i - 1] in _CLOSERS)
            and not addresses.hold(offsets[i] - 1, offsets[i] + 1)
            and _ends_before(text, words, offsets, i)
        )
        starts.append(pending or ended or length == _LONGEST_SENTENCE)
        length = 1 if starts[-1] else length + 1
        pending = False
    return starts


def _ends_before(text: str, words: list[str], offsets: list[int], i: int) -> bool:
    """Whether a sentence ends in front of token i."""
    spaced = text[offsets[i] - 1].isspace()
    last = i - 1
    if words[last] in _CLOSERS and i > 1:
        last = i - 2
    if words[last] not in _STOPS:
        return False
    first = words[i][0]
    if not (first.isupper() or first.isdigit() or first in "([\"'“$\\" or not spaced):
        return False
    if not spaced and not first.isupper():
        return False
    return not _ABBREVIATED.search(text[max(0, offsets[last] - 8) : offsets[last] + 1])
