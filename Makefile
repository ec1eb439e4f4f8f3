# Everything a newcomer or a developer does, by name. `make` alone lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Python compiles what it imports by itself: to compile everything that is installed takes as long as installing it.
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq install --no-deps --no-compile
PYTEST := $(BIN)/python -m pytest --numprocesses auto --dist worksteal
TESTS ?= tests
MARKS ?= not long
WITHOUT ?= --ignore tests/fakes
ARGS ?=
# Those whose number ends so: one in five. With MUTANTS= all are tried.
MUTANTS ?= '*[37]'
CORE := commands domain moderation pipeline services
NOT_CORE := $(CORE:%=--ignore tests/unit/%)
OF_CORE := bot/commands/*,bot/domain/*,bot/moderation/*,bot/pipeline/*,bot/services/*
# Much of what runs programs is waiting for them, so there is work for more than one on each core.
export PYTEST_XDIST_AUTO_NUM_WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 4)
# Some machines tell Python not to keep what it compiles: then each process compiles easel, its packages and all tests again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run demo test test-fakes test-long test-all cover cover-all mutants eval check lint format lock clean

help: ## List what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.ready ## Make the virtual environment and install what easel needs

setup-dev: $(VENV)/.ready-dev

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "easel needs Python 3.11 or newer; say which one with: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
	  || { echo "Python cannot make virtual environments here; on Debian and Ubuntu: apt-get install python3-venv"; exit 1; }

$(VENV)/.ready: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Setting up easel in $(VENV); this takes about a minute, once."
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-build-isolation --editable .
	@touch $@

# The second lock file holds all of the first, and uv. Where uv cannot install, pip does, or says why it cannot either.
$(VENV)/.ready-dev: requirements-dev.lock pyproject.toml | $(VENV)/bin/python
	@echo "Setting up easel and the tools for tests in $(VENV); this takes about a minute, once."
	@mkdir -p build && sed -n '/^uv==/,/[^\\]$$/p' requirements-dev.lock >build/uv.lock
	@{ $(PIP) --require-hashes -r build/uv.lock && $(BIN)/python .ci/uv_install.py --no-deps --require-hashes -r requirements-dev.lock; } \
	  || $(PIP) --require-hashes -r requirements-dev.lock
	@$(PIP) --no-build-isolation --editable .
	@touch $@ $(VENV)/.ready

run: setup ## Start easel; the page is at http://127.0.0.1:8420
	@exec $(BIN)/easel run

demo: setup ## Draw one picture through the whole pipeline and say where it is
	@$(BIN)/easel imagine "a lighthouse in a storm at dusk" --shape wide

test: setup-dev ## Run the tests of easel
	@$(PYTEST) $(TESTS) $(WITHOUT) -m "$(MARKS)" $(ARGS)

test-fakes: setup-dev ## Run the tests of the fake platforms
	@$(PYTEST) tests/fakes $(ARGS)

test-long: setup-dev ## Try many orders of events, kill processes and Redis, and ask PostgreSQL every contract
	@$(PYTEST) tests/contract tests/e2e -m long $(ARGS)

test-all: test test-fakes test-long ## Run all of them

cover: setup-dev ## Run the unit tests of the core, and fail where they leave out one of its branches
	@$(PYTEST) $(CORE:%=tests/unit/%) -o asyncio_debug=true --cov --cov-report= $(ARGS)
	@$(BIN)/coverage report --skip-covered --show-missing --include '$(OF_CORE)' --fail-under 100

cover-all: setup-dev ## Run all tests of easel, and measure which branches of bot/ and storage/ they take: twice as slow as make test
	@$(PYTEST) $(TESTS) --ignore tests/fakes -m "not long" --cov --cov-config tests/all.coveragerc --cov-report=term:skip-covered \
	  --cov-fail-under 90 $(ARGS)

# Behind the packages of the tests, so that they stay of the versions that are locked.
MUTMUT = $(BIN)/python -c 'import sys; sys.path.append("$(CURDIR)/build/mutmut"); sys.argv[0] = "mutmut"; \
  from mutmut.__main__ import cli; cli()'

build/mutmut: | $(VENV)/.ready-dev
	@$(BIN)/python -m pip --disable-pip-version-check -qq install --no-compile --target $@ mutmut==3.8.1

mutants: setup-dev build/mutmut ## Put faults into what handles money, claims and refusals, and count which ones tests notice
	@rm -rf mutants
	@$(MUTMUT) run --max-children 1 $(MUTANTS)
	@$(MUTMUT) export-cicd-stats >/dev/null
	@$(BIN)/python -c 'import json; n = json.load(open("mutants/mutmut-cicd-stats.json")); \
	  noticed = n["killed"] + n["timeout"]; tried = noticed + n["survived"] + n["no_tests"] + n["suspicious"]; \
	  print(f"noticed {noticed} of {tried}: {noticed / tried:.0%}")'

eval: setup-dev ## Count what word filter and models catch, miss and wrongly block
	@$(BIN)/python -m tests.evaluation $(ARGS)

lint: setup-dev ## Check style, types, layers, and dependencies
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/deptry .

check: lint ## The same, under the name that pre-commit's hooks go by

format: setup-dev ## Put the code into its usual form
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --quiet --fix .

lock: ## Choose the newest allowed versions and write them down (needs uv)
	@uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --no-annotate --no-header --all-extras --group build pyproject.toml --output-file requirements.lock
	@uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --no-annotate --no-header --all-extras --group build --group dev pyproject.toml --constraints requirements.lock \
	  --output-file requirements-dev.lock

clean: ## Remove the virtual environment and caches; pictures and database stay
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage build mutants
