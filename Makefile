# Tonelog's commands. `make run` and `make test` need nothing done before them.

HOST ?= 127.0.0.1
PORT ?= 8000
WORKERS ?= 2
export HOST PORT WORKERS
PYTHON ?= python3
BIN := .venv/bin

# Two workers whose numerical libraries each start a thread a core fight each other.
export OMP_NUM_THREADS ?= 1
export OPENBLAS_NUM_THREADS ?= 1
export NUMBA_NUM_THREADS ?= 1

# Two processes a core, since tests wait more than they reckon, for browsers and servers. Each takes
# whole files, in the order of tests/conftest.py, so that networks trained for a file are
# trained once. More than four would wait for the longest file.
SPREAD = -n $(shell $(PYTHON) -c "import os; print(min((os.cpu_count() or 1) * 2, 4))") \
	--dist loadfile --no-loadscope-reorder

.PHONY: run test bench soak audit words format clean

run: .venv/serving
	exec $(BIN)/python -m webapp

test: .venv/everything
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest $(SPREAD) --cov --cov-report=term

bench: .venv/everything
	$(BIN)/python -m tests.benchmarks

soak: .venv/everything
	$(BIN)/python -m tests.soak

# Where the list of known faults cannot be reached, the pinned versions with their dates instead.
audit: .venv/everything
	$(BIN)/pip-audit --strict --local || git --no-pager blame --date=short -s webapp/requirements.txt

# What pages, scripts and failures say goes into the catalogues, to be translated there, and what was
# translated is compiled.
WORDS := webapp/translations
words: .venv/serving
	$(BIN)/pybabel -q extract -F $(WORDS)/babel.cfg -k N_ -k say --no-location --no-wrap --sort-output -o .words.pot webapp templates static
	$(BIN)/pybabel -q update -i .words.pot -d $(WORDS) --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --no-wrap
	$(BIN)/pybabel -q compile -d $(WORDS)
	rm .words.pot

format: .venv/everything
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf .venv

# One virtual environment; a stamp says what has been installed into it.
.venv/bin/python:
	$(PYTHON) -m venv .venv

# pip compiles on one core and would compile tests, too. Compiling here, beside librosa's functions,
# makes the first start faster and keeps later ones short, whatever the environment says of bytecode.
define install
$(BIN)/pip install --quiet --disable-pip-version-check --no-compile -r $<
$(BIN)/python -m compileall -qq -x /tests/ .venv/lib & \
	$(BIN)/python -c "import librosa; librosa.feature.melspectrogram"; wait
touch $@
endef

.venv/serving: webapp/requirements.txt | .venv/bin/python
	$(install)

.venv/everything: requirements.txt webapp/requirements.txt webapp/requirements-prosody.txt webapp/requirements-redis.txt training/requirements.txt tests/requirements.txt | .venv/bin/python
	$(install)
	touch .venv/serving
