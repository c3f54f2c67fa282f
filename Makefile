# depctl. Two commands set up a fresh machine: make demo, and make test.

SHELL := bash
GO    ?= go
BIN   := $(CURDIR)/bin
DIR   ?= $(CURDIR)/out/sandbox
NODE  ?= simulated
PREFIX ?= $(HOME)/.local

# Where shells look for completions, below PREFIX as distributions have it.
SHARE           = $(DESTDIR)$(PREFIX)/share
BASH_COMPLETION = $(SHARE)/bash-completion/completions/depctl
ZSH_COMPLETION  = $(SHARE)/zsh/site-functions/_depctl
FISH_COMPLETION = $(SHARE)/fish/vendor_completions.d/depctl.fish

IMAGE ?= depctl.dev/depctl-gate:dev
PLATFORMS ?= linux/amd64,linux/arm64

# The commit goes into the programs where git is there to tell it. Without cgo,
# what the tests run is compiled as what the image holds.
BUILD := CGO_ENABLED=0 $(GO) build -buildvcs=auto -trimpath
# Tests that need no control plane.
UNIT  := ./cli/... ./cmd/... ./depgraph/... ./gate/... ./lang/... ./test/arch/... ./test/bench/... ./test/browser/... ./test/examples/... ./test/history/... ./test/matrix/... ./test/monitoring/... ./test/reference/... ./test/transcript/...
# Tests that start control planes; one package at a time, they need the machine.
LIVE  := ./test/demo/... ./test/sandbox/... ./test/integration/... ./test/fault/... ./test/attack/... ./test/container/... ./test/ui/...
# In one line each, whether the tests with real containers and those in a browser run or are skipped, and why:
# go test does not say that of tests that pass.
DOCTOR = @$(BIN)/sandbox doctor --brief || true; command -v chromium >/dev/null || echo "pages: the tests in a browser are skipped: there is no chromium (Debian has it as a package)"
# The image's module. Go does not see that files outside of it have changed, so
# no cached result counts; and packing under -race takes minutes, without a race.
IMAGETEST := $(GO) -C deploy/image test -count=1

GATE  ?= $(BIN)/depctl-gate
FOR   ?= 1h
ROUNDS ?= 5
SEED  ?= 1

.DEFAULT_GOAL := help
.PHONY: help build programs install control-plane helm scheduler image image-ui image-scheduler unit test test-release release vulncheck licences matrix peers test-peers attack soak bench bench-curve bench-quick bench-order demo doctor sandbox sandbox-down lint generate chart ui ui-types ui-dev man fmt clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: programs control-plane ## Build depctl, depctl-gate, sandbox, kube and kwok into bin/

programs: ## Build only our own programs
	@mkdir -p $(BIN)
	$(BUILD) -o $(BIN)/ ./cmd/depctl ./cmd/depctl-gate ./test/sandbox/cmd/sandbox

install: ## Install depctl, also as kubectl depctl, man pages and completions (PREFIX=~/.local)
	@mkdir -p $(BIN) $(SHARE)/man/man1
	$(BUILD) -o $(BIN)/ ./cmd/depctl
	install -D $(BIN)/depctl $(DESTDIR)$(PREFIX)/bin/depctl
	ln -sf depctl $(DESTDIR)$(PREFIX)/bin/kubectl-depctl
	ln -sf depctl $(DESTDIR)$(PREFIX)/bin/kubectl_complete-depctl
	$(GO) run ./test/reference -man $(SHARE)/man/man1
	@mkdir -p $(dir $(BASH_COMPLETION) $(ZSH_COMPLETION) $(FISH_COMPLETION))
	$(BIN)/depctl completion bash >$(BASH_COMPLETION)
	$(BIN)/depctl completion zsh >$(ZSH_COMPLETION)
	$(BIN)/depctl completion fish >$(FISH_COMPLETION)

control-plane: ## Build only Kubernetes and KWOK (10 minutes once, then cached)
	test/sandbox/build.sh $(BIN)

helm: ## Build only Helm, which a test runs (minutes once, then cached)
	test/sandbox/build.sh $(BIN) helm

scheduler: ## Build depctl-scheduler, which orders pods by rank (minutes once, then cached)
	@mkdir -p $(BIN)
	test/sandbox/build.sh $(BIN) depctl-scheduler

image: ## Build the gate's image, out/depctl-gate.tar (IMAGE, PLATFORMS)
	@mkdir -p $(CURDIR)/out
	@$(GO) -C deploy/image run . --source $(CURDIR) --out $(CURDIR)/out --image $(IMAGE) --platforms $(PLATFORMS)

image-scheduler: ## Build the image of depctl-scheduler, out/depctl-scheduler.tar (PLATFORMS)
	@mkdir -p $(CURDIR)/out
	@$(GO) -C deploy/image run . --program depctl-scheduler --source $(CURDIR) --out $(CURDIR)/out --platforms $(PLATFORMS)

image-ui: ## Build the image of depctl, which deploy/ui runs, out/depctl.tar (PLATFORMS)
	@mkdir -p $(CURDIR)/out
	@$(GO) -C deploy/image run . --program depctl --source $(CURDIR) --out $(CURDIR)/out --platforms $(PLATFORMS)

