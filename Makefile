# Every target sets up what it needs; the second time there is nothing left to do.
PYTHON ?= python3
VENV := .venv
UV := $(VENV)/bin/uv
# Dozens of processes start: each shall find what the first of them has compiled.
unexport PYTHONDONTWRITEBYTECODE
# Whoever makes something here starts the sandbox sooner or later.
SYNC = $(UV) sync --quiet --frozen --inexact --extra sandbox

.PHONY: demo up drill test suite bench answers sites chaos lint schemas octokit clean

# A question may hold anything: it goes through the environment, never through the shell.
demo: export SHIPLOOP_QUESTION = $(value Q)
demo: $(VENV)/ready
	@$(VENV)/bin/shiploop demo $(if $(value Q),"$$SHIPLOOP_QUESTION")

up: $(VENV)/ready
	@$(VENV)/bin/shiploop up

# Breaks production in a sandbox of its own; `shiploop drill --help` lists the faults.
drill: $(VENV)/ready
	@$(VENV)/bin/shiploop drill $(FAULT)

# The types are checked while schemas are fetched, tests compiled, and the first stacks started.
test: $(VENV)/ready-to-test
	@$(MAKE) --no-print-directory --jobs=3 lint suite

# More than cores: the tests of whole stacks wait half of their time.
WORKERS ?= 5
suite: schemas octokit $(VENV)/compiled
	$(VENV)/bin/pytest --numprocesses $(WORKERS) --dist loadgroup

lint: $(VENV)/ready-to-test
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/deptry .
	$(VENV)/bin/mypy shiploop flows tasks api dashboard sandbox webguard bench tests

# What GitHub publishes of itself, to hold the sandbox against; kept once fetched.
schemas: $(VENV)/ready-to-test
	$(VENV)/bin/python tests/fidelity/fetch.py

# A client of GitHub, to try the sandbox with; kept once installed.
octokit: $(VENV)/ready-to-test
	$(VENV)/bin/python tests/sandbox/clients/octokit/install.py

# Once, or each of the workers would compile everything for itself. What is wrong, the suite says.
$(VENV)/compiled: $(VENV)/ready-to-test
	@$(VENV)/bin/pytest --collect-only --quiet >/dev/null; touch $@

# BESIDE=folder compares with the build of that checkout, in one run.
bench: $(VENV)/ready-to-test
	$(VENV)/bin/python -m bench $(if $(BESIDE),--beside $(BESIDE))

# What becomes of the questions of a file on the documents of a folder: docs/answers.md.
answers: export DOCS = bench/answers/sample
answers: export QUESTIONS = bench/answers/sample.yaml
answers: export OUT = answers.jsonl
answers: $(VENV)/ready-to-test
	@$(VENV)/bin/python -m bench.answers "$$DOCS" "$$QUESTIONS" "$$OUT"

# Whether readers see the entries on pages that real generators build, which are installed first.
# SITES=mkdocs takes one, FAQ=file.yaml other texts; with LOOP=1 questions are asked of five of the
# sites and go the whole road, from the question to the entry on the page, and back.
sites: $(VENV)/ready-to-test
	$(VENV)/bin/python -m bench.sites$(if $(LOOP),.loop) $(SITES) $(if $(FAQ),--faq $(FAQ))

# Kills and stops processes of its own stack at every dangerous moment; nothing may be lost.
# Then it ships 5,000 tasks, which takes half an hour and more; nothing may grow without end.
chaos: $(VENV)/ready-to-test
	$(VENV)/bin/python -m bench.chaos

clean:
	rm -rf $(VENV) .shiploop

$(UV):
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet uv

$(VENV)/ready: pyproject.toml uv.lock | $(UV)
	$(SYNC) --no-dev
	@touch $@

$(VENV)/ready-to-test: pyproject.toml uv.lock | $(UV)
	$(SYNC) --extra judge
	@touch $@ $(VENV)/ready
