# Everything from nothing but Python 3.11+ and make. `make` alone says what there is.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check
export PORT

.PHONY: help run test lint bench security clean

help:
	@echo "make run     start everything in one process; the first time it also makes a demo household"
	@echo "make test    all tests: on SQLite, and on PostgreSQL + Redis where they answer"
	@echo "make lint    format, lint and types"
	@echo "make bench   what requests cost, against a floor measured in the same run"
	@echo "make security  scanners against the sources and against a server of our own; some minutes"
	@echo "make clean   remove the environment; the data in var/ stay"

run: $(VENV)/runtime
	@exec $(BIN)/python manage.py serve --prepare

test: $(VENV)/dev
	@bash .ci/test

lint: $(VENV)/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .

bench: $(VENV)/dev
	$(BIN)/python manage.py benchmark

security: $(VENV)/dev .venv-security/ready
	@$(BIN)/python .ci/security.py

.venv-security/ready: .ci/requirements-security.txt
	@$(PYTHON) -m venv .venv-security
	@.venv-security/bin/pip install --quiet --disable-pip-version-check -r .ci/requirements-security.txt
	@touch $@

clean:
	rm -rf $(VENV) .venv-security

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=...")'
	@$(PYTHON) -m venv $(VENV) || { echo "Python lacks its venv module (Debian: apt-get install python3-venv)"; exit 1; }

$(VENV)/runtime: requirements.txt | $(BIN)/python
	@echo "Installing requirements, once ..."
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/dev: requirements.txt requirements-dev.txt | $(BIN)/python
	@echo "Installing requirements for development, once ..."
	@$(PIP) -r requirements-dev.txt
	@touch $@ $(VENV)/runtime
