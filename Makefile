# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors
#
# Every target does the set-up that it still needs; the scripts in board/build do the work and explain themselves.

SHELL := /bin/bash
.DEFAULT_GOAL := help

# Where the C libraries come from: built from pinned archives, the only choice so far. The variable is here so that a
# distribution's own packages can become another (docs/decisions/c-libraries.md says what they lack today).
DEPS ?= pinned
ifneq ($(DEPS),pinned)
$(error DEPS=$(DEPS) is not known yet; there is only DEPS=pinned)
endif
# What conceals lost packets: Opus' own way, or its neural network (docs/decisions/neural-concealment.md).
SOUND ?= plain
export SOUND
export DEPS_MIRROR DEPS_ARCHIVES INTERCOM_CACHE SSH HEALTH_WAIT

TOOLS := board/build
PROGRAM := build/x86_64$(patsubst %,-%,$(filter-out plain,$(SOUND)))/intercom

##@ Use
.PHONY: run demo
run: build ## start an intercom on this machine, with board/desk/intercom.toml
	$(PROGRAM) run --config board/desk/intercom.toml
demo: build ## let two intercoms hold a ten-second call, and keep what was heard
	board/desk/demo.sh

##@ Build
.PHONY: build device deps
build: ## the static program for x86_64, into build/x86_64/intercom
	@$(TOOLS)/product.sh x86_64
device: ## the same for aarch64 boards, into build/aarch64/intercom
	@$(TOOLS)/product.sh aarch64
deps: ## only the C libraries, for both architectures
	@$(TOOLS)/deps.sh host x86_64 aarch64

##@ Ship
.PHONY: deb flash
deb: build device ## Debian packages for amd64 and arm64, into build/
	@board/package/deb.sh
flash: ## bring it to a board as a service: make flash HOST=user@address [BOARD=name]
	@board/flash/flash.sh '$(HOST)' '$(BOARD)'

##@ Check
.PHONY: test vm-test browser-test bench soak fuzz lint
test: ## every test: lint, unit, sanitizer, both programs, calls, browsers, the device in the VM
	@$(TOOLS)/test.sh
vm-test: device ## the device in a virtual machine: sound cards, buttons, lights, a bad network
	@Tests/VM/run
browser-test: build ## calls with Chromium and Firefox, judged by what was heard
	@Tests/Browser/run
bench: build device ## the figures, beside those of others, and docs/benchmarks; ONLY=table, loss, delay, echo, cost
	@Tests/Bench/run $(ONLY)
soak: build ## what takes minutes more: two virtual hours of drift, 200 calls of one page, whose memory stays flat
	@INTERCOM_SOAK=1 $(TOOLS)/host.sh test --filter PlayoutTests
	@INTERCOM_SOAK=1 Tests/Browser/run -k heap_flat
fuzz: ## feed mutated bytes to every parser
	@Tests/Fuzz/run
lint: ## style, and that the audio cycle cannot allocate
	@$(TOOLS)/lint.sh

##@ Keep
.PHONY: format clean help
format: ## rewrite the Swift sources in the project's style
	swift format format --in-place --parallel --recursive Sources Tests Package.swift
clean: ## remove what was built here; the C libraries stay in the cache
	rm -rf build .build .build-host .build-tsan .build-example .build-x86_64 .build-aarch64
help: ## this text
	@awk 'BEGIN { FS = ":.*## " } /^##@/ { printf "\n%s\n", substr($$0, 5) } \
	    /^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@printf '%s\n' '' 'Variables' \
	    '  DEPS_ARCHIVES=FOLDER   take the C libraries'"'"' archives from a folder' \
	    '  DEPS_MIRROR=ADDRESS    fetch them from this Debian mirror instead of those apt uses' \
	    '  DEPS=pinned            build them from the pinned archives (the only choice so far)' \
	    '  SOUND=neural           conceal lost packets by Opus'"'"' neural network, 1.4 MB more, into build/ARCH-neural' \
	    '  INTERCOM_CACHE=FOLDER  keep them elsewhere than in ~/.cache/intercom' \
	    '  ONLY=TOPIC             what to bench: table, loss, delay, echo or cost instead of all' \
	    '  HOST=USER@ADDRESS      the board to flash; BOARD=NAME one of the folders in board/' \
	    '  SSH=COMMAND            how to reach it, as in SSH="ssh -p 2222"' \
	    '  HEALTH_WAIT=SECONDS    how long it may take to be healthy there, 30 without' \
	    '' 'Build on x86_64 Linux; what is missing is installed with apt-get where there is one.'
