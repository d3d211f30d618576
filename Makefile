# The whole developer interface. Every target sets up what it needs in .venv:
# a machine needs Python 3.11 or newer (with venv), Node and make, and nothing else.

SHELL         := /bin/bash
.SHELLFLAGS   := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS     += --no-builtin-rules

# A list of Node major versions for which jsii keeps its end-of-life banner to itself.
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20

# The first Python that is new enough. Another one: make PY=/path/to/python setup
PY     ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
          $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN    := .venv/bin
UV     := UV_SYSTEM_CERTS=1 $(BIN)/uv
LOCK    = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
          --no-emit-index-url --no-header --no-annotate
READY  := .venv/.ready
PYTEST := $(BIN)/python -m pytest --quiet
ALL    := $(PYTEST) -m 'not slow' --numprocesses auto --dist loadfile
# Conductor's JavaScript SDK, which the parity tests run with Node.
JS     := tests/parity/javascript
NODE   := $(JS)/node_modules/.ready

$(BIN)/uv:
	@test -n "$(PY)" || { echo 'Podium needs Python 3.11 or newer; name one with PY=...' >&2; exit 1; }
	$(PY) -m venv .venv
	$(BIN)/python -m pip install --quiet uv==0.13.9

$(READY): pyproject.toml requirements/dev.lock | $(BIN)/uv
	$(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements/dev.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(NODE): $(JS)/package.json $(JS)/package-lock.json $(JS)/.npmrc
	cd $(JS) && npm ci --silent
	@touch $@

.PHONY: help
help: ## Show the targets
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / { printf "  %-13s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: setup
setup: $(READY) $(NODE) ## Make .venv with every locked dependency and Podium itself, editable

.PHONY: lock
lock: | $(BIN)/uv ## Resolve pyproject.toml into requirements/*.lock (UPGRADE=1 takes newer versions)
	$(LOCK) $(if $(UPGRADE),--upgrade) --all-extras --group dev --group infra -o requirements/dev.lock pyproject.toml
	$(LOCK) --extra engine -c requirements/dev.lock -o requirements/layer.lock pyproject.toml

.PHONY: check
check: $(READY) ## Format, lint, types, import rules, spelling, OpenAPI, documentation
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/codespell
	$(BIN)/python -m functions.api.openapi --check
	$(PYTEST) -p no:randomly tests/unit/test_docs.py

.PHONY: fix
fix: $(READY) ## Format the code and apply the linter's safe fixes
	$(BIN)/ruff check --quiet --fix .
	$(BIN)/ruff format --quiet .

.PHONY: openapi
openapi: $(READY) ## Make the OpenAPI document and the route tables of docs/api.md from the route table
	$(BIN)/python -m functions.api.openapi
	$(BIN)/python -m tests.support.api_document

# Coverage more than doubles the time of what it traces, so it watches the unit tests alone.
.PHONY: test
test: $(READY) $(NODE) ## Every test but the slow ones; the unit tests cover at least 95 % of the domain's branches
	$(ALL) --cov --cov-report= tests/unit
	$(BIN)/coverage report --include='*/podium/domain/*' --fail-under=95
	$(ALL) --ignore=tests/unit tests

.PHONY: mutants
mutants: $(READY) ## Put faults into the product, one at a time: the simulation has to find each (ARGS=--jobs 2)
	$(BIN)/python -m tests.mutants $(ARGS)

.PHONY: parity
parity: $(READY) $(NODE) ## The peer's behaviour and its official client, against a local Podium
	$(PYTEST) tests/parity
	$(BIN)/python -m tests.parity.harness.cli coverage

.PHONY: parity-record
parity-record: $(READY) ## Record golden files with the genuine server (NAME=scenario: one); needs a JDK 21
	$(BIN)/python -m tests.parity.harness.cli record $(NAME) $(ARGS)

.PHONY: up
up: $(READY) ## Run Podium on this machine until Ctrl-C
	$(BIN)/podium up $(ARGS)

.PHONY: demo
demo: $(READY) ## 25 orders through a shop's workflow, with workers of both kinds
	$(BIN)/python -m podium_local.demo $(ARGS)

.PHONY: bench
bench: $(READY) ## What SIMPLE tasks cost, as JSON; a soak with --scenario soak
	$(BIN)/python -m podium_local.bench $(ARGS)

.PHONY: synth
synth: $(READY) ## CloudFormation of the whole installation, into cdk.out
	$(BIN)/python -m infra.app $(ARGS)

.PHONY: clean
clean: ## Remove what make made
	rm -rf .venv $(JS)/node_modules cdk.out .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
