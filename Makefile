# `make demo` and `make test` set up what they need in .venv, `make bench` and its like in .venv-bench; nothing else of
# the machine is touched.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SOURCES := $(shell find __init__.py __main__.py py.typed app analysis collector -name '*.py' -o -name '*.tcss' -o -name 'py.typed')
# More than two cores: the tests wait about as long as they compute.
JOBS ?= 3
# attocode, one of those that are compared, needs Python 3.12; a name that is found need not run (pyenv).
BENCH_PYTHONS := python3.13 python3.12 $(wildcard $(HOME)/.pyenv/versions/3.1[23]*/bin/python3)
BENCH_PYTHON ?= $(or $(shell for one in $(BENCH_PYTHONS); do $$one --version >/dev/null 2>&1 && echo $$one && break; done),$(PYTHON))
BENCH_VENV := .venv-bench
BENCH_BIN := $(BENCH_VENV)/bin
BENCH_OTHERS := structlog opentelemetry-sdk attocode

.PHONY: demo test check format frames screenshots bench performance bench-quick bench-record wheel clean

demo: $(VENV)/.installed  ## watch a live, self-made session
	$(BIN)/tracetop demo

# pytest keeps what it makes of the tests' files, or each of the processes would make it anew.
test: check $(VENV)/.installed  ## everything that must hold: lint, types, tests
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n $(JOBS) --dist worksteal -q

check: $(VENV)/.installed  ## lint, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	cd $(VENV) && bin/mypy --strict --cache-dir .mypy_cache -p tracetop

format: $(VENV)/.tools
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

frames: $(VENV)/.installed  ## keep how every pane looks now as what tests compare with; look at the difference
	TRACETOP_UPDATE_FRAMES=1 $(BIN)/python -m pytest -n $(JOBS) -q tests/app/test_frames.py

screenshots: $(VENV)/.installed  ## make every picture in screenshots/ anew
	$(BIN)/python screenshots/make.py

bench: $(BENCH_VENV)/.installed  ## every speed and size this project promises, beside orjson and attocode: a quarter of an hour
	$(BENCH_BIN)/python benchmarks/performance.py $(if $(ONLY),--only $(ONLY))

performance: $(BENCH_VENV)/.installed  ## the same, and put into docs/performance.md
	$(BENCH_BIN)/python benchmarks/performance.py --markdown docs/performance.md

bench-quick: $(VENV)/.installed  ## whether all of it works, in less than a minute; judges no time
	$(BIN)/python benchmarks/performance.py --quick

bench-record: $(BENCH_VENV)/.installed  ## what recording an event costs, beside other recorders
	$(BENCH_BIN)/python benchmarks/record.py --folder $(BENCH_VENV)

wheel: $(VENV)/.tools
	rm -rf dist build
	$(BIN)/python -m build --wheel --no-isolation --outdir dist .

# Installed as users have it, not as a link: the checks see what is shipped, whatever the clone's folder is called.
define install
	rm -rf build
	$(1)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation --force-reinstall .
	rm -rf build
	touch $@
endef

# An environment $(2) made by the interpreter $(1), with what this tree needs: $(3) is `.`, or `.` with its extras.
define environment
	$(1) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "tracetop needs Python 3.11 or newer")'
	test -x $(2)/bin/python || $(1) -m venv $(2)
	$(2)/bin/python -m pip install -q --disable-pip-version-check -c constraints.txt setuptools wheel
	$(2)/bin/python -m pip install -q --disable-pip-version-check -c constraints.txt --no-build-isolation '$(3)'
	rm -rf build
endef

$(VENV)/.tools: pyproject.toml constraints.txt
	$(call environment,$(PYTHON),$(VENV),.[dev])
	touch $@

$(VENV)/.installed: $(VENV)/.tools $(SOURCES)
	$(call install,$(BIN))

# Whoever of the others cannot be had is left out of the comparison.
$(BENCH_VENV)/.others: pyproject.toml constraints.txt
	$(call environment,$(BENCH_PYTHON),$(BENCH_VENV),.)
	for one in $(BENCH_OTHERS); do \
		$(BENCH_BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt $$one \
			|| echo "$$one cannot be installed here: it is left out of the comparison"; \
	done
	touch $@

$(BENCH_VENV)/.installed: $(BENCH_VENV)/.others $(SOURCES)
	$(call install,$(BENCH_BIN))

clean:
	rm -rf $(VENV) $(BENCH_VENV) build dist *.egg-info .pytest_cache .ruff_cache .mypy_cache .hypothesis
