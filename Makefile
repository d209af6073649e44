# `make` lists the commands.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := demo-out

.DEFAULT_GOAL := help
.PHONY: help demo test lint types format train bench build clean

help:  ## list the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

# The environment is made anew when what it is made from changes.
$(VENV)/installed: setup.cfg setup.py pyproject.toml $(shell find servicegap models -type f -not -name '*.pyc' -not -name '*.so' 2>/dev/null)
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check '.[test]'
	@touch $@

demo: $(VENV)/installed  ## make the environment, score the sample archive, write the results and a report
	@mkdir -p $(DEMO)
	$(BIN)/servicegap score corpora/samples -o $(DEMO)/results.jsonl --with-text --force
	$(BIN)/servicegap report $(DEMO)/results.jsonl -o $(DEMO)/report.html --force
	@echo "Results: $(DEMO)/results.jsonl"
	@echo "Report:  $(DEMO)/report.html (open it in a browser)"

# Safe path: neither pytest nor a process that a test starts may take the package from the checkout.
test: export PYTHONSAFEPATH := 1
test: $(VENV)/installed  ## run the tests against the installed package
	$(BIN)/python -m pytest -q -p no:cacheprovider tests
	$(BIN)/python -m pytest -q -p no:cacheprovider --nbmake notebooks

dev: $(VENV)/installed  ## add the tools of a developer to the environment
	$(BIN)/python -m pip install --quiet --disable-pip-version-check '.[dev]'

lint: dev  ## ruff, and mypy --strict
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy

format: dev  ## put the code in form
	$(BIN)/ruff format . && $(BIN)/ruff check --fix .

train: $(VENV)/installed  ## build the default model from the corpora
	$(BIN)/servicegap train --force

bench: $(VENV)/installed  ## speed beside scikit-learn and fastText, in one run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check '.[bench]'
	$(BIN)/python benchmarks/speed.py

build: $(VENV)/installed  ## wheel and sdist
	$(BIN)/python -m pip install --quiet --disable-pip-version-check build
	$(BIN)/python -m build

clean:  ## remove what the commands made
	rm -rf $(VENV) $(DEMO) build dist *.egg-info
