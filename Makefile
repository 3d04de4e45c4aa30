# The commands of the house. `make run` and `make test` need nothing but Python 3.11 or newer and, the first time, a network.
# Everything they fetch stays in .venv; delete that folder to start afresh. Only `make test` may add a Debian package: Chromium.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := check
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
DATA ?= $(CURDIR)/data
CHROMIUM ?= /usr/bin/chromium
PYTEST := $(BIN)/pytest

# Caches of the tools that would otherwise write to the home folder.
export PIP_CACHE_DIR := $(CURDIR)/$(VENV)/cache/pip
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export npm_config_cache := $(CURDIR)/$(VENV)/cache/npm
export npm_config_update_notifier := false
export IPYTHONDIR := $(CURDIR)/$(VENV)/cache/ipython
export JUPYTER_CONFIG_DIR := $(CURDIR)/$(VENV)/cache/jupyter/config
export JUPYTER_DATA_DIR := $(CURDIR)/$(VENV)/cache/jupyter/data
export JUPYTER_RUNTIME_DIR := $(CURDIR)/$(VENV)/cache/jupyter/runtime
export CHROMIUM

.PHONY: install run test check lint screenshots lock chromium

install:  ## .venv with all that is locked; a second run finds it done and needs no network
	@.ci/install

run: install  ## the demo: sample company, a month of past chats, simulated customers and agents
	$(BIN)/switchboard serve --sample-data --demo --data '$(DATA)'

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

check: install lint  ## before each commit: lint, types, quick tests
	$(PYTEST) -q -n 2 -m 'not browser and not slow'

test: install chromium lint  ## everything
	$(PYTEST) -q -n 2 -m 'not browser and not slow'
	$(PYTEST) -q -m 'browser or slow' || { for again in 1 2 3; do \
	  echo "Once more what failed, on its own: a browser on a busy machine may be late"; \
	  if $(PYTEST) -q -m 'browser or slow' --last-failed --last-failed-no-failures none; then exit 0; fi; \
	  done; exit 1; }

screenshots: install chromium  ## the pictures of README.md, from a running demo
	$(BIN)/python docs/take_screenshots.py

lock: install  ## requirements.lock from pyproject.toml, for all systems and Python versions
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv --quiet --cache-dir $(VENV)/cache/uv pip compile --upgrade --universal --python-version 3.11 \
	  --no-emit-index-url --no-emit-find-links --no-annotate --no-header \
	  --extra dev --extra notebooks pyproject.toml -o requirements.lock

chromium:
	@.ci/install_chromium
