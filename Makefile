# What a person types. Everything works on a fresh clone with cargo, python3 (with venv), make and a C compiler.

CARGO ?= cargo
PYTHON ?= python3
# What follows `dragoman serve` in `make run`, for example: make run ARGS="--ephemeral"
ARGS ?=

# The environment of the suites that trade with the vendors' Python clients.
VENV := .venv
REQUIREMENTS := tests/python/requirements.txt

# One process for each test where cargo-nextest is there, plain cargo where it is not.
NEXTEST := $(shell $(CARGO) nextest --version 2>/dev/null)

need = @command -v $(1) >/dev/null 2>&1 || { echo "make: $(1) is missing: $(2)" >&2; exit 1; }

.PHONY: help
help: ## Say what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: tools ## Build the binary and serve the development profile on ports 7400 to 7406
	@$(CARGO) run --package gateway --bin dragoman -- serve $(ARGS)

.PHONY: test
test: tools $(VENV)/.ready .venv-schema/.ready ## Run all tests, those with the vendors' own clients included
	$(CARGO) build --package gateway --bin dragoman
ifdef NEXTEST
	DRAGOMAN_SCHEMA_PYTHON=$(CURDIR)/.venv-schema/bin/python DRAGOMAN_PYTHON=$(CURDIR)/$(VENV)/bin/python $(CARGO) nextest run --workspace
else
	DRAGOMAN_SCHEMA_PYTHON=$(CURDIR)/.venv-schema/bin/python DRAGOMAN_PYTHON=$(CURDIR)/$(VENV)/bin/python $(CARGO) test --workspace --lib --bins --tests
endif
	$(CARGO) test --workspace --doc --quiet

.PHONY: clients
clients: $(VENV)/.ready ## Bring the vendors' Python clients into .venv, as the tests do

.PHONY: check
check: tools ## Format, lints and documentation, with warnings denied
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --quiet

# What `make simulate` starts from, how far it goes, in which build, and which history it plays alone.
SEED := $(or $(SEED),$(shell date +%s))
COMMANDS ?= 20000000
RELEASE ?=
HISTORY ?=

SIMULATE = SIMULATE_SEED=$(SEED) $(CARGO) test --quiet --package order-engine --test rules

.PHONY: simulate
simulate: tools ## Compare the engine with its model for long: make simulate SEED=7 COMMANDS=20000000 [RELEASE=1]
	SIMULATE_COMMANDS=$(COMMANDS) SIMULATE_HISTORY=$(HISTORY) \
		$(SIMULATE) $(if $(RELEASE),--release) -- --nocapture million_commands

# How many commands `make builds` has answered by each build.
SAME ?= 200000

.PHONY: builds
builds: tools ## See that a debug and a release build come to the same states: make builds SEED=7 SAME=200000
	@mkdir -p target/builds
	@SIMULATE_COMMANDS=$(SAME) $(SIMULATE) -- --nocapture million_commands >target/builds/debug.log \
		|| { cat target/builds/debug.log; exit 1; }
	@SIMULATE_COMMANDS=$(SAME) $(SIMULATE) --release -- --nocapture million_commands >target/builds/release.log \
		|| { cat target/builds/release.log; exit 1; }
	@for build in debug release; do grep -o 'half .* come to .*' target/builds/$$build.log | sort >target/builds/$$build.states; done
	@test $$(wc -l <target/builds/debug.states) -eq 2 || { echo "make: the simulation said nothing of its states" >&2; exit 1; }
	@diff target/builds/debug.states target/builds/release.states || { echo "make: the builds differ" >&2; exit 1; }
	@cat target/builds/release.states

# Which file `make mutants` changes, all unless told, and which part of the set: SHARD=0/8.
FILE ?=
SHARD ?=
# A faster linker, where it is installed: each mutant is linked anew.
MOLD := $(if $(shell command -v mold 2>/dev/null),-C link-arg=-fuse-ld=mold)

# A copy of the tree is changed, never the tree; what it is built from is built once and kept under target/mutants.
.PHONY: mutants
mutants: tools ## Change the engine in every small way and see that its tests notice: make mutants FILE=book.rs SHARD=0/8
	$(call need,cargo-mutants,cargo install cargo-mutants --locked)
	CARGO_TARGET_DIR=$(CURDIR)/target/mutants RUSTFLAGS="$(MOLD)" SIMULATE_COMMANDS=20000 PROPTEST_CASES=32 \
		$(CARGO) mutants --package order-engine --jobs 1 --output target \
		$(if $(FILE),--file '$(FILE)') $(if $(SHARD),--shard $(SHARD))

