# The two that a newcomer needs: `make run` and `make test`. `make help` lists the rest.

# rustup's place, for shells that did not read its profile.
export PATH := $(PATH):$(HOME)/.cargo/bin

# Passed on by `make run`, as in: make run ARGS="--listen 0.0.0.0:8080"
ARGS ?=

.PHONY: help run test contract bench lint fmt doc install-deps

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

run: install-deps ## Install what is missing, build, and start the engine (Ctrl-C stops it)
	cargo build --release --locked -p purser
	exec target/release/purser serve $(ARGS)

test: install-deps ## Install what is missing and run every test
	cargo test --workspace --locked

contract: install-deps ## Hold an engine to its OpenAPI document, by Schemathesis (needs python3 and PyPI)
	tests/contract/run

bench: install-deps ## Measure this machine; all figures go to target/bench.json
	cargo run --release --locked -p purser-examples --bin bench

lint: ## Run the checks that need no server: format, clippy, documentation
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS=-Dwarnings cargo doc --workspace --no-deps --locked

fmt: ## Format all code
	cargo fmt --all

doc: ## Build the documentation of the crates
	cargo doc --workspace --no-deps --locked

install-deps: ## Install what is missing: postgres, nats-server, curl, a C compiler
	@.ci/install
