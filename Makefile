# Tavana: every task of the project. `make help` lists them.

BIN        := bin
CACHE      := .cache
EXTENSIONS := $(BIN)/extensions
# The DuckDB binding turns chunks into Arrow under this tag.
export GOFLAGS := -tags=duckdb_arrow
FUZZTIME   ?= 20s

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: build extensions ## build, fetch what is needed, and start Tavana with sample data
	$(BIN)/tavana up --sample-data

.PHONY: build
build: ## build the programs into bin/
	go build -o $(BIN)/ ./cmd/...

.PHONY: extensions
extensions: ## fetch DuckDB's extensions into bin/extensions, checked by sha256
	@scripts/fetch-extensions.sh $(EXTENSIONS)

.PHONY: tools
tools: ## install what the tests work with: PostgreSQL 15, psql, psycopg, ADBC, servers of S3 and of Azure's blobs
	@scripts/test-tools.sh $(CACHE)

.PHONY: test
test: tools build extensions ## run every test, with the race detector
	go test -race -timeout 40m ./...

.PHONY: test-clients
test-clients: tools build extensions ## install real PostgreSQL clients from their registries and run them against Tavana
	@scripts/clients/odbc.sh
	@scripts/clients/venv.sh $(CURDIR)/$(CACHE) python pydata pgadmin superset dbt flightsql
	@scripts/clients/node.sh $(CURDIR)/$(CACHE)
	@scripts/clients/java.sh $(CURDIR)/$(CACHE)
	TAVANA_CLIENTS=$(CURDIR)/$(CACHE)/clients go test -count=1 -timeout 75m ./clients
	@cat $(CACHE)/clients/checks.txt

.PHONY: race
race: build extensions ## run the concurrent parts' tests ten times with the race detector
	go test -race -count=10 -timeout 30m ./gateway/internal/... ./internal/...

.PHONY: lint
lint: ## look for mistakes: format, vet, staticcheck, errorlint
	@test -z "$$(go tool gofumpt -l .)" || { go tool gofumpt -l .; echo 'run: go tool gofumpt -w .'; exit 1; }
	go vet ./...
	go tool staticcheck ./...
	go tool go-errorlint ./...

.PHONY: fuzz
fuzz: ## run every fuzzer for FUZZTIME (20s)
	@scripts/fuzz.sh $(FUZZTIME)

.PHONY: bench
bench: tools build extensions ## measure beside DuckDB and PostgreSQL: a table, bench/out/report.json and report.svg
	go build -o $(BIN)/bench-inprocess ./bench/inprocess
	go run ./bench --bin $(BIN) --out bench/out
	go test ./gateway/internal/pgenc -run '^$$' -bench 'Encode|Types'
	go test ./gateway/internal/sqltext -run '^$$' -bench Rewrite

.PHONY: generate
generate: ## make the generated files anew: protocol messages, docs/configuration.md
	go run ./scripts/protogen internal/workerapi/workerpb worker.proto
	go run ./scripts/settings docs/configuration.md

.PHONY: verify
verify: lint ## check that generated files and go.mod are current, and that the pure-Go parts build elsewhere
	@scripts/verify.sh

.PHONY: clean
clean: ## remove what was built and fetched
	rm -rf $(BIN) $(CACHE) bench/out