# How long `make fuzz` goes on.
SECONDS ?= 60

.PHONY: fuzz
fuzz: tools ## Throw hostile commands and bytes at the engine: make fuzz SECONDS=600
	$(CARGO) test --package order-engine --test rules --no-run
	@end=$$(( $$(date +%s) + $(SECONDS) )); while [ $$(date +%s) -lt $$end ]; do \
		PROPTEST_CASES=2000 $(CARGO) test --quiet --package order-engine --test rules hostile || exit 1; \
	done

# How many requests `make requests` sends.
REQUESTS ?= 1000000

.PHONY: requests
requests: tools ## Send random requests to the OANDA dialect for long: make requests SEED=7 REQUESTS=1000000
	REQUESTS_SEED=$(SEED) REQUESTS=$(REQUESTS) \
		$(CARGO) test --package facade-oanda --test random -- --nocapture

# What `make torture` starts from and how many kills it makes.
ROUNDS ?= 2000

.PHONY: torture
torture: tools ## Kill the gateway under load for long: make torture SEED=7 ROUNDS=5000
	$(CARGO) build --package gateway --bin dragoman
	DRAGOMAN_TORTURE_SEED=$(SEED) DRAGOMAN_TORTURE_ROUNDS=$(ROUNDS) \
		$(CARGO) test --package dragoman-tests --test torture -- --nocapture

.PHONY: golden
golden: tools ## Write the expected answers of the golden files anew; read the difference like code
	UPDATE_GOLDEN=1 $(CARGO) test --quiet --package 'facade-*' --test golden
	git diff --stat -- 'crates/*/tests/golden'

.PHONY: golden-log
golden-log: tools ## Write the log that holds the engine's rules anew, with the state that it leads to
	UPDATE_GOLDEN=1 $(CARGO) test --quiet --package runtime --test golden_log
	git diff --stat -- crates/runtime/tests/golden-log

.PHONY: bench
bench: bench-engine bench-journal ## Measure the engine, the way to the disk, and the HTTP paths
	$(CARGO) bench --package dragoman-tests --bench http

.PHONY: bench-journal
bench-journal: tools ## Measure the way to the disk beside the disk itself, replay, what a start costs, and the longest stops
	$(CARGO) bench --package runtime --bench submit
	$(CARGO) bench --package runtime --bench snapshots
	$(CARGO) bench --package runtime --bench instants

# The optimizer is told what the engine does most, as counted while it carries out streams of another seed. What is built
# so is for this kind of machine, and is kept apart from other builds. PROFILED=no does without.
PROFILED ?= yes
TRAINING_SEED := 1
HOST = $(shell rustc -vV | sed -n 's/^host: //p')
PROFDATA = $(shell rustc --print sysroot)/lib/rustlib/$(HOST)/bin/llvm-profdata
PROFILE := target/profile/engine.profdata
# Counting bits is one instruction on what has been sold since 2009.
TUNED_CPU = $(if $(filter x86_64-%,$(HOST)),-Ctarget-cpu=x86-64-v2)
ifeq ($(PROFILED),yes)
TUNED = RUSTFLAGS="-Cprofile-use=$(CURDIR)/$(PROFILE) $(TUNED_CPU)" $(CARGO) build --release --locked --target $(HOST) --target-dir target/tuned \
	--package gateway --package order-engine
TUNED_DIR = target/tuned/$(HOST)/release
else
TUNED = $(CARGO) build --release --locked --package gateway --package order-engine
TUNED_DIR = target/release
endif

.PHONY: profile
profile: tools $(if $(filter yes,$(PROFILED)),$(PROFILE)) ## Count what the engine does most, for `release` and `bench-engine`

