# The environment is .venv; `make serve` and `make test` do all they need on a fresh clone.
PYTHON ?= python3.11
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
SOURCES = $(shell find corpus index qa -name '*.py')
INDEXED := var/.indexed
# One stamp for all texts, whatever their names: it changes when one is added, saved or removed.
LISTING = $(shell mkdir -p var; find corpus/texts -type f -exec cksum {} + | sort > var/.listing.new; \
	cmp -s var/.listing.new var/.listing || cp var/.listing.new var/.listing; echo var/.listing)

.DEFAULT_GOAL := help
.PHONY: help install serve build test check eval bench peers faults clients clean

help:
	@echo "make serve   indexe les textes de démonstration et sert http://127.0.0.1:$(PORT) (PORT=… pour changer)"
	@echo "make test    installe ce qu'il faut et lance les tests"
	@echo "make check   ruff et mypy (strict)"
	@echo "make build   (ré)indexe corpus/texts"
	@echo "make eval    mesure la qualité sur tests/questions.jsonl"
	@echo "make bench   vitesse, mémoire et qualité, à côté de quatre autres systèmes (QUESTIONS=… pour un jeu BEIR)"
	@echo "make peers   installe ces systèmes, chacun dans son environnement (6 Go)"
	@echo "make faults  pannes provoquées : arrêts brutaux, disques pleins, bits retournés…"
	@echo "make clients Open WebUI, installé depuis son paquet et piloté dans Chromium (3 Go)"
	@echo "make clean   supprime .venv, var et les caches"

install: $(INSTALLED)

# torch first and alone: any looser request pulls the several gigabytes of its CUDA build.
$(INSTALLED): pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { echo "Il faut Python 3.11 ($(PYTHON) introuvable) ; installez-le ou lancez : make PYTHON=python3.x $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Il faut Python 3.11 ou plus récent ; lancez : make PYTHON=python3.x $(MAKECMDGOALS)"; exit 1; }
	@echo "→ environnement ($(VENV))…"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "L'environnement ne se crée pas ; installez le module venv de Python."; exit 1; }
	@echo "→ torch (quelques dizaines de secondes)…"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt "$$(grep '^torch==' constraints.txt)" || { echo "torch ne s'installe pas ; vérifiez l'accès à PyPI, puis relancez."; exit 1; }
	@echo "→ dépendances (une minute environ)…"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt -e '.[test]' || { echo "Une dépendance ne s'installe pas ; vérifiez l'accès à PyPI, puis relancez."; exit 1; }
	@touch $@

$(INDEXED): $(INSTALLED) $(SOURCES) $(LISTING)
	@echo "→ index de corpus/texts…"
	@$(BIN)/sourcier build --texts corpus/texts --home var
	@touch $@

build: $(INSTALLED)
	@$(BIN)/sourcier build --texts corpus/texts --home var
	@touch $(INDEXED)

serve: $(INDEXED)
	@$(BIN)/sourcier serve --home var --port $(PORT)

test: $(INSTALLED)
	@$(BIN)/python -m pytest

check: $(INSTALLED)
	@$(BIN)/ruff check corpus index qa bench tests
	@$(BIN)/ruff format --check corpus index qa bench tests
	@$(BIN)/mypy

eval: $(INDEXED)
	@$(BIN)/sourcier eval tests/questions.jsonl --home var --out var/evaluation.json --report var/evaluation.html
	@echo "→ compte rendu à lire : var/evaluation.html"

bench: $(INDEXED) peers
	@$(BIN)/python -m bench.speed $(QUESTIONS)
	@$(BIN)/python -m bench.peers $(QUESTIONS)
	@echo "→ à lire : bench/results/peers.md"

# Each in an environment of its own, torch first, as for ours, and at the same version for all.
PEERS := sentence-transformers txtai llama-index haystack
peers: $(PEERS:%=var/peers/%/.installed)

var/peers/%/.installed: bench/peers/requirements/%.txt constraints.txt
	@echo "→ environnement de $* (var/peers/$*)…"
	@test -x var/peers/$*/bin/python || $(PYTHON) -m venv var/peers/$*
	@var/peers/$*/bin/python -m pip install -qq --disable-pip-version-check "$$(grep '^torch==' constraints.txt)"
	@var/peers/$*/bin/python -m pip install -qq --disable-pip-version-check "$$(grep '^torch==' constraints.txt)" -r $<
	@touch $@

# Long: each prints how often its fault struck, and fails when a promise breaks or nothing was struck.
faults: $(INSTALLED)
	@set -e; for fault in "swaps" "swaps --workers 2 --swaps 40 --questions 2000" kills full_disk calls corruption lost_writes rollbacks; do \
		echo "→ $$fault…"; $(BIN)/python -m tests.faults.$$fault; done

# In an environment of its own: it pins other versions of what we use. torch first, as for ours.
OPEN_WEBUI := var/open-webui/environment
$(OPEN_WEBUI)/.installed: constraints.txt
	@echo "→ Open WebUI (3 Go, quelques minutes)…"
	@$(PYTHON) -m venv $(OPEN_WEBUI)
	@$(OPEN_WEBUI)/bin/python -m pip install -qq --disable-pip-version-check "$$(grep '^torch==' constraints.txt)"
	@$(OPEN_WEBUI)/bin/python -m pip install -qq --disable-pip-version-check "$$(grep '^torch==' constraints.txt)" open-webui==0.12.4
	@touch $@

clients: $(INDEXED) $(OPEN_WEBUI)/.installed
	@$(BIN)/python -m tests.clients.open_webui --home var --command $(OPEN_WEBUI)/bin/open-webui --out var/open-webui

clean:
	rm -rf $(VENV) var build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
