# Every check CI runs is one target here. `make run` and `make test` need nothing but Python 3.11+ and make.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
OUT ?= outputs/sample
STAMP := $(VENV)/.installed

.PHONY: run test lint types layers gate check repro bench bench-scale bench-tables bench-parse bench-nlp bench-run bench-fetch bench-review bench-kill fuzz clean help

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

run: $(STAMP) ## the main job on the embedded sample: tables, evidence and report in outputs/sample
	$(BIN)/mitotransfer run corpus/sample/articles --out $(OUT) --figures
	@echo "tables, evidence, report.html and figures are in $(OUT)"

test: $(STAMP) ## the whole test suite
	$(BIN)/python -m pytest

lint: $(STAMP) ## style and common mistakes
	$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(STAMP) ## static types
	$(BIN)/mypy

layers: $(STAMP) ## who may import whom
	$(BIN)/lint-imports

gate: $(STAMP) ## quality on the embedded sample against its floors
	$(BIN)/mitotransfer run corpus/sample/articles --out $(OUT) \
	  && $(BIN)/mitotransfer evaluate $(OUT) corpus/sample/gold --corpus corpus/sample

check: lint types layers test gate ## all of the above

repro: $(STAMP) ## the DVC pipeline
	PATH="$(abspath $(BIN)):$$PATH" $(BIN)/dvc repro

bench: $(STAMP) ## floors, ours and other programs side by side, into README's table; JATS=directory, PEERS=1 installs the others
	$(BIN)/python -W ignore tools/bench.py $(or $(JATS),corpus/sample/articles) --readme README.md $(if $(PEERS),--install) $(ARGS)

bench-scale: $(STAMP) ## cost per article and memory at 100 and 1,000 articles; JATS=directory, ARGS="--articles 10000"
	$(BIN)/python tools/bench_scale.py $(JATS) $(ARGS)

bench-tables: $(STAMP) ## memory and cost of the tabulate and report stages at 1,000, 10,000 and 50,000 articles
	$(BIN)/python -W ignore tools/bench_tables.py $(ARGS)

bench-parse: $(STAMP) ## cost of parsing next to bare lxml; JATS=directory of JATS files
	$(BIN)/python tools/bench_parse.py $(or $(JATS),corpus/sample/articles)

bench-nlp: $(STAMP) ## words a second of the language model and its parts; JATS=directory of JATS files
	$(BIN)/python -W ignore tools/bench_nlp.py $(or $(JATS),corpus/sample/articles)

bench-run: $(STAMP) ## CPU time of an article, relevant and not, part by part; JATS=directory of JATS files
	$(BIN)/python -W ignore tools/bench_run.py $(or $(JATS),corpus/sample/articles)

bench-fetch: $(STAMP) ## 1,000 articles from fake services with every kind of fault; ARGS="--kill 20" for kills and resumes
	$(BIN)/python tools/bench_fetch.py $(ARGS)

bench-review: $(STAMP) ## the review page with 20,000 rows and 100,000 lines of evidence
	$(BIN)/python tools/bench_review.py

bench-kill: $(STAMP) ## runs and workers killed at random moments, and resumed: the same tables
	$(BIN)/python tools/kill_runs.py $(or $(JATS),corpus/sample/articles) $(ARGS)

fuzz: $(STAMP) ## odd inputs for a reader: TARGET=jats, bioc, tables, ids or decisions; MINUTES of CPU time
	$(BIN)/python -W ignore tools/fuzz.py $(or $(TARGET),jats) --minutes $(or $(MINUTES),5) $(ARGS)

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,dvc]'
	@touch $@

clean: ## remove what was built
	rm -rf $(VENV) build/fuzz outputs/sample .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
