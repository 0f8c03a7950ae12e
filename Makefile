# `make` alone lists the targets. Each is one short script or command; see scripts/.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

# The demo: where it listens and how many times faster than a real city it runs.
PORT ?= 8070
SPEED ?= 60
# Options for `swift test`, such as TEST="--filter HexGrid"; names of benchmarks, such as BENCH="hexgrid".
TEST ?=
BENCH ?=

.PHONY: help
help: ## Lists the targets (default)
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: build ## Installs, builds, dispatches the demo city on port 8070, then goes on serving; Ctrl-C stops it
	@exec .build/release/cabstand replay --city demo --port $(PORT) --speed $(SPEED) --keep-serving

.PHONY: build
build: install ## Builds the command, optimised, with Swift's libraries linked in: .build/release/cabstand
	@scripts/build

.PHONY: test
test: install ## Builds and runs all tests (TEST="--filter HexGrid" for some)
	@scripts/test $(TEST)

.PHONY: bench
bench: ## Runs the benchmarks beside their references and prints one table (BENCH=hexgrid for some)
	@scripts/install-dependencies --bench
	@scripts/bench $(BENCH)

.PHONY: lint
lint: ## Checks the format of the Swift files and the syntax of the scripts
	@scripts/lint

.PHONY: format
format: ## Formats the Swift files in place
	@scripts/lint --fix

.PHONY: install
install: ## Installs the Debian packages that are missing, if any
	@scripts/install-dependencies

.PHONY: clean
clean: ## Removes what was built; keeps the data below .cabstand/
	rm -rf .build Benchmarks/*/.build Benchmarks/.venv
