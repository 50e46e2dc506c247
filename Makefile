# SPDX-License-Identifier: GPL-2.0
# The commands of this tree; "make" alone lists them. The kernel module itself is
# built by Kbuild.

PREFIX ?= /usr/local
DESTDIR ?=
# A kernel to build for and to boot in the VM; see selftests/vm/fetch-kernel.
KERNEL ?= default
# One test by name, for check.
T ?=
# What a call of make sets is for the scripts too.
MAKEFLAGS += --no-print-directory

vm := selftests/vm
version := $(shell sed -n 's/^PACKAGE_VERSION="\([^"]*\)"$$/\1/p' dkms.conf)

.PHONY: help
help:
	@echo 'culvert $(version): a network tunnel that speaks the WireGuard protocol'
	@echo
	@echo '  make demo       two namespaces, a tunnel, traffic: in a VM, see it work'
	@echo '  make demo-rootless  a tunnel of the kernel by a user without privileges, in a VM'
	@echo '  make check      build everything and run the tests (T=NAME runs one)'
	@echo '  make check-slow     those that take long, and are not in make check'
	@echo '  make check-clients  of these wg, wg-quick, networkd, NetworkManager, pyroute2'
	@echo '                  (MODULE=wireguard: on the kernel'"'"'s own wireguard.ko)'
	@echo '  make clients-root   only make the Debian they run in, with systemd'
	@echo '  make bench      measure against the kernel'"'"'s own wireguard.ko'
	@echo '  make bench-native RUNNER=COMMAND KDIR=BUILD-TREE'
	@echo '                  the same at full speed, in a kernel that COMMAND starts'
	@echo '  make flood-native RUNNER=COMMAND KDIR=BUILD-TREE'
	@echo '                  100,000 forged messages a second beside a session, likewise'
	@echo '  make bench-peers   what 1,000 to 1,000,000 peers cost, and letting in as many'
	@echo '                  clients that knock (QUICK=1: 100,000 peers, 20,000 clients)'
	@echo '  make bench-tool    the command beside wg with 100,000 peers: time and memory'
	@echo '  make bench-order   how often CPUs contend for a lock, with 1, 2, 4 and 8 CPUs'
	@echo '  make stress     everything changed under traffic, again and again, in a VM'
	@echo '                  (SECONDS=N or MINUTES=N per script, T=NAME runs one)'
	@echo
	@echo '  make all        module and tools'
	@echo '  make module     build/module/*/culvert.ko for the VM'"'"'s kernel, or for'
	@echo '                  KERNEL=6.12, KERNEL=7.3, KERNEL=host (the running one)'
	@echo '  make tools      the culvert command and its library, in build/tools'
	@echo '  make install    module for the running kernel, tool, manual; as root'
	@echo '                  (PREFIX=$(PREFIX), DESTDIR for packages)'
	@echo '  make uninstall  remove what make install installed'
	@echo '  make dkms-install   module by DKMS, which builds it for each new kernel'
	@echo '  make dkms-remove    remove the module and its sources from DKMS'
	@echo '  make replace-wireguard   culvert replaces wireguard.ko when next loaded; as root'
	@echo '  make restore-wireguard   undo that'
	@echo
	@echo '  make check-kernels  build for every supported kernel, run on each: a table'
	@echo '                  (LONG=1: the whole suite; BUILD=1: only build)'
	@echo '  make check-debug  the suite on a kernel with KASAN, UBSAN, lockdep, kmemleak'
	@echo '                  (QUICK=1: some of it); make check-kcsan: races, by KCSAN'
	@echo '  make dkms-test  DKMS in a chroot: install, new kernel, failures, remove'
	@echo '                  (SUITE=trixie: on Debian 13)'
	@echo '  make deb        packages for Debian, in build/deb; make rpm likewise'
	@echo '  make deb-test   install, upgrade and purge them in a chroot'
	@echo '  make fuzz       each fuzz target for a minute (TARGET=name, SECONDS=number)'
	@echo '  make lint       checkpatch, sparse, warnings, shellcheck'
	@echo '  make check-abi  libculvert.so keeps programs working that are built already'
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

.PHONY: demo-rootless
demo-rootless: all
	@$(vm)/setup --also "slirp4netns"
	@$(vm)/demo --kernel $(KERNEL) --rootless

.PHONY: check
check: all
	@selftests/check --kernel $(KERNEL) $(or $(T),--only usual)

.PHONY: check-slow
check-slow: all
	@selftests/check --kernel $(KERNEL) --only slow

# Other people's programs, in a VM with a Debian of its own: for check too.
.PHONY: clients-root
clients-root: setup
	@$(vm)/root clients

