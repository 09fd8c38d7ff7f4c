.DEFAULT_GOAL := help
.PHONY: help demo test check bench screenshots soak mutants sbom run clean setup setup-test

BIN := .venv/bin
CAMPAIGN := 2022-binh-dang-gioi
FAULTS ?= 7
DEMO := --config config.example.toml rehearse $(CAMPAIGN) --summary --serve $(if $(FAULTS),--faults $(FAULTS))
CONFIG ?= config.toml
N ?= 20000
UNIT_TESTS := -n 3 --dist worksteal -m "not slow"
GATED := domain dispatch
LONG_TESTS := -n 3 --dist loadgroup -m "(slow or hypothesis) and not alone" --hypothesis-profile=thorough
LONE_TESTS := -m alone
CHILDREN ?= 2

# Compiled modules are kept: without them each of the tests' processes compiles all that it imports.
unexport PYTHONDONTWRITEBYTECODE

help: ## Print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: setup ## Rehearse a bad sample month (FAULTS=: a good one), then show site and reviewers' pages until Ctrl-C
	$(BIN)/outreach $(DEMO)

run: setup ## Start the service here with CONFIG=config.toml
	$(BIN)/outreach run --config $(CONFIG)

check: setup-test ## Style, types, rooms and unit tests with coverage: a minute or two
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest $(UNIT_TESTS) $(GATED:%=tests/%)
	$(BIN)/coverage combine --quiet
	$(BIN)/python scripts/branch_gate.py 95 $(GATED:%=outreach/%)
	$(BIN)/python -m pytest $(UNIT_TESTS) $(GATED:%=--ignore=tests/%)

test: setup-test ## Everything: check, then crash, browser, PostgreSQL and other long tests
	scripts/debian.sh
	$(MAKE) --no-print-directory check
	$(BIN)/python -m pytest $(LONG_TESTS)
	$(BIN)/python -m pytest $(LONE_TESTS)

bench: setup-test ## Measure throughput, lateness and idle cost; prints one table
	$(BIN)/python -m benchmarks

screenshots: setup-test ## Take a picture of every reviewers' page of the demo: build/screenshots/pages, the best in docs/pages
	$(BIN)/python -m tests.browser.screenshots

soak: setup-test ## Simulate N=20000 bad months, then fuzz as many inputs and more; hours
	$(BIN)/python -m tests.simulation --soak $(N)
	$(BIN)/python -m tests.fuzz $(N)0

sbom: setup-test ## List all that is installed to run, with versions and hashes: build/outreach.cdx.json (CycloneDX)
	@mkdir -p build
	$(BIN)/cyclonedx-py requirements requirements/run.txt --pyproject pyproject.toml --mc-type application \
		--output-reproducible --validate --output-file build/outreach.cdx.json

mutants: setup-test ## Change domain/, dispatch/ and front matter in every way; which test notices? Long
	rm -rf mutants
	nice $(BIN)/mutmut run --max-children $(CHILDREN)
	$(BIN)/python scripts/mutants.py 85

clean: ## Remove what make made: .venv, caches, coverage, mutants
	rm -rf .venv .setup.lock .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache \
		.pytest_cache .ruff_cache htmlcov build dist mutants
	find outreach tests scripts -name __pycache__ -type d -prune -exec rm -rf {} +

setup:
	@scripts/setup.sh run

setup-test:
	@scripts/setup.sh test
