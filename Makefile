# make demo    a sample packet, from nothing but Python 3.11
# make test    everything the tests need, then the tests
# make lint    ruff and mypy
# make bench   ours and its peers side by side, into docs/performance.md
# Each step leaves a stamp in .venv, so that the next call is quick. `make clean` takes the venv away.

PYTHON ?= $(firstword $(shell command -v python3.11 python3.12 python3.13 python3.14 python3))
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
SAMPLE := out/sample-packet.pdf
PACKET_ID ?= SAMP-LE2Z

# What the tests run besides Python: Debian package, then a file or command that shows it is there.
TEST_PROGRAMS := poppler-utils:pdftoppm default-jdk-headless:javac libjaxb-java:/usr/share/java/jaxb-runtime.jar \
	zbar-tools:zbarimg qpdf:qpdf strace:strace chromium:chromium postfix:postfix \
	cups:/usr/sbin/cupsd cups-ipp-utils:ippeveprinter avahi-daemon:/usr/sbin/avahi-daemon dbus:dbus-daemon

# Looks through the nurse's page for what a screen reader or a keyboard would miss. One script, not run by node.
AXE := axe-core@4.14.1

.PHONY: demo test test-deps lint clean bench

demo: $(VENV)/stamp-install
	@mkdir -p out
	@$(BIN)/python generate.py packet cervical-foraminotomy --surgery-date 2026-12-07 \
		--surgeon "Dr. Sample Surgeon" --collar yes --patient-name "Sample Patient" --mrn SAMPLE-0001 \
		--packet-id $(PACKET_ID) --quiet -o $(SAMPLE)
	@echo "The sample packet is here: $(CURDIR)/$(SAMPLE)"

test: $(VENV)/stamp-test test-deps
	$(BIN)/python -m pytest -q

lint: $(VENV)/stamp-lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	@echo "lint ok"

clean:
	rm -rf $(VENV) out

# Debian ships python3 without ensurepip, and then `python3 -m venv` cannot make a venv.
$(BIN)/python:
	@if [ -z "$(PYTHON)" ]; then echo "Python 3.11 or newer is needed: apt-get install python3 python3-venv" >&2; exit 1; fi
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; this is %s" % sys.version if sys.version_info < (3, 11) else 0)'
	@if ! $(PYTHON) -c 'import ensurepip' 2>/dev/null; then \
		package=$$($(PYTHON) -c 'import sys; print("python3.%d-venv" % sys.version_info[1])'); \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			apt-get update -qq; \
			DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$package >/dev/null; \
		else \
			echo "Python cannot make a venv here. Type: sudo apt-get install $$package, then make again" >&2; exit 1; \
		fi; \
	fi
	$(PYTHON) -m venv $(VENV)

$(VENV)/stamp-install: $(BIN)/python pyproject.toml
	$(PIP) -e .
	@touch $@

$(VENV)/stamp-test: $(VENV)/stamp-install
	$(PIP) -e '.[test]'
	@touch $@

$(VENV)/stamp-lint: $(VENV)/stamp-test
	$(PIP) -e '.[test,lint]'
	@touch $@

test-deps:
	@[ -e $(VENV)/node/$(AXE) ] || { command -v npm >/dev/null && \
		npm install --silent --no-audit --no-fund --ignore-scripts --prefix $(VENV)/node $(AXE) >/dev/null && \
		touch $(VENV)/node/$(AXE); } || echo "No npm: the tests that need axe-core are skipped and say so."
	@missing=; \
	for pair in $(TEST_PROGRAMS); do \
		shows=$${pair#*:}; \
		command -v "$$shows" >/dev/null 2>&1 || [ -e "$$shows" ] || missing="$$missing $${pair%%:*}"; \
	done; \
	[ -n "$$missing" ] || exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "apt-get install$$missing"; \
		echo "postfix postfix/main_mailer_type select No configuration" | debconf-set-selections 2>/dev/null; \
		apt-get update -qq; \
		DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null && exit 0; \
	fi; \
	echo "Not installed:$$missing"; \
	echo "The tests that need it are skipped and say so (without Java: PDF/UA and PDF/A are not validated)."; \
	echo "For all tests type: sudo apt-get install$$missing"

# The peers have a venv of their own: none of them is a dependency of packets.
PEERS := $(VENV)/peers

bench: $(VENV)/stamp-install $(PEERS)/stamp
	cd benchmarks && ../$(BIN)/python run.py --peers ../$(PEERS)/bin/python -o ../docs/performance.md

$(PEERS)/stamp: $(BIN)/python
	$(BIN)/python -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check typst weasyprint fpdf2 reportlab playwright
	@command -v chromium >/dev/null || [ "$$(id -u)" != 0 ] || \
		{ apt-get update -qq; DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium libpango-1.0-0 libpangoft2-1.0-0 >/dev/null; }
	@touch $@
