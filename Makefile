# Needs make and Python 3.11 or later; everything else goes into .venv.
.POSIX:

PYTHON = .venv/bin/python
# Its errors alone: it also warns about the machine's own settings, and of newer versions of itself.
PIP = $(PYTHON) -m pip -qq --disable-pip-version-check --no-input
# More words for pytest or uv: make test ARGS="tests/store -x"
ARGS =

# The console script, without a build backend: a path file and a script. The script's first lines
# are for a shell and a text for Python, since the path to .venv may hold spaces.
define KIPRAH
import pathlib, shlex, sys, sysconfig
script = pathlib.Path(sys.prefix, "bin", "kiprah")
pathlib.Path(sysconfig.get_path("purelib"), "kiprah.pth").write_text(str(pathlib.Path.cwd()))
script.write_text(f"""#!/bin/sh
'''exec' {shlex.quote(sys.executable)} "$$0" "$$@"
' '''
from functions.__main__ import main
main()
""")
script.chmod(0o755)
endef
export KIPRAH

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

demo: .venv/installed ## a whole month of rankings on this machine, then the site's address
	@$(PYTHON) -m functions demo $(ARGS)

test: check ## every check and every test
	@$(PYTHON) -m pytest -q -n auto --maxprocesses 4 --dist worksteal $(ARGS)

quick: .venv/installed-dev ## one module or folder, nothing else (ARGS=tests/score/rules/test_bands.py)
	@$(PYTHON) -m pytest -q -n 0 $(ARGS)

check: .venv/installed-dev ## format, lint and types, without tests
	@$(PYTHON) -m ruff format --quiet --check .
	@$(PYTHON) -m ruff check --quiet .
	@$(PYTHON) -m mypy --no-error-summary
	@if command -v terraform >/dev/null; then terraform fmt -check -recursive infra/terraform; fi

training: .venv/installed-train ## scikit-learn, with which kiprah train fits a model; nothing else needs it

bench: .venv/installed-bench ## speed, memory, documents, scoring, the plan, a week (ARGS="week --accounts 300"; ARGS=--help)
	@$(PYTHON) -m tests.bench $(ARGS)

drill: .venv/installed-dev ## a ministry backed up, lost and restored, in SQLite and the Firestore emulator
	@$(PYTHON) -m tests.drill $(ARGS)

figures: .venv/installed-dev ## docs/biaya.md and docs/skala.md from their figures (ARGS=--count counts anew)
	@$(PYTHON) -m tests.bench.figures $(ARGS)

pictures: .venv/installed-dev ## the guides' pictures in docs/panduan/, from real runs, with Chromium
	@$(PYTHON) -m tests.pictures

archive: $(PYTHON) ## the zip that every function is deployed from, and its digest
	@$(PYTHON) infra/archive.py

bootstrap: ## once for a project on Google Cloud: where Terraform's state lies (PROJECT=kiprah-kemenkum)
	@sh infra/bootstrap.sh $(PROJECT)

plan: archive ## what a deployment would change
	@sh infra/deploy.sh plan $(ARGS)

deploy: archive ## everything on Google Cloud, as the plan says (docs/google-cloud.md)
	@sh infra/deploy.sh apply $(ARGS)

rollback: ## back to the archive before (ARGS=archives/SHA256.zip: to another one)
	@sh infra/deploy.sh rollback $(ARGS)

secret: $(PYTHON) ## a new version of a secret, typed unseen (NAME=KIPRAH_X_BEARER_TOKEN)
	@$(PYTHON) infra/secret.py $(NAME)

requirements: .venv/installed-dev ## pin requirements*.in anew (ARGS=--upgrade for the newest)
	@$(PIP) install uv
	@for name in requirements requirements-dev requirements-bench requirements-train; do \
	  $(PYTHON) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --cache-dir .venv/uv --no-emit-index-url --no-annotate --custom-compile-command "make requirements" \
	    $(ARGS) $$name.in --output-file $$name.txt || exit 1; \
	done

clean: ## remove .venv and what the tools left behind
	@rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/installed: requirements.txt $(PYTHON)
	@echo "Installing requirements.txt into .venv"
	@$(PIP) install --require-hashes -r requirements.txt
	@$(PYTHON) -c "$$KIPRAH"
	@touch $@

.venv/installed-dev: requirements-dev.txt .venv/installed-train
	@echo "Installing requirements-dev.txt into .venv"
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@touch $@

.venv/installed-bench: requirements-bench.txt .venv/installed-dev
	@echo "Installing requirements-bench.txt into .venv"
	@$(PIP) install --require-hashes -r requirements-bench.txt
	@touch $@

.venv/installed-train: requirements-train.txt .venv/installed
	@echo "Installing requirements-train.txt into .venv (275 MB)"
	@$(PIP) install --require-hashes -r requirements-train.txt
	@touch $@

# The newest Python that runs: a name may be there and not work (a version manager's shim).
$(PYTHON):
	@for python in python3.13 python3.12 python3.11 python3; do \
	  if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    if ! $$python -c 'import ensurepip, venv' 2>/dev/null; then \
	      echo "$$python cannot make a .venv: install its venv module (Debian: apt-get install $$python-venv)" >&2; \
	      exit 1; \
	    fi; \
	    echo "Making .venv with $$($$python --version)"; \
	    exec $$python -m venv --clear .venv; \
	  fi; \
	done; \
	echo "Python 3.11 or later is needed, and none is installed (python3 is $$(python3 --version 2>/dev/null || echo missing))" >&2; \
	exit 1

.PHONY: help demo test quick check training bench drill figures pictures archive bootstrap plan deploy rollback secret
.PHONY: requirements clean
