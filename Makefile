# What people type. Everything is done in .venv, which is made anew when what it was made from has changed.

export PYTHONUTF8 := 1
export LC_ALL := C.UTF-8
export PIP_DISABLE_PIP_VERSION_CHECK := 1

VENV := .venv
PY := $(VENV)/bin/python

# A stamp bears the checksum of what was installed, and of the place: a moved checkout gets a new environment.
sum = $(shell { printf '%s' '$(CURDIR)'; cat $(1) 2>/dev/null; } | cksum | tr ' ' '-')
MADE := $(VENV)/.made-$(call sum,/dev/null)
RUN := $(VENV)/.run-$(call sum,requirements/run.txt)
TEST := $(VENV)/.test-$(call sum,requirements/test.txt)
DOCS := $(VENV)/.docs-$(call sum,requirements/docs.txt)
MATCHING := $(VENV)/.matching-$(call sum,requirements/matching.txt)
TOOL := $(VENV)/.tool-$(call sum,pyproject.toml)

.PHONY: help run test check docs drills tour bench bench-matching bench-payments bench-figures clean set-up lint types layers pages references
.SILENT:

help:
	echo 'make run     start the tool; PORT, DATA, MODE and DATABASE_URL are honoured'
	echo 'make test    install what tests need and run all of them'
	echo 'make check   lint, types, layers, generated references'
	echo 'make docs    make pages of the documentation; OUT=folder'
	echo 'make drills  play what must not break, part by part; LONG=1 at full counts, and goes on where it was broken off'
	echo 'make tour    play an exchange from outside; URL=... plays against a running demonstration'
	echo 'make bench   measure pages of long lists; MILLION=yes prints a million organisations as well'
	echo 'make bench-matching   measure the matching on real partnerships; DATA=folder, SPLIT=2024-04, OUT=file.json'
	echo 'make bench-figures    pages of the figures over 100,000 exchanges'
	echo 'make bench-payments   write a bank file of 1,000 payments and say how long it took'
	echo 'make clean   remove what these commands have made, but no data'

run: set-up
	exec $(VENV)/bin/clusterxchange run

test: set-up $(TEST)
	exec $(PY) -m clusterxchange.testing.all_runs

check: set-up $(TEST)
	$(MAKE) --no-print-directory --keep-going lint types layers pages references

docs: set-up $(DOCS)
	exec $(PY) -m sphinx --quiet --fail-on-warning --keep-going --conf-dir docs . '$(or $(OUT),var/docs)'

drills: set-up $(TEST)
	exec env $(if $(LONG),LONG=1) $(PY) -m clusterxchange.testing.drills

tour: set-up
	exec $(PY) -m tour $(if $(URL),--url '$(URL)')

bench: set-up
	exec env OMP_NUM_THREADS=1 $(PY) -m benchmarks.pages $(if $(MILLION),--million)

# One thread: what is measured is one list in one process, and a model that shares its cores with itself is slower.
bench-matching: set-up $(MATCHING)
	if [ -z '$(DATA)' ]; then echo 'DATA names the folder with projects.csv.gz and participations.csv.gz.' >&2; exit 2; fi; \
	exec env OMP_NUM_THREADS=1 OMP_WAIT_POLICY=passive OPENBLAS_NUM_THREADS=1 $(PY) -m benchmarks.matching \
		--data '$(DATA)' --split '$(or $(SPLIT),2024-04)' $(if $(OUT),--out '$(OUT)')

bench-figures: set-up
	exec $(PY) -m benchmarks.figures

bench-payments: set-up
	exec $(PY) -m benchmarks.payments

lint:
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check

types:
	$(VENV)/bin/mypy

layers:
	$(VENV)/bin/lint-imports

pages:
	$(VENV)/bin/djlint src/clusterxchange --lint --quiet

references:
	$(PY) -m clusterxchange.testing.references

set-up: $(RUN) $(TOOL)
	$(PY) -m clusterxchange.foundation.catalogues

$(MADE):
	found=; \
	for python in /usr/bin/python3 python3 python3.14 python3.13 python3.12 python3.11; do \
		if $$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then echo 'Python 3.11 or newer with its module venv is needed (on Debian: python3 and python3-venv).' >&2; exit 1; fi; \
	rm -rf $(VENV); \
	$$found -m venv $(VENV)
	touch $@

$(RUN): | $(MADE)
	echo 'Installing what the tool stands on …'
	$(PY) -m pip install --quiet --require-hashes -r requirements/run.txt
	rm -f $(VENV)/.run-*
	touch $@

$(TOOL): | $(RUN)
	$(PY) -m pip install --quiet --no-deps --no-build-isolation -e .
	rm -f $(VENV)/.tool-*
	touch $@

$(TEST): | $(RUN)
	echo 'Installing what tests need …'
	$(PY) -m pip install --quiet --require-hashes -r requirements/test.txt
	rm -f $(VENV)/.test-*
	touch $@

$(DOCS): | $(RUN)
	echo 'Installing what makes pages of the documentation …'
	$(PY) -m pip install --quiet --require-hashes -r requirements/docs.txt
	rm -f $(VENV)/.docs-*
	touch $@

$(MATCHING): | $(RUN)
	echo 'Installing what the measurement of the matching needs …'
	$(PY) -m pip install --quiet --require-hashes -r requirements/matching.txt
	rm -f $(VENV)/.matching-*
	touch $@

clean:
	rm -rf $(VENV) .drills build dist .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find src tests \( -name __pycache__ -o -name '*.egg-info' \) -prune -exec rm -rf {} +
	find src -name '*.mo' -delete
