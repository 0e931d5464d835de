# One-word verbs of the house; `make help` lists them. Every verb does its own set-up.
.DEFAULT_GOAL := help
.PHONY: help setup setup-run run test check docs bench

PYTHON ?= python3
PYTEST_WORKERS ?= 2
bin := .venv/bin
export PYTHON

help: ## list the verbs
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST)

run: setup-run ## set up what is missing and start Haihe with the demo city
	@exec $(bin)/haihe run --demo $(ARGS)

test: setup ## set up what is missing and run every test
	@$(bin)/python -m pytest -n $(PYTEST_WORKERS) --dist loadfile --no-loadscope-reorder

check: setup ## format, lint, types, import layers, procedures, models
	@$(bin)/ruff format --check .
	@$(bin)/ruff check .
	@$(bin)/mypy
	@$(bin)/lint-imports --no-logo
	@$(bin)/haihe procedures check
	@$(bin)/haihe models test

docs: setup-run ## write docs/reference/ from the code
	@$(bin)/haihe docs

bench: setup ## measure; ratios against a limit measured in the same run
	@$(bin)/haihe bench

setup: ## set up everything for work on Haihe (run and test call it themselves)
	@sh setup/install.sh test

setup-run:
	@sh setup/install.sh run