release: ## Write a release into out/release/VERSION (VERSION=v0.1.0 KEY=FILE WITHOUT=scheduler)
	@$(GO) -C deploy/release run . --source $(CURDIR) --out $(CURDIR)/out/release --version "$(VERSION)" --key "$(if $(KEY),$(abspath $(KEY)))" --without "$(WITHOUT)"$(if $(REGISTRY), --registry "$(REGISTRY)")$(if $(URL), --url "$(URL)") $(ARGS)

vulncheck: ## Look for known vulnerabilities in what is shipped (VULNDB=file:///DIR)
	@VULNDB="$(VULNDB)" deploy/release/vulncheck.sh

licences: ## Write docs/reference/licences.md, and fail at a licence that may not be passed on
	@$(GO) -C deploy/release test -count=1 ./licence -args -update
	@$(GO) -C deploy/release test -count=1 ./licence

unit: ## Run the tests that need no control plane, under a minute
	$(GO) test -race $(UNIT)
	$(IMAGETEST) ./...

test: build helm scheduler ## Run all tests, on a real control plane too
	$(GO) test -race $(TESTFLAGS) $(UNIT)
	$(IMAGETEST) $(TESTFLAGS) ./...
	$(GO) test $(TESTFLAGS) ./deploy/chart/...
	$(DOCTOR)
	$(GO) test -race -p 1 -parallel 6 -timeout 45m $(TESTFLAGS) $(LIVE)
	$(DOCTOR)

peers: ## Build only the managers of Kueue and JobSet (10 minutes once, then cached)
	test/sandbox/build.sh $(BIN) kueue jobset

test-peers: build peers ## Run the tests beside Kueue and JobSet
	$(GO) test -p 1 -timeout 25m $(TESTFLAGS) ./test/peers

test-release: ## Test what makes a release, with a small one made in two clones (minutes)
	$(GO) -C deploy/release test -count=1 -timeout 30m $(TESTFLAGS) ./...

matrix: build helm scheduler ## Test on other versions of Kubernetes (10 minutes each once, then cached), and write compatibility.md
	$(GO) run ./test/matrix --bin $(BIN) $(ARGS)

attack: build ## Attack the gate at full size, and print a table (GATE=bin/depctl-gate)
	$(GO) test -v -count=1 -timeout 2h ./test/attack -whole -gate $(abspath $(GATE))

soak: build ## Run random graphs under faults (FOR=1h SEED=1)
	$(GO) run ./test/soak --bin $(BIN) --for $(FOR) --seed $(SEED)

bench: build ## Measure the gate against an ideal one, hours (ROUNDS=5)
	$(GO) run ./test/bench --bin $(BIN) --rounds $(ROUNDS) $(BENCHFLAGS)

bench-curve: build ## Measure the gate alone with 1,000 to 100,000 Jobs, and draw docs/design/scaling.svg
	$(GO) run ./test/bench/replay --bin $(BIN) --rate 10 --for 30s --curve docs/design/scaling.svg

bench-quick: build ## The small ones of it, under 5 minutes
	$(GO) run ./test/bench --bin $(BIN) --quick $(BENCHFLAGS)

bench-order: build scheduler ## Measure the order of pods, and what depctl-scheduler costs (ARGS=--throughput, ARGS=--near)
	$(GO) run ./test/bench/order --bin $(BIN) $(ARGS)

demo: build ## See a graph of Jobs run, in real containers if the machine can
	@$(GO) run ./test/demo --bin $(BIN)

sandbox: build ## Start a control plane with the gate in it (DIR=out/sandbox NODE=real)
	@$(BIN)/sandbox up --dir $(DIR) --node $(NODE) --gate

doctor: programs ## Say whether real containers can run here, and what is missing
	@$(BIN)/sandbox doctor

sandbox-down: ## Stop it
	@$(BIN)/sandbox down --dir $(DIR)

lint: ## Run golangci-lint (built once in minutes, then cached)
	test/lint.sh ./...
	cd deploy/image && ../../test/lint.sh --config $(CURDIR)/.golangci.yml ./...
	cd deploy/release && ../../test/lint.sh --config $(CURDIR)/.golangci.yml ./...

generate: ## Write the pages of docs/reference that are made from the code
	$(GO) generate ./test/reference

chart: ## Write the Helm chart deploy/chart from the kustomizations
	$(GO) run ./deploy/chart/generator .

ui: ## Bundle the page of depctl ui into cli/ui/web/dist (needs no node)
	$(GO) generate ./cli/ui/web

ui-types: ## Check the types of the page (needs npm, once)
	cli/ui/web/types.sh

ui-dev: ## Bundle it at every change, until stopped
	cd cli/ui/web && exec $$(sed -n 's|^//go:generate ||p' embed.go) --watch=forever

man: ## Write the man pages into out/man
	@$(GO) run ./test/reference -man $(CURDIR)/out/man

fmt: ## Format the code
	$(GO) tool gofumpt -w cli cmd deploy depgraph gate lang test

clean: ## Remove what was built (the cached control plane stays)
	rm -rf $(BIN) $(CURDIR)/out
