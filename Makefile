.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
DATA ?= build/demo

help: ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | sort | awk -F'\t' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: $(STAMP) ## the virtual environment with everything in it

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed; call: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Setting up $(VENV) (once; some minutes on a slow line) ..."
	@{ $(BIN)/python -m pip install --disable-pip-version-check --upgrade pip && \
	   $(BIN)/python -m pip install --disable-pip-version-check -e '.[dev]'; } >$(VENV)/setup.log 2>&1 || \
	   { tail -n 30 $(VENV)/setup.log; echo "Setting up failed; the whole log is in $(VENV)/setup.log. Is a package registry reached?"; exit 1; }
	@touch $(STAMP)

run: setup ## the main job on the bundled fleet: crawl, match, judge, CSV
	@$(BIN)/syndication demo --data $(DATA)

serve: setup ## show the result of make run in a browser
	@test -f $(DATA)/syndication.db || $(MAKE) --no-print-directory run
	@$(BIN)/syndication serve --data $(DATA)

test: setup ## all tests
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder
	@echo "Tests passed. Next: make lint (style and types), make run (the main job)."

lint: setup ## style and types
	@$(BIN)/ruff check .
	@$(BIN)/mypy

docs: setup ## the generated documents: commands, schema, families, 判定说明
	@$(BIN)/python -m syndication.reference

pictures: setup run ## the pictures of docs/images; look at them before they are committed
	@$(BIN)/python docs/pictures.py $(DATA)

bench: setup ## speed and memory, as ratios against named rivals
	@$(BIN)/python -m benchmarks

clean: ## removes the virtual environment and what was built
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

.PHONY: help setup run serve test lint docs pictures bench clean
