"""Queries that the engine by itself reads otherwise than SPARQL 1.1 says."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, QueryBoolean, Store

from kg.query import named_queries
from kg.serve.engine import evaluate
from kg.serve.standard import as_the_standard_says

PREFIX = "PREFIX : <http://x.example/> "


def iri(name: str) -> NamedNode:
    return NamedNode(f"http://x.example/{name}")


@pytest.fixture(scope="module")
def graphs() -> Store:
    """Graph g has a → b, graph h has a → c → d; e stands in neither."""
    store = Store()
    for subject, object, graph in (("a", "b", "g"), ("a", "c", "h"), ("c", "d", "h")):
        store.add(Quad(iri(subject), iri("p"), iri(object), iri(graph)))
    return store


def rows(store: Store, query: str) -> list[str]:
    """The solutions of a query as words in order: local names, values, nothing for what is not bound."""
    found = evaluate(store, PREFIX + query, use_default_graph_as_union=True)
    assert not isinstance(found, QueryBoolean)

    def word(term: object) -> str:
        value = term.value if isinstance(term, NamedNode | Literal) else ""
        return value.rpartition("/")[2]

    return sorted(" ".join(word(term) for term in solution) for solution in found)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT ?o { :e :p* ?o }", ["e"]),
        ("SELECT ?o { :e :p? ?o }", ["e"]),
        ("SELECT ?s { ?s (^:p)* 'e'@en }", ["e"]),
        ("SELECT ?o { :a :p* ?o }", ["a", "b", "c", "d"]),
        ("SELECT ?o { GRAPH :g { :c :p* ?o } }", ["c"]),
        ("SELECT ?g ?o { GRAPH ?g { :c :p* ?o } }", ["g c", "h c", "h d"]),
        ("SELECT ?o { { ?o :p :b } { :e :p* ?x ; :p? ?y } }", ["a"]),
        ("SELECT ?x ?y { :e :p* ?x , ?y ; (:p|:q)? ?x . _:b :p :b . # and a comment }\n _:b :p :c }", ["e e"]),
        ("SELECT ?x { :a :p ?x FILTER EXISTS { :e :p* :e } FILTER NOT EXISTS { :e :p* :a } }", ["b", "c"]),
        ("SELECT ?x { VALUES ?x { :e :a } ?x :p? ?x }", ["a"]),
    ],
)
def test_a_path_of_length_zero_leads_from_a_term_to_itself(graphs: Store, query: str, expected: list[str]) -> None:
    assert rows(graphs, query) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT ?g ?n { GRAPH ?g { SELECT (COUNT(*) AS ?n) { ?s :p ?o FILTER(?o != :b) } } }", ["g 0", "h 2"]),
        ("SELECT ?g ?x { GRAPH ?g { VALUES (?g ?x) { (UNDEF 1) (:g 2) } } }", ["g 1", "g 2", "h 1"]),
        ("SELECT ?o { GRAPH ?g { :a :p ?o MINUS { ?x :p :b } } }", ["b", "c"]),
        ("SELECT ?o { GRAPH ?g { _:x :p ?o MINUS { :c :p ?o } } }", ["b", "c"]),
        ("SELECT ?g ?n FROM NAMED :h { GRAPH ?g { SELECT (COUNT(*) AS ?n) { ?s ?p ?o } } }", ["h 2"]),
        ("SELECT ?g FROM :g { GRAPH ?g { VALUES ?x { 1 } } }", []),
    ],
)
def test_a_pattern_in_a_graph_is_evaluated_graph_by_graph(graphs: Store, query: str, expected: list[str]) -> None:
    assert rows(graphs, query) == expected


def test_strings_put_together_have_no_language(graphs: Store) -> None:
    joined = "GROUP_CONCAT(?x; SEPARATOR=')')"
    query = f"SELECT ({joined} AS ?y) (LANG({joined}) AS ?z) {{ VALUES ?x {{ 'a'@en 'b'@en }} }}"
    assert rows(graphs, query) == ["a)b "]


@pytest.mark.parametrize("query", ["ASK { :e :p* ?o ?a ?b }", "ASK { :e :p* ?o", "ASK { ?s :p* }", "ASK { :e :p* * }"])
def test_what_is_no_query_stays_none(graphs: Store, query: str) -> None:
    with pytest.raises(SyntaxError):
        evaluate(graphs, PREFIX + query)


WORDS = [
    *(
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        ".",
        ";",
        ",",
        "*",
        "?",
        "|",
        "/",
        "^",
        "-",
        "?x",
        ":e",
        "'a'",
        "@en",
        "5",
        "_:b",
        "a",
    ),
    *("GRAPH ?g {", "SELECT", "SELECT * {", "VALUES", "MINUS {", "GROUP_CONCAT", "FILTER", "BIND", "FROM", ":e :p* ?x"),
]


@given(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join), st.sampled_from(["ASK {", "", "SELECT * {"]))
def test_whatever_the_text_it_is_answered_or_no_query(text: str, beginning: str) -> None:
    with suppress(SyntaxError):
        evaluate(Store(), f"{PREFIX}{beginning} {text}")


def test_a_query_that_would_grow_too_long_stays_as_it_is() -> None:
    query = "SELECT * { GRAPH ?g { ?s ?p ?o MINUS { ?s ?p 1 } } }"
    assert as_the_standard_says(query, lambda _: [f"<http://x.example/{n}>" for n in range(100_000)]) == query


def test_paths_from_terms_of_the_graph_stay_as_they_are() -> None:
    for query in named_queries():
        if "GROUP_CONCAT" not in query.text:
            assert as_the_standard_says(query.text, lambda _: ["1"]) == query.text