MODULE ?= culvert
.PHONY: check-clients
check-clients: all
	@selftests/check --kernel $(KERNEL) \
		$(if $(filter wireguard,$(MODULE)),--env CV_KIND=wireguard --env CV_TOOL=wg) \
		$(notdir $(basename $(wildcard selftests/net/*/client-*.sh)))

# FIGURES="tcp ping" measures those only, here and in bench-native.
.PHONY: bench
bench: all
	@selftests/bench/icount --kernel $(KERNEL) $(if $(FIGURES),--figures '$(FIGURES)')

# In a kernel of one's own, at its speed: see the head of the script.
.PHONY: bench-native
bench-native: tools
	@selftests/bench/native

# How often CPUs meet at a lock, with 1, 2, 4 and 8 of them.
.PHONY: bench-order
bench-order: all
	@selftests/bench/order

.PHONY: flood-native
flood-native: tools
	@selftests/bench/flood-native

.PHONY: bench-peers
bench-peers: all
	@selftests/bench/peers --kernel $(KERNEL) $(if $(QUICK),--quick)

# The command beside wg, with very many peers: see the head of the script.
.PHONY: bench-tool
bench-tool: all
	@selftests/bench/tool-peers --kernel $(KERNEL)

# SECONDS for each target, as many at once as there are CPUs; TARGET="a b" are some.
.PHONY: fuzz
fuzz: SECONDS ?= 60
fuzz:
	@selftests/check-fuzz --seconds '$(SECONDS)' $(TARGET)

.PHONY: stress
stress: all
	@selftests/check-stress --kernel $(KERNEL) \
		$(if $(SECONDS),--seconds $(SECONDS)) $(if $(MINUTES),--seconds $$(($(MINUTES) * 60))) \
		$(if $(SEED),--env CV_SEED=$(SEED)) \
		$(if $(filter wireguard,$(MODULE)),--env CV_KIND=wireguard --env CV_TOOL=wg) $(T)

.PHONY: lint
lint: setup
	@selftests/lint

# lint does it, too.
.PHONY: check-abi
check-abi: setup
	@selftests/check-abi

# Installing needs a compiler and the headers of the kernel to install for, the
# running one unless KERNEL_RELEASE and KDIR say otherwise; it needs no VM.
KERNEL_RELEASE ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KERNEL_RELEASE)/build
host_module := $(CURDIR)/build/module/host-$(KERNEL_RELEASE)
module_place := $(DESTDIR)/lib/modules/$(KERNEL_RELEASE)/updates/culvert.ko

# What is missing is said before anything is built or changed; a packager, or who names
# the headers' place, knows better.
.PHONY: install
install:
	$(if $(DESTDIR)$(filter-out file,$(origin KDIR)),,@packaging/dkms look '$(KERNEL_RELEASE)')
	@KERNEL_RELEASE='$(KERNEL_RELEASE)' KDIR='$(KDIR)' $(vm)/module --out '$(host_module)' host >/dev/null
	@$(MAKE) -C tools O=$(CURDIR)/build/tools
	install -D -m 644 '$(host_module)/culvert.ko' '$(module_place)'
	$(if $(DESTDIR),,depmod -a '$(KERNEL_RELEASE)')
	@$(MAKE) -C tools O=$(CURDIR)/build/tools DESTDIR='$(DESTDIR)' PREFIX='$(PREFIX)' install

.PHONY: uninstall
uninstall:
	rm -f '$(module_place)'
	-rmdir --ignore-fail-on-non-empty '$(dir $(module_place))' 2>/dev/null
	$(if $(DESTDIR),,depmod -a '$(KERNEL_RELEASE)')
	@$(MAKE) -C tools O=$(CURDIR)/build/tools DESTDIR='$(DESTDIR)' PREFIX='$(PREFIX)' uninstall

# KERNEL_RELEASE as above.
.PHONY: dkms-install
dkms-install:
	@packaging/dkms install '$(KERNEL_RELEASE)'

.PHONY: dkms-remove
dkms-remove:
	@packaging/dkms remove

# A file that modprobe reads, and no more: README.md says what to do with it.
replaces := culvert-replaces-wireguard.conf

.PHONY: replace-wireguard
replace-wireguard:
	install -D -m 644 packaging/modprobe.d/$(replaces) '$(DESTDIR)/etc/modprobe.d/$(replaces)'
	@echo 'Takes effect when the module is next loaded: delete the links of kind wireguard and culvert,'
	@echo 'then run: modprobe -r wireguard culvert'

.PHONY: restore-wireguard
restore-wireguard:
	rm -f '$(DESTDIR)/etc/modprobe.d/$(replaces)'
	@echo 'Takes effect when the module is next loaded: delete the links of kind wireguard and culvert,'
	@echo 'then run: modprobe -r culvert'

.PHONY: dkms-test
dkms-test:
	@selftests/packaging/check-dkms $(SUITE)

.PHONY: deb
deb:
	@packaging/deb

.PHONY: deb-test
deb-test:
	@selftests/packaging/check-deb

.PHONY: rpm
rpm:
	@packaging/rpm

.PHONY: check-kernels
check-kernels: tools
	@selftests/check-kernels $(if $(LONG),--long) $(if $(BUILD),--build)

# The kernels are built once, in minutes, and kept in the user's cache directory.
.PHONY: check-debug
check-debug: tools
	@selftests/check-sanitized $(if $(QUICK),--quick) debug $(T)

.PHONY: check-kcsan
check-kcsan: tools
	@selftests/check-sanitized kcsan $(T)

.PHONY: clean
clean:
	rm -rf build/module build/tools build/selftests build/test-modules
	rm -rf build/unit build/lint build/vm build/fuzz
	@# and what a build with M= here has left beside the sources
	find . -path ./build -prune -o -path ./.git -prune -o -type f \( -name '*.o' \
		-o -name '*.ko' -o -name '*.mod' -o -name '*.mod.c' -o -name '.*.cmd' \
		-o -name Module.symvers -o -name modules.order \) -exec rm -f {} +

.PHONY: distclean
distclean:
	rm -rf build