# Both packages are named wherever the profile is made or used: what they need is then built with the same features.
$(PROFILE): Cargo.lock $(shell find crates/order-engine -name '*.rs')
	@test -x $(PROFDATA) || { echo "make: llvm-profdata is missing: rustup component add llvm-tools, or say PROFILED=no" >&2; exit 1; }
	rm -rf target/profile
	mkdir -p target/profile
	RUSTFLAGS="-Cprofile-generate=$(CURDIR)/target/profile $(TUNED_CPU)" $(CARGO) build --release --locked --target $(HOST) \
		--target-dir target/profiling --package gateway --package order-engine --example replay
	@for mix in moves gateway deep million; do \
		file=target/profile/$$mix.ops; replay=target/profiling/$(HOST)/release/examples/replay; \
		$$replay --generate $$mix $(TRAINING_SEED) 100000 $$file || exit 1; \
		for subject in peer list book engine; do $$replay --once $$subject $$file || exit 1; done; \
	done
	$(PROFDATA) merge --output $@ target/profile/*.profraw

# The streams of `make bench-engine` come from it.
ENGINE_SEED ?= 7

# Memory that one run gave back is kept for the next: how long the system takes to clear memory is not the engine's doing.
.PHONY: bench-engine
bench-engine: profile ## Measure the book beside a peer, the whole engine, bytes and instructions, beside their budgets
	$(TUNED) --example replay
	$(CARGO) build --release --package order-engine --example footprint
	@MIMALLOC_PURGE_DELAY=-1 $(TUNED_DIR)/examples/replay --table $(ENGINE_SEED)
	@target/release/examples/footprint
	@$(MAKE) --no-print-directory count-instructions

# Instructions do not wander as times on a shared machine do. Only what is done for an operation is counted.
.PHONY: count-instructions
count-instructions:
	@command -v valgrind >/dev/null 2>&1 || { echo "instructions are counted where valgrind is installed"; exit 0; }; \
	for mix in moves gateway; do for subject in peer book engine; do \
		file=target/$$mix-short.ops; \
		$(TUNED_DIR)/examples/replay --generate $$mix $(ENGINE_SEED) 100000 $$file >/dev/null || exit 1; \
		valgrind --tool=callgrind --callgrind-out-file=/dev/null --toggle-collect='*Subject*apply_all*' \
			$(TUNED_DIR)/examples/replay --once $$subject $$file 2>&1 \
			| awk -v what="$$mix $$subject" '/Collected/ { printf "%s: %d instructions for an operation\n", what, $$4 / 100000 }'; \
		rm $$file; \
	done; done

.PHONY: release
release: profile ## Build the binary for production: target/release/dragoman
	$(TUNED) --bin dragoman
ifeq ($(PROFILED),yes)
	install -D $(TUNED_DIR)/dragoman target/release/dragoman
endif

.PHONY: tools
tools:
	$(call need,$(CARGO),install Rust 1.95 or newer (https://rustup.rs))
	$(call need,cc,install a C compiler; some crates build C code)

# What drives the Clear Street dialect by the vendor's document, and how far `make schemathesis` goes.
SCHEMA_VENV := .venv-schema
SCHEMA_REQUIREMENTS := tests/python/requirements-schema.txt
EXAMPLES ?= 200

.PHONY: schemathesis
schemathesis: tools $(SCHEMA_VENV)/.ready ## Drive the Clear Street dialect by the vendor's document for long: make schemathesis SEED=7 EXAMPLES=200
	$(CARGO) build --package gateway --bin dragoman
	SCHEMA_SEED=$(SEED) SCHEMA_EXAMPLES=$(EXAMPLES) DRAGOMAN_SCHEMA_PYTHON=$(CURDIR)/$(SCHEMA_VENV)/bin/python \
		$(CARGO) test --package dragoman-tests --test schema -- --nocapture

$(SCHEMA_VENV)/.ready: $(SCHEMA_REQUIREMENTS)
	$(call need,$(PYTHON),install Python 3.10 or newer)
	$(PYTHON) -m venv $(SCHEMA_VENV)
	$(SCHEMA_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-virtualenv -r $(SCHEMA_REQUIREMENTS) \
		|| { echo "make: schemathesis could not be installed; is the package index reachable?" >&2; exit 1; }
	@touch $@

$(VENV)/.ready: $(REQUIREMENTS)
	$(call need,$(PYTHON),install Python 3.10 or newer; the vendors' Python clients are part of the tests)
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null \
		|| { echo "make: $(PYTHON) has no venv module: install it (Debian: python3-venv)" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-virtualenv -r $(REQUIREMENTS) \
		|| { echo "make: the Python clients could not be installed; is the package index reachable?" >&2; exit 1; }
	@touch $@
