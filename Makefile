# Two targets do everything: `make run` sets up and runs the main job, `make test` sets up and runs every check.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
REPO ?= .
CONFIG ?= leadline.toml

.PHONY: run serve test lint format docs clean

# Set-up: the exact versions of constraints.txt, repeated only when the lists of dependencies change.
$(VENV)/.ready: pyproject.toml constraints.txt
	@echo "Setting up leadline in $(VENV) (once) …" >&2
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@
