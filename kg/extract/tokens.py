"""The tokenizer and sentence splitter: fine tokens, so that every name, number and unit stands apart."""

from __future__ import annotations

import re

import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.vocab import Vocab

PIPE = "kg_sentences"

URL = re.compile(r"\b(?:https?://|www\.)[^\s<>\"'`{}|]+", re.IGNORECASE)
_TOKEN = re.compile(
    r"""\d+(?:,\d{3})*(?:\.\d+)?(?=(?:times|fold|[xX×])(?![^\W_]))   # 2.88|times, 4.7|x
      | \d+(?=[xX][A-Z0-9])                                          # 16|x|A100
      | (?<=\d)[xX](?=[A-Z0-9])
      | \d{1,3}(?:,\d{3})+(?:\.\d+)?
      | [^\W_]+(?:\.\d+)*                                            # Llama3.1, v1.5, 0.7
      | ['’]s\b
      | \s+
      | .""",
    re.VERBOSE | re.IGNORECASE,
)
_ABBREVIATED = re.compile(r"(?:\b(?:e\.g|i\.e|etc|vs|al|cf|Fig|Eq|Sec|No|approx|resp|w\.r\.t)|\b[A-Z])\.$")


class FineTokenizer:
    """Splits text by one regular expression; no character is lost."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """A Doc whose text is exactly ``text``."""
        words: list[str] = []
        spaces: list[bool] = []
        for match in _TOKEN.finditer(text):
            word = match.group()
            if word[0] == " " and words and not spaces[-1] and not words[-1].isspace():
                spaces[-1] = True
                word = word[1:]
            if word:
                words.append(word)
                spaces.append(False)
        return Doc(self.vocab, words=words, spaces=spaces)


def blank_language() -> Language:
    """An English pipeline with our tokenizer and no component yet."""
    nlp = spacy.blank("en")
    nlp.tokenizer = FineTokenizer(nlp.vocab)
    nlp.max_length = 10_000_000
    return nlp


@Language.component(PIPE)
def sentences(doc: Doc) -> Doc:
    """Marks where sentences start; the title, which ends at the first newline, is one by itself."""
    title_end = doc.text.find("\n")
    addresses = [match.span() for match in URL.finditer(doc.text)]
    pending = True
    for token in doc:
        if token.is_space:
            token.is_sent_start = False
            pending = pending or "\n" in token.text
            continue
        inside = any(start < token.idx < end for start, end in addresses)
        token.is_sent_start = pending or (not inside and token.idx > title_end + 1 and _ends_before(doc, token.i))
        pending = False
    return doc


def _ends_before(doc: Doc, i: int) -> bool:
    """Whether a sentence ends in front of token i."""
    before = doc[i - 1]
    if before.text in '”")' and i > 1:
        before = doc[i - 2]
    if before.text not in {".", "!", "?"}:
        return False
    first = doc[i].text[0]
    if not (first.isupper() or first.isdigit() or first in "([\"'“" or not doc[i - 1].whitespace_):
        return False
    if not doc[i - 1].whitespace_ and not first.isupper():
        return False
    return not _ABBREVIATED.search(doc.text[max(0, before.idx - 8) : before.idx + 1])
