# SPDX-License-Identifier: GPL-2.0
# The commands of this tree; "make" alone lists them. The kernel module itself is
# built by Kbuild.

PREFIX ?= /usr/local
DESTDIR ?=
# A kernel to build for and to boot in the VM; see selftests/vm/kernel.
KERNEL ?= default
# One test by name, for check.
T ?=
# What a call of make sets is for the scripts too.
MAKEFLAGS += --no-print-directory

vm := selftests/vm
version := $(shell sed -n 's/^PACKAGE_VERSION="\([^"]*\)"$$/\1/p' dkms.conf)

.PHONY: help
help:
	@echo 'culvert $(version): a WireGuard-protocol tunnel for Linux'
	@echo
	@echo '  make demo       two namespaces, a tunnel, traffic: in a VM, see it work'
	@echo '  make check      build everything and run all tests (T=NAME runs one)'
	@echo '  make bench      measure against the kernel'"'"'s own wireguard.ko'
	@echo
	@echo '  make all        module and tools'
	@echo '  make module     build/module/*/culvert.ko for the VM'"'"'s kernel, or for'
	@echo '                  KERNEL=6.12, KERNEL=7.3, KERNEL=host (the running one)'
	@echo '  make tools      the culvert command and its library, in build/tools'
	@echo '  make install    module for the running kernel, tool, manual; as root'
	@echo '                  (PREFIX=$(PREFIX), DESTDIR for packages)'
	@echo '  make uninstall  takes that away again'
	@echo '  make lint       checkpatch, sparse, warnings, shellcheck'
	@echo '  make setup      only install and fetch what the others need'
	@echo '  make clean      remove what was built; fetched kernels stay'
	@echo '  make distclean  remove build/ altogether'

.PHONY: all
all: module tools

.PHONY: setup
setup:
	@$(vm)/setup --kernel $(KERNEL)

.PHONY: module
module: setup
	@$(vm)/module $(KERNEL)

.PHONY: tools
tools: setup
	@$(MAKE) -C tools O=$(CURDIR)/build/tools

.PHONY: demo
demo: all
	@$(vm)/demo --kernel $(KERNEL)

.PHONY: check
check: all
	@selftests/check --kernel $(KERNEL) $(T)

.PHONY: bench
bench: all
	@selftests/bench/run

.PHONY: lint
lint: setup
	@selftests/lint

# Installing needs this machine's compiler and headers, not the VM.
.PHONY: install
install:
	@$(vm)/install install '$(DESTDIR)' '$(PREFIX)'

.PHONY: uninstall
uninstall:
	@$(vm)/install uninstall '$(DESTDIR)' '$(PREFIX)'

.PHONY: clean
clean:
	rm -rf build/module build/tools build/selftests build/unit build/lint build/vm

.PHONY: distclean
distclean:
	rm -rf build
