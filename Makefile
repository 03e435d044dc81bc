# `make help` lists what there is. Each target installs what it needs and says so.

.DEFAULT_GOAL := help
.PHONY: help demo replay test test-full soak bench conformance differential package generate prices prices-check fuzz fmt lint docs clean

BENCH ?= all
export SEED ?= 1
export N ?= 100000
FUZZ_SECONDS ?= 60

# The set-up may choose a toolchain and a path: cargo runs in the shell that has them.
SHELL := bash
RUST := . scripts/setup.sh && need_rust &&

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

demo: ## a small SaaS on loopback for ten seconds: real clients, a retry loop, decisions as they are made, what was saved
	@scripts/demo.sh

replay: ## replay a made-up month of usage against a policy, report in the terminal and as HTML in out/
	@scripts/demo-replay.sh

test: ## everything that has to pass: format, lints, tests, each binding, the SDK, examples, vectors, packages, zones, prices, docs
	@scripts/test.sh

test-full: ## make test, then all time zones, more random sequences, each fuzz target for a minute
	@scripts/test.sh --full

soak: ## random sequences and properties with fresh seeds for SOAK_SECONDS (300)
	@scripts/soak.sh

bench: ## measure the goals of speed and memory; BENCH=core|node|wasm|python|sdk for a part
	@scripts/bench.sh $(BENCH)

conformance: ## run the vectors on every implementation; SPENDGATE_VECTORS adds folders
	@scripts/conformance.sh

differential: ## N (100000) random commands from SEED (1) on, the engine against all that carry it
	@scripts/differential.sh

package: ## build what is published into dist/: npm packages, Python wheel and source
	@scripts/package.sh

generate: prices ## make every generated file anew: prices, catalogues, schemas
	@scripts/generate.sh

prices: ## derive the price table from its source; the release is pinned in scripts/prices
	@scripts/prices.sh refresh

prices-check: ## the committed price table is current and agrees with a second source
	@scripts/prices.sh check

fuzz: ## run each fuzz target for FUZZ_SECONDS (60)
	@scripts/fuzz.sh $(FUZZ_SECONDS)

fmt: ## format the code
	$(RUST) cargo fmt --all

lint: ## check format, lints and the rules of the repository
	$(RUST) cargo fmt --all --check
	$(RUST) cargo clippy --workspace --all-targets -- -D warnings
	@scripts/check-repository.sh

docs: ## build the documentation of the crates
	$(RUST) RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps

clean: ## remove what was built
	rm -rf target out dist core/fuzz/target tests/schemas/target bindings-*/dist sdk-js/dist bindings-wasm/glue bindings-node/spendgate.node node_modules
