"""How near the answers of the named queries on a graph of extracted records come to those on one of annotated records.

    python benchmarks/answers.py ../shared/gold/dev.jsonl --corpus ../shared/corpus/dev.jsonl [--records FILE]

Both graphs hold the same papers. ``--records`` gives the extracted records (JSON Lines); without it they are extracted
here, by weights that may have learned from these very annotations. An answer is a row
less what no two readers share to the letter: evidence, scores, counts of papers. A query with a parameter is asked for
the ten names of its kind that most annotated papers give, head-to-head for the ten pairs that most results set side by
side. F1 is over the rows of all these together. Beside it stands the same with names linked by equal spelling alone.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from pyoxigraph import Store
from rich.console import Console
from rich.table import Table

import kg.read
from kg.catalog import Catalog, known
from kg.extract import extract
from kg.graph import quads
from kg.graph.vocabulary import SPARQL_PREFIXES, term
from kg.link import Linker
from kg.query import NamedQuery, answer, named_queries, rows
from kg.query import Table as Answer
from kg.read.records import read_records
from kg.records import MIN_SCORE, Extraction, KgError

NOT_COMPARED = frozenset(
    {"evidence", "confidence", "surest", "papers", "results", "together", "times", "score", "count"}
)
ASKED = 10
_NAMES = """SELECT ?name ?type (COUNT(DISTINCT ?paper) AS ?n) { ?paper kg:mentions ?x . ?x a ?type ;
  skos:prefLabel ?name } GROUP BY ?name ?type ORDER BY DESC(?n) ?name"""
_TITLES = "SELECT ?name { ?p a kg:Paper ; dcterms:title ?name } ORDER BY ?name"
_PAIRS = """SELECT ?one ?other (COUNT(?r) AS ?n) {
  ?r kg:subject/skos:prefLabel ?one ; kg:baseline/skos:prefLabel ?other
} GROUP BY ?one ?other ORDER BY DESC(?n) ?one ?other"""
_FIELDS = """SELECT ?name (COUNT(DISTINCT ?paper) AS ?n) { ?paper kg:task/skos:broader+/skos:prefLabel ?name }
GROUP BY ?name ORDER BY DESC(?n) ?name"""
_SUITES = """SELECT ?name (COUNT(DISTINCT ?paper) AS ?n) { ?paper kg:evaluatedOn/kg:partOf+/skos:prefLabel ?name }
GROUP BY ?name ORDER BY DESC(?n) ?name"""


def graph(records: Iterable[Extraction], catalog: Catalog) -> Store:
    """The graph of some records in memory."""
    kept = list(records)
    store = Store()
    store.bulk_extend(quads(lambda: kept, Linker(catalog)))
    return store


def asked(query: NamedQuery, store: Store) -> Iterator[dict[str, str]]:
    """The values to ask a query for, from the annotated graph."""
    kinds = {parameter.name: parameter.kind for parameter in query.parameters if parameter.default is None}
    named = {name: kind for name, kind in kinds.items() if kind not in {"integer", "decimal", "string"}}
    numbers = {name: "8" for name, kind in kinds.items() if kind in {"integer", "decimal"}}
    if not named:
        yield numbers
    elif set(named) == {"one", "other"}:
        for row in rows(store, f"{SPARQL_PREFIXES}{_PAIRS} LIMIT {ASKED}"):
            yield {"one": row["one"].value, "other": row["other"].value}
    else:
        ((name, kind),) = named.items()
        for value in _values(store, name, kind):
            yield {name: value, **numbers}


def _values(store: Store, name: str, kind: str) -> list[str]:
    text = {"Paper": _TITLES, "field": _FIELDS, "suite": _SUITES}.get(kind if kind == "Paper" else name, _NAMES)
    of_kind = {} if text is not _NAMES or kind == "Entity" else {"type": term(kind)}
    names = [row["name"].value for row in rows(store, f"{SPARQL_PREFIXES}{text}", **of_kind)]
    return list(dict.fromkeys(names))[:ASKED]  # a thing of two classes is asked for once


def answers(query: NamedQuery, store: Store, values: Mapping[str, str]) -> Counter[tuple[str, ...]]:
    """The rows of an answer, less what is not compared; none for a name that the graph lacks."""
    try:
        table = answer(store, query, values, "table")
    except KgError:
        return Counter()
    assert isinstance(table, Answer)
    columns = [place for place, column in enumerate(table.columns) if column not in NOT_COMPARED]
    return Counter({(*values.values(), *(row[place] for place in columns)) for row in table.rows})


def main() -> None:
    """Prints a line a query and the mean."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path, help="annotated records, JSON Lines")
    parser.add_argument("--corpus", type=Path, required=True, help="their papers, JSON Lines")
    parser.add_argument("--records", type=Path, help="extracted records of the same papers, JSON Lines")
    arguments = parser.parse_args()
    annotated = list(read_records(arguments.gold, kg.read.open(arguments.corpus)))
    truth = graph(annotated, known())
    papers = [record.paper for record in annotated if record.paper]
    records = read_records(arguments.records, papers) if arguments.records else extract(papers)
    found = [record.above(MIN_SCORE) for record in records]
    linked, unlinked = graph(found, known()), graph(found, Catalog.of([]))
    table = Table("query", "asked", "annotated", "extracted", "F1", "F1, equal spelling", title="answers")
    scores: list[list[float]] = []
    for query in named_queries():
        asking = list(asked(query, truth))
        right = [answers(query, truth, values) for values in asking]
        annotated_rows = sum(rows.total() for rows in right)
        given = [[answers(query, store, values) for values in asking] for store in (linked, unlinked)]
        counts = [sum(rows.total() for rows in each) for each in given]
        shared = [sum((a & b).total() for a, b in zip(each, right, strict=True)) for each in given]
        told = [str(len(asking)), str(annotated_rows), str(counts[0])]
        if annotated_rows:
            pair = [2 * same / (count + annotated_rows) for same, count in zip(shared, counts, strict=True)]
            scores.append(pair)
            told += [f"{score:.3f}" for score in pair]
        table.add_row(query.name, *told)
    means = [sum(score[place] for score in scores) / len(scores) for place in (0, 1)]
    table.add_row(f"mean of {len(scores)}", "", "", "", *(f"{mean:.3f}" for mean in means))
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
