"""The words of a SPARQL query: what a server must know before it runs one, and what a client must write into one.

Only the terminals of the grammar (https://www.w3.org/TR/sparql11-query/#sparqlGrammar) are told apart, so that a
keyword is seen where it is one and not inside a string, an IRI or a comment. The engine parses; this only looks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

QUERY_FORMS = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})
UPDATE_FORMS = frozenset({"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"})
_CLAUSES = frozenset({"SELECT", "WHERE", "BY", "HAVING", "LIMIT", "OFFSET", "VALUES"})
_UNSTEADY = frozenset({"NOW", "RAND", "UUID", "STRUUID", "BNODE", "SERVICE"})
_TERMINAL = re.compile(
    r"""
      (?P<blank>\s+|\#[^\n\r]*)
    | (?P<iri><[^<>"{}|^`\x00-\x20]*>)
    | (?P<string>\"{3}(?:[^"\\]|\\.|"(?!""))*(?:\"{3}|\Z)|'{3}(?:[^'\\]|\\.|'(?!''))*(?:'{3}|\Z)
        |"(?:[^"\\\n\r]|\\.)*"?|'(?:[^'\\\n\r]|\\.)*'?)
    | (?P<variable>[?$]\w+)
    | (?P<language>@[A-Za-z]+(?:-\w+)*)
    | (?P<prefixed>(?:(?:[^\W\d_][\w.-]*+)?:(?:[\w:-]|%[0-9A-Fa-f]{2}|\\[^\s\w]|\.++(?=[\w:%\\-]))*
        |_:\w(?:[\w-]|\.++(?=[\w-]))*))
    | (?P<run>[^\W\d_][\w.-]*+)
    | (?P<number>(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)
    | (?P<word>\w+)
    | (?P<open>[({\[])
    | (?P<close>[)}\]])
    | (?P<sign>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_WORDS = re.compile(r"(?P<word>\w+)|(?P<sign>.)")
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")


class Token(NamedTuple):
    """A terminal: its kind, its text as written and where it begins."""

    kind: str
    text: str
    start: int


def tokens(query: str) -> Iterator[Token]:
    """The terminals of a query without blanks and comments; text that is no SPARQL gives signs and words too.

    >>> [token.text for token in tokens("ASK { ?s ex:p 'SERVICE' } # no")]
    ['ASK', '{', '?s', 'ex:p', "'SERVICE'", '}']
    """
    for match in _TERMINAL.finditer(query):
        if match.lastgroup == "run":  # no prefix, since no colon follows; looked at once, so that time stays linear
            for part in _WORDS.finditer(query, *match.span()):
                yield Token(part.lastgroup or "", part.group(), part.start())
        elif match.lastgroup and match.lastgroup != "blank":
            yield Token(match.lastgroup, match.group(), match.start())


@dataclass(frozen=True, slots=True)
class Outline:
    """What can be told of a query without parsing it.

    ``form`` is its first keyword after the prologue, or empty. ``has_dataset`` says that it names its own graphs
    (FROM), ``steady`` that the same graph always gives the same answer. ``services`` are the hosts that it calls,
    where None stands for one that is not written out. ``files`` says that it names a graph by a file's address.
    """

    form: str
    has_dataset: bool
    steady: bool
    depth: int
    services: frozenset[str | None]
    files: bool


def outline(query: str) -> Outline:
    r"""The outline of a query, read both as written and with its codepoint escapes resolved: what either shows counts.

    >>> outline("PREFIX ex: <http://x/> SELECT * FROM <http://g> { ?s ?p ?o }").form
    'SELECT'
    >>> outline("ASK { SERVICE <http://h.example/sparql> { ?s ?p ?o } }").services
    frozenset({'h.example'})
    """
    written = _outline(query)
    if not _ESCAPE.search(query):
        return written
    resolved = _outline(_ESCAPE.sub(_character, query))
    return Outline(
        resolved.form or written.form,
        written.has_dataset or resolved.has_dataset,
        written.steady and resolved.steady,
        max(written.depth, resolved.depth),
        written.services | resolved.services,
        written.files or resolved.files,
    )


def substitute(query: str, terms: Mapping[str, str]) -> str:
    """A query with variables replaced by terms in SPARQL's own writing; a projected variable keeps its column.

    >>> substitute("SELECT ?x ?y WHERE { ?x ?p ?y } ORDER BY ?x", {"x": "<http://a>"})
    'SELECT (<http://a> AS ?x) ?y WHERE { <http://a> ?p ?y } ORDER BY (<http://a>)'
    """
    written: list[str] = []
    end, clause, depth = 0, "", 0
    for token in tokens(query):
        if token.kind == "word" and token.text.upper() in _CLAUSES:
            clause, depth = token.text.upper(), 0
        elif token.text == "{":
            clause = ""
        elif token.kind in {"open", "close"}:
            depth += 1 if token.kind == "open" else -1
        elif token.kind == "variable" and token.text[1:] in terms:
            term = terms[token.text[1:]]
            if depth == 0 and clause == "SELECT":
                term = f"({term} AS {token.text})"
            elif depth == 0 and clause == "BY":
                term = f"({term})"
            written += [query[end : token.start], term]
            end = token.start + len(token.text)
    return "".join([*written, query[end:]])


def _outline(query: str) -> Outline:
    form = naming = ""
    depth = deepest = 0
    words: set[str] = set()
    services: set[str | None] = set()
    files = False
    for token in tokens(query):
        word = token.text.upper() if token.kind == "word" else ""
        if naming and word not in {"SILENT", "NAMED"}:
            if naming == "SERVICE":
                services.add(_host(token))
            else:
                files = files or token.text[1:].lower().startswith("file:")
            naming = ""
        if word:
            words.add(word)
            form = form or (word if word in QUERY_FORMS | UPDATE_FORMS else "")
            naming = word if word in {"SERVICE", "FROM", "GRAPH"} else naming
        elif token.kind == "open":
            depth += 1
            deepest = max(deepest, depth)
        elif token.kind == "close":
            depth -= 1
    if naming == "SERVICE":
        services.add(None)
    return Outline(form, "FROM" in words, not words & _UNSTEADY, deepest, frozenset(services), files)


def _host(token: Token) -> str | None:
    """The host of a service that is written as a whole web address; None for a variable, a prefix or another scheme."""
    try:
        address = urlsplit(token.text[1:-1]) if token.kind == "iri" else None
    except ValueError:
        return None
    return address.hostname if address and address.scheme in {"http", "https"} else None


def _character(match: re.Match[str]) -> str:
    number = int(match[1] or match[2], 16)
    return chr(number) if number < 0x110000 else match[0]
