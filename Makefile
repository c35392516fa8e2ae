# `make run` sets up and runs the main job, `make test` sets up and runs every check. Nothing has to be installed before
# but Python 3.11 or newer, git and make.
PYTHON ?= python3
# The repository to look at: a path or URL. Each one keeps its configuration and data apart from the others'.
REPO ?= .
PORT ?= 8501

export REPO CONFIG

BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: run serve test lint format coverage docs benchmarks clean browser

run: .venv/ready
	@. scripts/workspace.sh; folder=$$(dirname "$$CONFIG"); mkdir -p "$$folder"; \
	[ -f "$$CONFIG" ] || $(BIN)/leadline --quiet init --output "$$CONFIG" "$$REPO" || { rmdir "$$folder"; exit 2; }; \
	$(BIN)/leadline --config "$$CONFIG" run && \
	echo "Next: make serve$$AGAIN opens the dashboards; $(BIN)/leadline --config $$CONFIG --help lists every command" >&2

serve: .venv/ready
	@. scripts/workspace.sh; \
	[ -f "$$CONFIG" ] || { echo "Nothing is collected of this repository yet: make run$$AGAIN comes first" >&2; exit 2; }; \
	$(BIN)/leadline --config "$$CONFIG" serve --port $(PORT)

test: .venv/ready-dev lint browser
	$(BIN)/pytest --numprocesses auto --dist worksteal

lint: .venv/ready-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/deptry .

format: .venv/ready-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

coverage: .venv/ready-dev browser
	$(BIN)/pytest --numprocesses auto --cov --cov-report term-missing:skip-covered

docs: .venv/ready
	$(BIN)/python -m leadline.reference docs/reference

# Figures for docs/benchmarks.md: make benchmarks REPO=<a clone with at least 30,000 commits>
benchmarks: .venv/ready-dev
	$(PIP) --editable '.[bench]'
	$(BIN)/python -m benchmarks.git_collect "$$REPO"
	$(BIN)/python -m benchmarks.github_collect --peers build/peers
	$(BIN)/python -m benchmarks.compute
	$(BIN)/python -m benchmarks.identity "$$REPO"

clean:
	rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

# Set-up: the exact versions of constraints.txt, again only when the lists of dependencies change.
.venv/ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "leadline needs Python 3.11 or newer; name one with make PYTHON=…")'
	@echo "Setting up leadline in .venv, once; this takes about a minute" >&2
	@$(PYTHON) -m venv .venv
	@$(PIP) --editable .
	@touch $@

.venv/ready-dev: .venv/ready
	@$(PIP) --editable '.[dev]'
	@touch $@

# The pages are tested in the system's Chromium; where it cannot be installed, those tests are skipped and say so.
browser:
	@command -v chromium >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; } || \
	  echo "No chromium here: the browser tests will be skipped" >&2
