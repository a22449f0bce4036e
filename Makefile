# Everything a fresh machine needs is installed by these targets. `make` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
# The first Python that is new enough.
ifndef PYTHON
PYTHON := $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && exit; done; echo python3)
endif
VENV ?= .venv
PY := $(VENV)/bin/python
RUN := $(VENV)/.installed-run
DEV := $(VENV)/.installed-dev
UV := 0.13.9
# Where Python may keep bytecode, it does so as it imports.
export UV_COMPILE_BYTECODE ?= $(if $(PYTHONDONTWRITEBYTECODE),1,0)

.PHONY: help demo test bench compare openapi api-fuzz lint types imports check audit services-up services-down kafka test-kafka spark helm screenshots clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

# Safe to run again where an earlier run was cut short.
$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed (PYTHON=python3.12 make …)." >&2; exit 1; }
	@mkdir -p $(VENV) || { echo "This folder can't be written: set VENV and VAR_DIR to folders that can." >&2; exit 1; }
	@echo "Making a virtual environment in $(VENV), with $$($(PYTHON) --version) …"
	@$(PYTHON) -m venv $(VENV) || { rm -f $(PY); echo "Python's venv is needed (on Debian: apt install python3-venv)." >&2; exit 1; }

# uv asks the index that pip is set up with.
PIP_SETTINGS = $(PY) -m pip config list | sed -nE \
	-e "s/^.*\.index-url=/UV_DEFAULT_INDEX=/p" -e "s/^.*\.extra-index-url=/UV_INDEX=/p" \
	-e "s/^.*\.find-links=/UV_FIND_LINKS=/p" -e "s/^.*\.no-index=/UV_NO_INDEX=/p" \
	-e "s/^.*\.trusted-host=/UV_INSECURE_HOST=/p"

# $(call install,FILES): by uv, in a third of pip's time; by pip where uv can't. After an install
# that was cut short, whatever is there is installed again.
define install
	@$(PY) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv $(VENV)
	@echo "Installing packages into $(VENV), once; it takes half a minute or more …"
	@set -o pipefail; again=$$(test ! -e $(VENV)/.installing || echo --reinstall); touch $(VENV)/.installing; \
	set -a; eval "$$($(PIP_SETTINGS))"; set +a; \
	{ $(PY) -m pip install --quiet --disable-pip-version-check --no-input uv==$(UV) && \
		$(VENV)/bin/uv pip install --python $(PY) $$again $(addprefix -r ,$(1)) 2>&1 | sed -u "/^ [+~-] /d"; } || \
	{ echo "uv can't install them; pip tries …"; \
		$(PY) -m pip install --disable-pip-version-check --no-input --prefer-binary \
			$${again:+--force-reinstall} $(addprefix -r ,$(1)); } || \
	{ echo "Packages can't be installed, see above (one without a wheel for $$($(PY) --version) needs a C++ compiler)." >&2; exit 1; }
	@rm $(VENV)/.installing; touch $@
endef

$(RUN): $(PY) requirements.txt requirements-embedded.txt
	$(call install,requirements.txt requirements-embedded.txt)

$(DEV): $(RUN) requirements-dev.txt
	$(call install,requirements-dev.txt)

demo: $(RUN) ## the whole shop, from nothing to a URL (ONCE=1 checks itself and stops; HM_DATA=, PORT=, SCALE=, WITHOUT=)
	@PYTHONUNBUFFERED=1 $(PY) manage.py demo $(if $(ONCE),--once) $(if $(HM_DATA),--data-dir "$(HM_DATA)") \
		$(if $(PORT),--port $(PORT)) $(if $(SCALE),--scale $(SCALE)) $(if $(WITHOUT),--without $(WITHOUT))

test: $(DEV) chromium java ## the whole test suite on real embedded services, in two processes
	$(PY) -m pytest -n 2 --dist worksteal

