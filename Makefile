# `make` alone lists the commands. Nothing here writes outside this folder, but for uv's cache.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

# No tool reports to its maker, colours a log or looks for a Python to download.
export DO_NOT_TRACK := 1
export DBT_SEND_ANONYMOUS_USAGE_STATS := 0
export GX_ANALYTICS_ENABLED := false
export UV_PYTHON_DOWNLOADS := never
# The environments stand where .gitignore expects them, whatever the caller's shell has set.
export UV_PROJECT_ENVIRONMENT := .venv
unexport VIRTUAL_ENV

# Where Python is told to keep no compiled code, each process would compile dbt and pandas anew: six seconds of it.
COMPILED := $(if $(PYTHONDONTWRITEBYTECODE),--compile-bytecode)

BIN := .venv/bin
DBT := $(BIN)/dbt
BOUNCER := tools/dbt-bouncer/.venv/bin/dbt-bouncer
SQL := $(wildcard models analyses tests/singular)
CHECKS := check-format check-ruff check-types check-yaml check-sql check-house check-dbt check-bouncer

.PHONY: help setup demo postgres bench large spark-setup spark test check format golden clean $(CHECKS)

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Install everything into this folder (needs Python 3.11 or later)
	@uv=$$(tools/find_uv) && "$$uv" sync --locked --quiet $(COMPILED)

demo: setup ## Land the bundled waves, build the marts, say where the results are
	@$(BIN)/werkpeil demo

postgres: setup ## Publish the last build to PostgreSQL, by the standard PG* variables (docs/how-to/postgres.md)
	@$(BIN)/werkpeil publish --to postgres

# What may be told to `bench`; see benchmarks/README.md.
BENCH := $(foreach name,RESPONDENTS SIZES RUNS TIMEOUT TASKS ONLY FOLDER PAGE,$(if $($(name)),--$(shell echo $(name) | tr A-Z a-z) "$($(name))"))

bench: setup ## Compare with other tools, RESPONDENTS=50000 of them (benchmarks/README.md)
	@$(BIN)/python -m benchmarks $(BENCH) $(if $(RESUME),--resume)

large: setup ## Land, build and publish RESPONDENTS=10000000 with MEMORY=1GB of them (docs/how-to/large-waves.md)
	@$(BIN)/python -m benchmarks.large $(foreach name,RESPONDENTS MEMORY FOLDER,$(if $($(name)),--$(shell echo $(name) | tr A-Z a-z) "$($(name))"))

# An environment of its own, for Spark's wheel is 500 MB; it is locked with all else.
spark-setup: ## Install Spark beside this project, in tools/spark/.venv
	@uv=$$(tools/find_uv) && UV_PROJECT_ENVIRONMENT=tools/spark/.venv "$$uv" sync --locked --quiet --extra spark $(COMPILED)

spark: spark-setup ## Build on Spark on loopback, ON=cluster or local, and on DuckDB; compare (KILL=1: lose a worker)
	@tools/spark/.venv/bin/python tools/build_on_spark.py $(if $(RESPONDENTS),--respondents $(RESPONDENTS)) $(if $(ON),--on $(ON)) $(if $(KILL),--kill)

test: setup ## Run the checks, then all tests; both run, either can fail it
	@status=0; \
	$(MAKE) check || status=1; \
	echo "== pytest"; \
	$(BIN)/pytest -n auto --maxprocesses 4 --dist loadfile || status=1; \
	exit $$status

check: setup ## Check code, SQL and YAML, all steps; `make check-sql` and so on run one
	@$(MAKE) --keep-going $(CHECKS) \
		|| { echo "make check: failed; the lines marked *** above name the steps"; exit 1; }
	@echo "make check: all steps passed"

check-format: # Python is formatted (ruff)
	@echo "== ruff format"
	@$(BIN)/ruff format --check --diff --quiet .

check-ruff: # Python is clean (ruff)
	@echo "== ruff check"
	@$(BIN)/ruff check --quiet .

check-types: # Types hold (mypy, strict)
	@echo "== mypy"
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/mypy --no-error-summary tools/house_rules.py tools/read_release.py
	@$(BIN)/mypy --no-error-summary $(filter-out benchmarks/prepare.py,$(wildcard benchmarks/*.py))

check-yaml: # YAML is clean (yamllint)
	@echo "== yamllint"
	@$(BIN)/yamllint --strict .

check-sql: # SQL has the house style (sqlfluff, without a database)
	@echo "== sqlfluff"
	@$(BIN)/sqlfluff lint --nocolor --disable-progress-bar $(SQL)

check-house: # The rules of this house hold that no linter knows
	@echo "== house rules"
	@$(BIN)/python tools/house_rules.py

check-dbt: # The dbt project parses
	@echo "== dbt parse"
	@$(DBT) --quiet parse

check-bouncer: check-dbt # Models have names, descriptions, contracts and tests (dbt-bouncer)
	@echo "== dbt-bouncer"
	@uv=$$(tools/find_uv) && "$$uv" sync --locked --quiet --project tools/dbt-bouncer
	@COLUMNS=160 NO_COLOR=1 $(BOUNCER) run --show-all-failures

format: setup ## Format Python and SQL
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/sqlfluff fix --nocolor --disable-progress-bar --quiet $(SQL)

golden: setup ## Write the golden copies of the FEVS marts anew; review their diff like code
	@$(BIN)/python tools/write_golden.py

clean: ## Remove what the tools made; landed data and releases (data/) stay
	@rm -rf target logs .mypy_cache .ruff_cache .hypothesis .pytest_cache data/target
	@find . -name __pycache__ -not -path '*/.venv/*' -prune -exec rm -rf {} +
