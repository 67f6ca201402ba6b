# `make` alone lists the targets. `make demo` and `make test` need Go, make and git; nothing else.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

GO ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
BENCH ?= .
BENCHTIME ?= 1s
FUZZTIME ?= 10s
DURATION ?= 30s
WINNOW_FIGURES ?= 5000000

GOLANGCI_VERSION := v2.15.0
GOLANGCI := bin/tools/golangci-lint-$(GOLANGCI_VERSION)

# The packages that have files with vectors, and "simd" where this Go can build those and they are for this architecture.
VECTORS := ./schemas/... ./validators/sensitive/...
SIMD = $(shell [ "$$($(GO) env GOARCH)" = amd64 ] && GOEXPERIMENT=simd $(GO) list simd/archsimd >/dev/null 2>&1 && echo simd)

# The race detector needs cgo and a C compiler, which a machine with Go and make alone may not have.
HAVE_CC := $(shell command -v "$$($(GO) env CC)" 2>/dev/null)

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: ## bin/winnow, static, with vectors where this Go has them
	GOEXPERIMENT=$(SIMD) CGO_ENABLED=0 $(GO) build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o bin/winnow ./cmd/winnow

.PHONY: demo
demo: build ## everything on this machine: Kafka, load with planted faults, the gate (DURATION=30s)
	bin/winnow demo --duration $(DURATION)

.PHONY: test-simd
test-simd:
	$(if $(SIMD),GOEXPERIMENT=simd $(GO) test $(VECTORS),@echo 'WARNING: no GOEXPERIMENT=simd here, so nothing with vectors is built or tested.' >&2)

.PHONY: test
test: test-simd ## every test that needs nothing but Go, under the race detector
ifneq ($(HAVE_CC),)
	CGO_ENABLED=1 $(GO) test -race -timeout 15m ./...
else
	@echo 'WARNING: no C compiler, so the tests run WITHOUT the race detector. Install gcc for it.' >&2
	$(GO) test -timeout 15m ./...
endif

.PHONY: test-kafka
test-kafka: build ## the tests against real Apache Kafka (needs Java 17, Maven, kcat, Prometheus)
	WINNOW_BIN=$(CURDIR)/bin/winnow $(GO) test -tags kafka -p 1 -count 1 -timeout 18m ./internal/kafkaproc ./sinks/quarantine ./test/kafka

.PHONY: test-web
test-web: build ## the page in headless Chromium, with axe-core (needs Chromium, npm; WINNOW_SHOTS=folder leaves pictures)
	axe=$$(scripts/fetch-axe) && WINNOW_BIN=$(CURDIR)/bin/winnow WINNOW_AXE="$$axe" $(GO) test -tags web -count 1 -timeout 10m ./test/web

.PHONY: bench
bench: ## benchmarks (BENCH=regexp BENCHTIME=1s)
	GOEXPERIMENT=$(SIMD) $(GO) test -run '^$$' -bench '$(BENCH)' -benchtime $(BENCHTIME) -benchmem ./...

.PHONY: bench-smoke
bench-smoke: ## every benchmark once, so that none rots
	$(MAKE) --no-print-directory bench BENCHTIME=1x

.PHONY: bench-kafka
bench-kafka: build ## the gate against real Kafka on this machine, beside a bare reader (WINNOW_FIGURES=records)
	WINNOW_BIN=$(CURDIR)/bin/winnow WINNOW_FIGURES=$(WINNOW_FIGURES) $(GO) test -tags kafka -count 1 -timeout 30m -v -run 'Figures$$' ./test/kafka

.PHONY: yardsticks
yardsticks: build ## the JSON kernel beside C++ simdjson and Blaze over real-world schemas (needs g++, npm, pip; ROUNDS=5)
	scripts/need python3=python3
	scripts/yardstick/run

.PHONY: fuzz
fuzz: ## every fuzz target for a while (FUZZTIME=10s)
	@{ grep -rHo --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' . || true; } | sort | while IFS=: read -r file func; do \
		name=$${func#func }; echo "== $$(dirname $$file) $$name"; \
		GOEXPERIMENT=$(SIMD) $(GO) test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 100x $$(dirname $$file); \
	done

.PHONY: lint
lint: $(GOLANGCI) ## gofmt, go vet, golangci-lint; what has vectors, with and without them
	@unformatted=$$(gofmt -l $$(find . -name '*.go' -not -path './bin/*')); \
		[ -z "$$unformatted" ] || { echo "not gofmt-ed: $$unformatted" >&2; exit 1; }
	$(GO) vet ./...
	$(GO) vet -tags kafka,web ./internal/kafkaproc/... ./sinks/... ./test/...
	$(GOLANGCI) run
	$(if $(SIMD),GOEXPERIMENT=simd $(GO) vet $(VECTORS) && GOEXPERIMENT=simd $(GOLANGCI) run $(VECTORS))

$(GOLANGCI):
	@echo 'installing golangci-lint $(GOLANGCI_VERSION) into bin/tools (from source, about two minutes)'
	GOBIN=$(CURDIR)/bin/tools $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)
	mv bin/tools/golangci-lint $@

.PHONY: generate
generate: ## write the generated references anew (docs/reference, schemas)
	@{ grep -rl --include='*_test.go' '^func TestReference' . || true; } | xargs -r -n 1 dirname | sort -u | while read -r pkg; do \
		$(GO) test -count 1 -run '^TestReference' $$pkg -update; \
	done

.PHONY: kafka
kafka: ## Apache Kafka on 127.0.0.1:9092 in the foreground (needs Java 17 and Maven)
	scripts/run-kafka

.PHONY: clean
clean: ## remove what was built
	rm -rf bin dist
