# make demo          create the sample packet; needs only Python 3.11 or newer
# make test          run the tests that need only Python
# make test-all      install system programs (with apt-get and npm, as root), run all tests, measure coverage
# make windows       build the portable copy for Windows: out/packets-windows.zip
# make test-windows  build it and test it under Wine (installs wine64, as root); part of test-all
# make lint          run ruff and mypy
# make bench         measure packets and its peers; update docs/performance.md (QUICK=--quick: only a trial)
# make clean         remove the virtual environment and out/
# Finished steps leave a stamp in .venv. PYTHON=python3.12 chooses the interpreter; the default is the first suitable one.

PYTHON ?=
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
PYTEST := $(BIN)/python -m pytest -q -n auto --dist loadgroup
SAMPLE := out/sample-packet.pdf
PACKET_ID ?= SAMP-LE2Z
QUICK ?=
# Without stored bytecode, each of the hundreds of programs that the tests start would be compiled again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test test-all windows test-windows lint clean bench FORCE

demo: $(VENV)/stamp-install
	@mkdir -p out
	@$(BIN)/python generate.py packet cervical-foraminotomy --surgery-date 2026-12-07 --confirm-date 2026-12-07 \
		--surgeon "Dr. Sample Surgeon" --collar yes --patient-name "Sample Patient" --mrn SAMPLE-0001 \
		--packet-id $(PACKET_ID) --quiet -o $(SAMPLE)
	@echo "The sample packet is here: $(CURDIR)/$(SAMPLE)"

test: $(VENV)/stamp-test
	$(PYTEST) --quick

test-all: $(VENV)/stamp-test
	$(BIN)/python -m tests.programs
	$(PYTEST) --cov --cov-report=
	@echo "Coverage of packets/, the ten least covered files first:"
	@$(BIN)/coverage report | awk 'NR <= 12 || /^TOTAL/'

windows: $(VENV)/stamp-install
	$(BIN)/python tools/windows/build.py out/packets-windows.zip

test-windows: $(VENV)/stamp-test
	@[ -e /usr/lib/wine/wine64 ] || [ "$$(id -u)" != 0 ] || { apt-get update -qq; \
		DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends wine64 >/dev/null; }
	$(BIN)/python -m pytest -q tests/windows

lint: $(VENV)/stamp-lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	@echo "lint ok"

clean:
	rm -rf $(VENV) out

# Checked every time, because the Python of the environment may have been removed; a good environment is kept.
$(VENV)/stamp-venv: FORCE
	@PYTHON="$(PYTHON)" sh tools/make-venv.sh $(VENV)
	@[ -e $@ ] || touch $@

FORCE:

$(VENV)/stamp-install: $(VENV)/stamp-venv pyproject.toml
	$(PIP) -e '.[web,xlsx]'
	@touch $@

$(VENV)/stamp-test: $(VENV)/stamp-install
	$(PIP) -e '.[test]'
	@touch $@

$(VENV)/stamp-lint: $(VENV)/stamp-test
	$(PIP) -e '.[test,lint]'
	@touch $@

# The peers have their own environment: packets does not depend on them.
PEERS := $(VENV)/peers

bench: $(VENV)/stamp-test $(PEERS)/stamp
	cd benchmarks && ../$(BIN)/python run.py $(QUICK) --peers ../$(PEERS)/bin/python -o ../docs/performance.md

$(PEERS)/stamp: $(VENV)/stamp-venv
	PYTHON=$(BIN)/python sh tools/make-venv.sh $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check typst weasyprint fpdf2 reportlab playwright
	@command -v chromium >/dev/null || [ "$$(id -u)" != 0 ] || \
		{ apt-get update -qq; DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium libpango-1.0-0 libpangoft2-1.0-0 >/dev/null; }
	@touch $@
