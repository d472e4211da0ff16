# Two commands: `make demo` shows Syncline at work, `make test` proves it. Needs make and Python 3.11 or newer; nothing else.
# Kept to what GNU make 3.81 of macOS understands.
PYTHON := .venv/bin/python
DEFINED := pyproject.toml uv.lock requirements.lock requirements-dev.lock .ci/setup

.PHONY: help demo test check format screenshots bench soak fuzz audit lock texts clean

help:                       ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: .venv/.demo           ## A simulated manufacturer on http://127.0.0.1:8050
	@.venv/bin/syncline demo

test: .venv/.test           ## The whole suite, with a real browser
	@.ci/browser
	@.ci/brokers
	@.ci/node
	@PYTEST_XDIST_AUTO_NUM_WORKERS=$$(($$(nproc 2>/dev/null || echo 2) + 1)) $(PYTHON) -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

check: .venv/.test          ## Style, types, import contracts
	$(PYTHON) -m ruff check
	$(PYTHON) -m ruff format --check
	$(PYTHON) -m mypy
	.venv/bin/lint-imports --no-cache

format: .venv/.test         ## Rewrites the code in the agreed form
	$(PYTHON) -m ruff check --fix
	$(PYTHON) -m ruff format

screenshots: .venv/.test    ## Every page, light and dark, into screenshots/
	@.ci/browser
	@$(PYTHON) -m tests.screenshots

bench: .venv/.test          ## How fast: ingest, refresh, pages, and these in a browser
	@.ci/browser
	@$(PYTHON) -m tests.benchmarks

soak: .venv/.test           ## How long: hours of traffic with kills in between, a board left open; SOAK="--only kills --kills 200" as well
	@.ci/browser
	@$(PYTHON) -m tests.soak $(SOAK)

fuzz: .venv/.test           ## Ten minutes of hostile input for each decoder and the API; FUZZ="--only segment" as well
	@$(PYTHON) -m tests.fuzz $(FUZZ)

audit: .venv/.test          ## Every dependency: licence, why it is there, SBOM into dist/; AUDIT="--advisories FOLDER" for vulnerabilities
	@$(PYTHON) -m tests.dependencies $(AUDIT)

# The requirements files are the same locked versions for people without uv, and for images.
EXPORT := uv export -q --frozen --no-header --no-annotate --no-emit-project
lock:                       ## Newest versions into the locks; needs uv
	uv lock --upgrade --default-index https://pypi.org/simple
	$(EXPORT) --no-default-groups --group build --extra demo -o requirements.lock
	$(EXPORT) --no-default-groups --group build --extra demo --extra grpc --extra lake --extra postgresql -o requirements-together.lock
	$(EXPORT) --all-groups --all-extras -o requirements-dev.lock

texts: .venv/.test          ## The catalogue of all texts, for translators
	@$(PYTHON) -m app.translations

clean:                      ## Removes everything that was made here
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache screenshots demo-home dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.demo: $(DEFINED)
	@.ci/setup demo
.venv/.test: $(DEFINED)
	@.ci/setup test
