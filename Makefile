# `make demo` builds and shows the graph of examples/; `make test` runs every check; `make docs` writes the ontology as
# HTML. Each makes .venv when it is missing.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test docs clean
.DELETE_ON_ERROR:

$(VENV)/installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "kg needs Python 3.11 or newer; $(PYTHON) is older: run make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing kg into $(VENV) (once) …" >&2
	@$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/installed-test: $(VENV)/installed
	@echo "Installing the test tools into $(VENV) (once) …" >&2
	@$(BIN)/python -m pip install --quiet --editable '.[test]'
	@touch $@

$(VENV)/installed-docs: $(VENV)/installed
	@echo "Installing the documentation tools into $(VENV) (once) …" >&2
	@$(BIN)/python -m pip install --quiet --editable '.[docs]'
	@touch $@

demo: $(VENV)/installed
	@$(BIN)/kg build examples/papers.txt examples/papers-compact.txt examples/papers.jsonl -g exports/graph
	@echo
	@$(BIN)/kg query largest-runs -g exports/graph
	@$(BIN)/kg export ttl -o exports -g exports/graph
	@$(BIN)/kg view -o exports/graph.html -g exports/graph
	@echo
	@echo "The graph as Turtle: exports/graph.ttl"
	@echo "Its picture:         exports/graph.html   (open it in a browser; it needs no network)"
	@echo
	@echo "Try next:"
	@echo "  . $(BIN)/activate"
	@echo "  kg queries                                   # the questions that have a name"
	@echo "  kg query hardware-papers -p hardware=A100    # one of them"
	@echo "  kg show vLLM                                 # a thing: its facts, each with its sentence"
	@echo "  kg build my-page.txt -g my-graph             # your own saved pages"

test: $(VENV)/installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n 2 --dist loadfile

docs: $(VENV)/installed-docs
	@$(BIN)/python docs/ontology.py docs/ontology.html
	@echo "The ontology, for reading: docs/ontology.html   (open it in a browser; it needs no network)"

clean:
	rm -rf $(VENV) exports/graph docs/ontology.html
