# Every target sets up what it needs by itself; the first time that takes minutes, later none.
# Paths are relative on purpose: a checkout may lie in a directory with a space in its name.

.DEFAULT_GOAL := help
.PHONY: help demo test check format bench dev up worker setup packages clean

PYTHON := .venv/bin/python
ARGS :=

# Byte code is kept, whatever the machine says: compiling everything anew costs each process seconds.
export PYTHONDONTWRITEBYTECODE :=

help: ## List what make can do (this list)
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

demo: setup ## Show leads living through the six stages, on a real Temporal server (ARGS=--crash kills the worker)
	@$(PYTHON) -m cli.main demo $(ARGS)

test: setup ## Run all tests, on all processors (ARGS="-k name" for some)
	@$(PYTHON) -m pytest -n auto --dist worksteal $(ARGS)

check: packages ## Check format, lint, types and the direction of imports
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m mypy
	@.venv/bin/lint-imports --no-logo

format: packages ## Format the code and mend what lint can mend
	@$(PYTHON) -m ruff check --fix .
	@$(PYTHON) -m ruff format .

bench: setup ## Measure against bare baselines, in minutes (ARGS=--full takes an hour, ARGS="--only starts" one part)
	@$(PYTHON) -m bench $(ARGS)

dev: setup ## Run Temporal, worker and api here, with data kept in .followup
	@$(PYTHON) -m cli.main dev $(ARGS)

up: ## The same in containers, on PostgreSQL (docker compose; needs POSTGRES_PASSWORD in .env)
	@docker compose version >/dev/null 2>&1 || { echo "docker compose is not installed; \`make dev\` needs none" >&2; exit 1; }
	@docker compose up --build $(ARGS)

worker: packages ## Run a worker against TEMPORAL_ADDRESS and FOLLOWUP_DATABASE_URL
	@$(PYTHON) worker.py $(ARGS)

setup: packages ## Install everything that is missing: packages and the Temporal server
	@$(PYTHON) -m cli.temporal_server >/dev/null

packages:
	@tools/packages.sh

clean: ## Remove what set-up, tests and tools made here (the data of `make dev` in .followup stays)
	rm -rf .venv .cache .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
