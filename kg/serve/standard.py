"""Queries written anew where the engine reads them otherwise than SPARQL 1.1 says, so that it gives the right answer.

Oxigraph is known to read three things otherwise (``tests/conformance``). Each is written out as the recommendation
defines it (https://www.w3.org/TR/sparql11-query/, its sections in brackets):

- ``GROUP_CONCAT`` is a simple literal [18.5.1.7]; Oxigraph keeps a language that all members share.
- ``x p* ?y`` and ``x p? ?y`` also match x itself, be it in the graph or not [18.4]; Oxigraph wants it in the graph.
- ``GRAPH ?g { P }`` is the union over the graphs of P evaluated in each, joined with ?g [18.6]; Oxigraph evaluates P
  with ?g in every triple pattern, which is something else when P has a subquery, VALUES or MINUS.

What needs no change, or would grow too long, stays as it was written; so does a path of length zero that is a step or
an alternative of a longer one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from kg.sparql import QUERY_FORMS, tokens

_SUSPECT = re.compile(r"GROUP_CONCAT|GRAPH\s*[?$]|[\w:>)\-]\s*[*?](?!\w)", re.I)
"""What every query that is to be written anew holds; most do not."""
_MOST = 1 << 20
"""Characters up to which a query may grow."""
_OF_ONE_GRAPH = frozenset({"SELECT", "VALUES", "MINUS"})
_IN_GROUPS = frozenset({"OPTIONAL", "MINUS", "UNION", "FILTER", "BIND", "VALUES", "GRAPH"})
_SIGNS = frozenset("+-")
_CLOSING = frozenset(")]}")

Ask = Callable[[str], Sequence[str]]
"""Asks a query with one column of the data set at hand; gives its values as SPARQL writes them."""


def as_the_standard_says(query: str, ask: Ask) -> str:
    """A query in words that the engine reads as the recommendation does; what is no query may become one."""
    if not _SUSPECT.search(query):
        return query
    try:
        return _Writer(query, ask).written()
    except (_LeftError, IndexError):  # the latter where it is no query
        return query


class _LeftError(Exception):
    """The query is left as it was written."""


class _Term(NamedTuple):
    """An end of a triple; ``kind`` is constant, variable or other (a blank node, a list)."""

    text: str
    kind: str


class _Writer:
    """Goes through the terminals of a query once, by the grammar of groups. Every method writes what it has read."""

    def __init__(self, query: str, ask: Ask) -> None:
        self._query, self._ask = query, ask
        self._tokens = list(tokens(query))
        self._at = 0
        self._in_graph = False

    def written(self) -> str:
        """The whole query. Raises _LeftError."""
        if any(token.text.upper() == "SERVICE" for token in self._tokens):
            raise _LeftError  # what another server reads is its own matter
        parts = []
        while self._at < len(self._tokens):
            parts.append(self._expression())
        return "".join([*parts, self._query[self._position(self._at) :]])

    def _expression(self) -> str:
        """A terminal, or all between two brackets."""
        match self._word():
            case "GROUP_CONCAT":
                return f" STR({self._next()}{self._expression()})"
            case "VALUES":
                return self._values()
            case "{":
                return self._group()
            case "(" | "[":
                parts = [self._next()]
                while self._word() not in _CLOSING:
                    parts.append(self._expression())
                return "".join([*parts, self._next()])
        return self._next()

    def _group(self) -> str:
        """A group graph pattern with its braces."""
        parts = [self._next()]
        subquery = self._word() == "SELECT"
        while (word := self._word()) != "}":
            if subquery or word == "{":
                parts.append(self._expression())
            elif word == "GRAPH":
                parts.append(self._graph())
            elif word == "VALUES":
                parts.append(self._values())
            elif word in {"FILTER", "BIND"}:
                while self._word() not in {"(", "{"}:
                    parts.append(self._next())
                parts.append(self._expression())
            elif word in _IN_GROUPS or word == ".":
                parts.append(self._next())
            else:
                parts.append(self._triples())
        return "".join([*parts, self._next()])

    def _values(self) -> str:
        parts = [self._next()]
        while not parts[-1].endswith("}"):
            parts.append(self._next())
        return "".join(parts)

    def _graph(self) -> str:
        """GRAPH with its group; one for each graph where that is something else."""
        opening, name, is_variable = self._next(), self._next(), self._tokens[self._at - 1].kind == "variable"
        first, outside, self._in_graph = self._at, self._in_graph, True
        group = self._group()
        self._in_graph = outside
        inside = {token.text.upper() for token in self._tokens[first : self._at] if token.kind == "word"}
        if not is_variable or not inside & _OF_ONE_GRAPH:
            return f"{opening}{name}{group}"
        graphs = self._answer("SELECT ?g", "{ GRAPH ?g {} }")
        if len(graphs) * len(group) > _MOST:
            raise _LeftError
        return _union(
            [
                f"{{ GRAPH {graph} {_with_own_nodes(group, n)} VALUES{name} {{ {graph} }} }}"
                for n, graph in enumerate(graphs)
            ]
        )

    def _triples(self) -> str:
        """The triples of one subject; a path that may have no length is taken out of them."""
        start = self._position(self._at)
        subject, kept, apart = self._term(), [], []
        while self._word() not in {".", "{", "}"} | _IN_GROUPS:
            verb, may_be_empty = self._verb()
            while True:
                object = self._term()
                triple = f"{subject.text}{verb}{object.text}"
                if may_be_empty and self._is_misread(subject, object):
                    apart.append(_with_zero_length(triple, subject, object))
                else:
                    kept.append(f"{triple} .")
                if self._word() != ",":
                    break
                self._next()
            while self._word() == ";":
                self._next()
        return "".join([*kept, *apart]) if apart else self._query[start : self._position(self._at)]

    def _is_misread(self, subject: _Term, object: _Term) -> bool:
        """Whether one end is a term that is not in the graph, and the other one that the zero length can bind."""
        ends = (subject, object)
        constants = [end.text for end in ends if end.kind == "constant"]
        return all(end.kind != "other" for end in ends) and any(
            self._in_graph or not self._is_node(c) for c in constants
        )

    def _is_node(self, term: str) -> bool:
        anywhere = f"{{ {{ ?x ?y {term} }} UNION {{ ?node ?y ?x VALUES ?node {{ {term} }} }} BIND(1 AS ?one) }} LIMIT 1"
        return bool(self._answer("SELECT ?one", anywhere))

    def _term(self) -> _Term:
        token = self._tokens[self._at]
        if token.kind == "variable":
            return _Term(self._next(), "variable")
        if token.text in {"(", "["}:
            return _Term(self._expression(), "other")
        if token.kind == "prefixed" and token.text.startswith("_:"):
            return _Term(self._next(), "other")
        text = self._next()
        if token.text in _SIGNS or (token.kind == "string" and self._tokens[self._at].kind == "language"):
            text += self._next()
        elif token.kind == "string" and self._word() == "^":
            text += self._next() + self._next() + self._next()
        return _Term(text, "constant")

    def _verb(self) -> tuple[str, bool]:
        """A variable or a path, and whether it is one step that may have no length."""
        if self._tokens[self._at].kind == "variable":
            return self._next(), False
        parts, steps = [], 1
        while True:
            while self._word() in {"^", "!"}:
                parts.append(self._next())
            parts.append(self._expression())
            if self._word() in {"*", "?", "+"}:
                parts.append(self._next())
            if self._word() not in {"/", "|"}:
                return "".join(parts), steps == 1 and parts[-1].strip() in {"*", "?"}
            parts.append(self._next())
            steps += 1

    def _answer(self, form: str, pattern: str) -> Sequence[str]:
        """What a pattern finds in the data set of the query."""
        place = next((n for n, token in enumerate(self._tokens) if token.text.upper() in QUERY_FORMS), None)
        if place is None:
            raise _LeftError
        dataset = []
        for n, token in enumerate(self._tokens):
            if token.kind == "word" and token.text.upper() == "FROM":
                named = self._tokens[n + 1].text.upper() == "NAMED"
                dataset.append(self._query[token.start : self._position(n + 2 + named)])
        return self._ask(" ".join([self._query[: self._tokens[place].start], form, *dataset, pattern]))

    def _word(self) -> str:
        """The terminal that comes next, in upper case. Raises _LeftError at the end."""
        if self._at == len(self._tokens):
            raise _LeftError
        return self._tokens[self._at].text.upper()

    def _next(self) -> str:
        """The terminal that comes next, with what stands before it; it is passed. Raises _LeftError at the end."""
        self._word()
        self._at += 1
        return self._query[self._position(self._at - 1) : self._position(self._at)]

    def _position(self, place: int) -> int:
        """Where the terminal before a place ends."""
        return self._tokens[place - 1].start + len(self._tokens[place - 1].text) if place else 0


def _with_zero_length(triple: str, subject: _Term, object: _Term) -> str:
    """A triple as the union of its matches between two terms and of the match of length zero."""
    if subject.kind == object.kind:
        zero = f"FILTER(sameTerm({subject.text}, {object.text}))"
    elif subject.kind == "constant":
        zero = f"BIND({subject.text} AS {object.text})"
    else:
        zero = f"BIND({object.text} AS {subject.text})"
    return f" {{ {triple} FILTER(!sameTerm({subject.text}, {object.text})) }} UNION {{ {zero} }}"


def _with_own_nodes(group: str, number: int) -> str:
    """A group whose blank nodes have names that no other group of the query has."""
    parts, end = [], 0
    for token in tokens(group):
        if token.text.startswith("_:"):
            after = token.start + len(token.text)
            parts += [group[end:after], f"_{number}"]
            end = after
    return "".join([*parts, group[end:]])


def _union(groups: Sequence[str]) -> str:
    """The union of groups as a balanced tree, so that reading it needs no deep stack."""
    if len(groups) < 2:
        return groups[0] if groups else "{ FILTER(false) }"
    half = len(groups) // 2
    return f"{{ {_union(groups[:half])} }} UNION {{ {_union(groups[half:])} }}"