.PHONY: chromium
chromium: # Debian's chromium for the browser tests, where it may be installed; they are skipped elsewhere
	@command -v chromium >/dev/null || [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null || \
		{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
			chromium fonts-liberation >/dev/null; } || echo "chromium could not be installed" >&2

bench: $(DEV) wrk ## one benchmark, or all: NAME=ingest … [SIZE=N] (table, plot, benchmarks/results/)
	$(PY) -m benchmarks $(NAME) $(if $(SIZE),--size $(SIZE))

openapi: $(RUN) ## regenerate docs/openapi.yaml
	$(PY) manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml

compare: $(DEV) wrk ## one benchmark here and in another checkout, in turns: OTHER=path NAME=stream [SIZE=N] [RUNS=3]
	$(PY) -m benchmarks.compare $(OTHER) $(NAME) $(if $(SIZE),--size $(SIZE)) $(if $(RUNS),--runs $(RUNS))

api-fuzz: $(DEV) ## more requests drawn from the API's description than the tests draw (EXAMPLES=200)
	API_FUZZ_EXAMPLES=$(or $(EXAMPLES),200) $(PY) -m pytest -s storefront/tests/test_api_fuzz.py

.PHONY: wrk
wrk: # the load generator of two benchmarks, where it may be installed
	@command -v wrk >/dev/null || [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null || \
		{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq wrk >/dev/null; } \
		|| echo "wrk could not be installed" >&2

.PHONY: lighthouse
lighthouse: $(DEV) chromium ## Lighthouse on five pages of a running shop: URL=http://127.0.0.1:8000 (needs Node.js)
	$(PY) -m benchmarks.web.lighthouse $(URL)

screenshots: $(DEV) chromium ## the contact sheets in docs/images, of a running demo with generated data: URL=http://127.0.0.1:8000
	$(PY) docs/screenshots.py $(or $(URL),http://127.0.0.1:8000)

lint: $(DEV) ## ruff, format and compose file
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml deploy/clusters.yml

types: $(DEV) ## mypy, strict
	$(VENV)/bin/mypy .

imports: $(DEV) ## rooms import downwards only
	$(VENV)/bin/lint-imports

check: lint types imports ## lint, types, imports, migrations, Django's own deployment check
	$(PY) manage.py services up
	$(PY) manage.py makemigrations --check --dry-run
	$(PY) manage.py check --deploy --fail-level WARNING

AUDIT := var/audit/bin/pip-audit
$(AUDIT):
	$(PYTHON) -m venv var/audit
	var/audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit==2.10.1

audit: $(RUN) $(AUDIT) ## known weaknesses of everything that is installed (asks the package index; fails where it can't)
	$(AUDIT) --strict --progress-spinner off --path "$$($(PY) -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"

services-up: $(RUN) ## PostgreSQL, Redis and Kafka without installing any
	$(PY) manage.py services up

services-down: $(RUN) ## stop them; their data stays under var/
	$(PY) manage.py services down

kafka: $(RUN) ## a real single-node Apache Kafka 4 (JDK 17 and Maven)
	$(PY) -m demo.services.apache_kafka up

test-kafka: $(DEV) ## the broker contract tests on that Kafka
	$(PY) -m demo.services.apache_kafka run -- $(PY) -m pytest -m kafka_contract

HELM := helm.sh/helm/v3/cmd/helm@v3.19.5
HELM_RENDERED := storefront/tests/helm.golden.yaml

.PHONY: helm-installed
helm-installed: # from its Go module, where Go is
	@command -v helm >/dev/null || [ -x "$$(go env GOPATH)/bin/helm" ] || go install $(HELM)

helm: helm-installed ## check the Helm chart and write what it renders to, which a test compares (needs Go)
	@PATH="$$PATH:$$(go env GOPATH)/bin"; helm lint --strict deploy/helm && helm template shop deploy/helm --kube-version 1.31.0 > $(HELM_RENDERED)

SPARK := $(VENV)/.installed-spark
$(SPARK): $(RUN) requirements-spark.txt
	$(call install,requirements-spark.txt)

spark: $(SPARK) java ## what training on Spark needs: pyspark, and Java 17 where it may be installed
	@$(PY) -m catalog.lake.spark

.PHONY: java
java: # for tests of Spark, where it may be installed; they are skipped elsewhere
	@command -v java >/dev/null || [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null || \
		{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
			openjdk-17-jre-headless >/dev/null; } || echo "Java could not be installed" >&2

clean: ## remove everything generated (data too)
	-$(PY) manage.py services down
	rm -rf "$$(readlink -f var/postgres)" var $(VENV)
