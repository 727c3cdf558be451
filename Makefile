# Two commands for everybody: `make demo` and `make test`. Both set themselves up and work a second time.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
STAMP = $(VENV)/.installed

# Even where Python was told to keep no bytecode: every process would compile the package anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test pytest agreement fuzz faults strace lint setup soffice templates docs pictures benchmarks clean hostile

setup: $(STAMP)

$(STAMP): setup.cfg pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed (make PYTHON=python3.12 ...)" if sys.version_info < (3, 11) else 0)'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[test,lint]"
	touch $(STAMP)

demo: $(STAMP)
	rm -rf demo-gdsta
	$(BIN)/rectify-xl demo demo-gdsta

# LibreOffice is the second Excel of the tests: installed by apt where this user may, said aloud where not.
soffice:
	@{ command -v soffice >/dev/null && /usr/bin/python3 -c "import uno" 2>/dev/null; } || ./tests/install_soffice.sh

# The types are checked while the tests begin: alone they would take one core and leave the other idle.
test: $(STAMP)
	$(MAKE) --no-print-directory --jobs=2 lint pytest

# A file's tests run in one process, for what they share is made once; the dearest files come early (tests/conftest.py).
# A process that dies ends the run: with one started in its place pytest-xdist may wait for ever.
pytest: $(STAMP) soffice
	$(BIN)/python -m pytest -n 2 --max-worker-restart=0 --dist loadfile --no-loadscope-reorder

# The self-check of the templates against Python over many drawn rows, other ones every day.
AGREEMENT_ROWS ?= 10000
AGREEMENT_SEED ?= $(shell date +%Y%m%d)
agreement: $(STAMP) soffice
	AGREEMENT_ROWS=$(AGREEMENT_ROWS) AGREEMENT_SEED=$(AGREEMENT_SEED) $(BIN)/python -m pytest -n 2 --max-worker-restart=0 tests/test_agreement.py

# The table of hostile and messy kinds of files: verdict, time and memory of each, 1 if any is not as promised.
hostile: $(STAMP)
	$(BIN)/python benchmarks/hostile.py

# The notebooks run from their sources, which they must agree with; notebooks-write keeps what came out.
.PHONY: notebooks notebooks-write
notebooks: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[notebooks]"
	$(BIN)/python notebooks/execute.py $(EXECUTE)

notebooks-write:
	$(MAKE) notebooks EXECUTE=--write

# Every kind of seeded mistake in every place, in Python and in the template itself: some ten minutes.
.PHONY: mistakes
mistakes: $(STAMP) soffice
	$(BIN)/python benchmarks/seeded_mistakes.py

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The types once more as Windows has them, in a cache of their own.
.PHONY: lint-windows
lint-windows: $(STAMP)
	$(BIN)/mypy --platform win32 --cache-dir .mypy_cache/windows

templates: $(STAMP)
	$(BIN)/python -m rectify_xl templates templates --profile gdsta
	$(BIN)/python -c 'import xlsxwriter; print(xlsxwriter.__version__)' > tests/golden/templates.xlsxwriter

# The sdist and the wheel, each installed into a new environment where the demo runs; both stay in dist/.
.PHONY: wheel
wheel: $(STAMP)
	$(BIN)/python tests/wheel_check.py

# All tests with exactly the lowest versions that setup.cfg names, in an environment of their own.
LOWEST ?= .venv-lowest
.PHONY: lowest
lowest: $(STAMP) soffice
	$(BIN)/python tests/lowest_check.py $(LOWEST) -n 2 --max-worker-restart=0 --dist loadfile --no-loadscope-reorder

clean:
	rm -rf $(VENV) $(LOWEST) build dist *.egg-info demo-gdsta demo-sysu

# What is generated and checked: the README's map and demo, the pages of findings, commands and data, golden texts.
docs: $(STAMP)
	RECTIFY_XL_REGENERATE=1 $(BIN)/python -m pytest tests/test_readme.py tests/test_readme_twin.py tests/test_messages.py \
		tests/test_documents.py

pictures: $(STAMP) soffice
	$(BIN)/python docs/pictures.py

# Broken workbooks by the thousand, for as long as is said; what breaks our own code is kept in fuzz-finds.
FUZZ_SECONDS ?= 3600
FUZZ_SEED ?= $(shell date +%Y%m%d)
fuzz: $(STAMP)
	PYTHONPATH=tests:benchmarks $(BIN)/python tests/fuzz.py --seconds $(FUZZ_SECONDS) --seed $(FUZZ_SEED)

# The weekly run broken at every single write, without child processes and with them (make test takes a few writes).
faults: $(STAMP)
	FAULTS_EVERY=1 $(BIN)/python -m pytest tests/test_faults.py

# No socket, and no program but the interpreter itself, under strace (apt-get install strace).
strace: $(STAMP)
	PYTHONPATH=tests:benchmarks $(BIN)/python tests/strace_check.py

# What Microsoft's own validator says of every kind of workbook that goes out (apt-get install npm): some minutes.
OPEN_XML ?= $(VENV)/open-xml
.PHONY: open-xml
open-xml: $(STAMP)
	PYTHONPATH=tests:benchmarks $(BIN)/python tests/open_xml_check.py $(OPEN_XML)
