"""What the wording claims of the proposed entities: quantities, roles, hardware in use and results."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from spacy.language import Language
from spacy.tokens import Doc

from kg.extract.candidates import Claims, notes
from kg.extract.quantities import Quantity, find_quantities
from kg.extract.results import find_results
from kg.extract.roles import find_roles, find_uses
from kg.records import Span

PIPE = "kg_claims"


@Language.component(PIPE)
def claims(doc: Doc) -> Doc:
    """Notes the sentences, the quantities and the claims of a document."""
    found = notes(doc)
    text = found.text
    found.sentences = found.words.sentence_spans()
    found.quantities = list(_quantities(text, found.sentences[1:]))
    found.proposed_claims = Claims(
        roles=list(find_roles(text, found.sentences, found.proposed)),
        uses=list(find_uses(text, found.sentences, found.proposed)),
        results=list(find_results(text, found.sentences, found.quantities, found.proposed)),
    )
    return doc


def _quantities(text: str, sentences: list[Span]) -> Iterator[Quantity]:
    for begin, end in sentences:
        for quantity in find_quantities(text[begin:end]):
            yield replace(quantity, start=quantity.start + begin, end=quantity.end + begin)
