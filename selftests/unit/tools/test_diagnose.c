// SPDX-License-Identifier: GPL-2.0
/* Unit test of tools/culvert/common/diagnose.c; selftests/check-unit runs it. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "common/diagnose.h"
#include "ktap.h"

#define INSMOD "insmod /lib/modules/6.1.0-56-amd64/updates/"
#define GOOD "6.1.0-56-amd64 SMP preempt mod_unload modversions "

/* What is known, and words that the sentence must have. */
static const struct {
	const char *name;
	struct cmd_load_facts facts;
	const char *expected[3];
} loads[] = {
	{ "a key that is not enrolled",
	  { .said = "modprobe: ERROR: could not insert 'culvert': Key was rejected by service",
	    .vermagic = GOOD, .is_signed = true, .has_headers = true, .is_root = true,
	    .may_load = true },
	  { "Secure Boot", "mokutil --import /var/lib/dkms/mok.pub", "reboot" } },
	{ "a key that is not there",
	  { .said = "modprobe: ERROR: could not insert 'culvert': Required key not available",
	    .vermagic = GOOD, .is_signed = true, .has_headers = true, .is_root = true,
	    .may_load = true },
	  { "Secure Boot", "mokutil --import /var/lib/dkms/mok.pub", "" } },
	{ "no signature in a kernel that wants one",
	  { .said = "modprobe: ERROR: could not insert 'culvert': Key was rejected by service",
	    .vermagic = GOOD, .has_headers = true, .is_root = true, .may_load = true },
	  { "not signed", "openssl", "mokutil --import /var/lib/dkms/mok.pub" } },
	{ "no signature in a kernel that is locked down",
	  { .said = "modprobe: ERROR: could not insert 'culvert': Operation not permitted",
	    .vermagic = GOOD, .has_headers = true, .is_root = true, .may_load = true },
	  { "Secure Boot", "not signed", "dkms remove culvert/VERSION -k 6.1.0-56-amd64" } },
	{ "not root",
	  { .said = "modprobe: ERROR: could not insert 'culvert': Operation not permitted",
	    .vermagic = GOOD, .has_headers = true, .may_load = true },
	  { "needs root", "sudo culvert load", "" } },
	{ "not root, and modprobe cannot read a file",
	  { .said = "modprobe: ERROR: kmod_module_parse_depline(): error=Permission denied",
	    .vermagic = GOOD, .has_headers = true, .may_load = true },
	  { "needs root", "sudo culvert load", "" } },
	{ "a container",
	  { .said = "modprobe: ERROR: could not insert 'culvert': Operation not permitted",
	    .vermagic = GOOD, .is_root = true },
	  { "container", "on the host", "modprobe culvert" } },
	{ "no module, with headers",
	  { .said = "modprobe: FATAL: Module culvert not found in directory /lib/modules/x",
	    .vermagic = "", .has_headers = true, .is_root = true, .may_load = true },
	  { "no module culvert for the running kernel 6.1.0-56-amd64", "dkms autoinstall", "" } },
	{ "no module and no headers",
	  { .said = "modprobe: FATAL: Module culvert not found in directory /lib/modules/x",
	    .vermagic = "", .is_root = true, .may_load = true },
	  { "apt-get install linux-headers-6.1.0-56-amd64", "dkms autoinstall", "" } },
	{ "built for another kernel",
	  { .said = "modprobe: ERROR: could not insert 'culvert': Exec format error",
	    .vermagic = "6.1.0-55-amd64 SMP", .has_headers = true, .is_root = true,
	    .may_load = true },
	  { "built for kernel 6.1.0-55-amd64,", "6.1.0-56-amd64 is running",
	    "dkms autoinstall" } },
	{ "built for a kernel whose name begins the same",
	  { .said = "", .vermagic = "6.1.0-56-amd64x SMP", .is_root = true, .may_load = true },
	  { "built for kernel 6.1.0-56-amd64x,", "", "" } },
	{ "built for another build of the same kernel",
	  { .said = "modprobe: ERROR: could not insert 'culvert': Exec format error",
	    .vermagic = GOOD, .has_headers = true, .is_root = true, .may_load = true },
	  { "another build of kernel 6.1.0-56-amd64", "dmesg", "" } },
	{ "symbols that the kernel does not have",
	  { .said = "modprobe: ERROR: could not insert 'culvert': Unknown symbol in module",
	    .vermagic = GOOD, .has_headers = true, .is_root = true, .may_load = true },
	  { "another build of kernel 6.1.0-56-amd64", "dmesg", "" } },
	{ "in place of wireguard.ko, which is there",
	  { .said = "modprobe: ERROR: could not insert 'culvert': Device or resource busy",
	    .vermagic = GOOD, .has_headers = true, .is_root = true, .may_load = true,
	    .wireguard = CMD_WIREGUARD_LOADED },
	  { "replace_wireguard=1", "wireguard.ko is loaded", "modprobe -r wireguard" } },
	{ "in place of wireguard, which is built in",
	  { .said = "modprobe: ERROR: could not insert 'culvert': Device or resource busy",
	    .vermagic = GOOD, .has_headers = true, .is_root = true, .may_load = true,
	    .wireguard = CMD_WIREGUARD_BUILTIN },
	  { "replace_wireguard=1", "built into this kernel",
	    "remove culvert-replaces-wireguard.conf" } },
	{ "in place of wireguard.ko, but another module has its names",
	  { .said = "modprobe: ERROR: could not insert 'culvert': Device or resource busy",
	    .vermagic = GOOD, .has_headers = true, .is_root = true, .may_load = true },
	  { "replace_wireguard=1", "/etc/modprobe.d", "another module has registered" } },
	{ "any other error of modprobe",
	  { .said = "modprobe: ERROR: could not insert 'culvert': Cannot allocate memory",
	    .vermagic = GOOD, .has_headers = true, .is_root = true, .may_load = true },
	  { "Cannot allocate memory", "dmesg", "" } },
	{ "no output of modprobe",
	  { .said = "", .vermagic = GOOD, .has_headers = true, .is_root = true,
	    .may_load = true },
	  { "without a message", "", "" } },
};

static void test_load(void)
{
	size_t i;
	size_t j;

	for (i = 0; i < sizeof(loads) / sizeof(*loads); i++) {
		struct cmd_load_facts facts = loads[i].facts;
		char text[512];
		char small[16];

		facts.release = "6.1.0-56-amd64";
		cmd_diagnose_load(text, sizeof(text), &facts);
		for (j = 0; j < 3 && *loads[i].expected[j]; j++)
			ktap_has(text, loads[i].expected[j], loads[i].name);
		ktap_ok(!strchr(text, '\n'), "advice about loading is one line");
		cmd_diagnose_load(small, sizeof(small), &facts);
		ktap_equal((long long)strlen(small), sizeof(small) - 1,
			   "advice about loading is cut off to a small buffer");
	}
}

/* What modprobe --show-depends prints, and whether culvert replaces wireguard.ko by it. */
static const struct {
	const char *name;
	const char *shown;
	bool expected;
} shows[] = {
	{ "modprobe shows no option", INSMOD "udp_tunnel.ko\n" INSMOD "culvert.ko\n", false },
	{ "modprobe shows replace_wireguard=1",
	  INSMOD "udp_tunnel.ko\n" INSMOD "culvert.ko replace_wireguard=1\n", true },
	{ "modprobe shows replace_wireguard=Y, a compressed module",
	  INSMOD "culvert.ko.xz replace_wireguard=Y\n", true },
	{ "modprobe shows replace_wireguard without a value",
	  INSMOD "culvert.ko replace_wireguard\n", true },
	{ "modprobe shows replace_wireguard=0", INSMOD "culvert.ko replace_wireguard=0\n", false },
	{ "modprobe shows an empty value", INSMOD "culvert.ko replace_wireguard=\n", false },
	{ "modprobe shows two values: the last counts",
	  INSMOD "culvert.ko replace_wireguard=1 replace_wireguard=0\n", false },
	{ "modprobe shows another option", INSMOD "culvert.ko replace_wireguard_not=1 x=1\n",
	  false },
	{ "modprobe shows the option of another module",
	  INSMOD "culvert.ko\n" INSMOD "other.ko replace_wireguard=1\n", false },
	{ "modprobe shows an install command", "install /bin/false\n", false },
	{ "modprobe shows nothing", "", false },
};

static void test_shows(void)
{
	size_t i;

	for (i = 0; i < sizeof(shows) / sizeof(*shows); i++)
		ktap_equal(cmd_diagnose_replaces(shows[i].shown), shows[i].expected,
			   shows[i].name);
}

static void test_mtu(void)
{
	ktap_equal(cmd_diagnose_mtu(1500, false), 1440, "MTU in 1500 bytes, IPv4");
	ktap_equal(cmd_diagnose_mtu(1500, true), 1420, "MTU in 1500 bytes, IPv6");
	ktap_equal(cmd_diagnose_mtu(1492, true), 1412, "MTU in 1492 bytes, IPv6");
	ktap_equal(cmd_diagnose_mtu(1280, true), 1200, "MTU in 1280 bytes, IPv6");
	ktap_equal(cmd_diagnose_mtu(128, false), 68, "MTU in 128 bytes, IPv4: the smallest");
	ktap_equal(cmd_diagnose_mtu(127, false), 0, "MTU in 127 bytes, IPv4: none");
	ktap_equal(cmd_diagnose_mtu(0, true), 0, "MTU in 0 bytes: none");
}

static void test_words(void)
{
	static const char cpuinfo[] = "processor\t: 0\n"
					"flags\t\t: fpu sse ssse3 avx2\n"
					"bugs\t\t: avx\n";

	ktap_ok(cmd_diagnose_has_word(cpuinfo, "flags", "ssse3"),
		"cpuinfo: a word in the middle of a line");
	ktap_ok(cmd_diagnose_has_word(cpuinfo, "flags", "fpu"),
		"cpuinfo: the first word of a line");
	ktap_ok(cmd_diagnose_has_word(cpuinfo, "flags", "avx2"),
		"cpuinfo: the last word of a line");
	ktap_ok(!cmd_diagnose_has_word(cpuinfo, "flags", "avx"),
		"cpuinfo: a part of a word is not found");
	ktap_ok(!cmd_diagnose_has_word(cpuinfo, "Features", "avx"),
		"cpuinfo: a word of a missing line is not found");
	ktap_ok(!cmd_diagnose_has_word("", "flags", "avx"), "cpuinfo: empty text has no word");
	ktap_ok(cmd_diagnose_has_word("flags: a", "flags", "a"),
		"cpuinfo: a word of a line without a newline");
}

/* What is known of a reverse path filter, and what it does. */
static const struct {
	const char *name;
	struct cmd_reverse_facts facts;
	enum cmd_reverse expected;
} reverses[] = {
	{ "no reverse path filter", { .rules_known = true }, CMD_REVERSE_PASSES },
	{ "the route back is the same", { .is_filtered = true, .passes = true },
	  CMD_REVERSE_PASSES },
	{ "another route back, no mark", { .is_filtered = true, .rules_known = true },
	  CMD_REVERSE_DROPPED },
	{ "another route back, rules not known", { .is_filtered = true }, CMD_REVERSE_DROPPED },
	{ "a mark that the filter does not look at",
	  { .is_filtered = true, .rules_known = true, .restores_mark = true },
	  CMD_REVERSE_MARK_IGNORED },
	{ "a mark that the filter looks at",
	  { .is_filtered = true, .passes_marked = true, .rules_known = true,
	    .restores_mark = true },
	  CMD_REVERSE_PASSES },
	{ "a mark that no rule restores",
	  { .is_filtered = true, .passes_marked = true, .rules_known = true },
	  CMD_REVERSE_MARK_MISSING },
	{ "a mark, rules not known", { .is_filtered = true, .passes_marked = true },
	  CMD_REVERSE_UNKNOWN },
};

static void test_reverse(void)
{
	size_t i;

	for (i = 0; i < sizeof(reverses) / sizeof(*reverses); i++)
		ktap_equal(cmd_diagnose_reverse(&reverses[i].facts), reverses[i].expected,
			   reverses[i].name);
}

static void add_prefix(struct cvl_peer *peer, const char *address, uint8_t bits)
{
	struct cvl_allowed_ip *ip = calloc(1, sizeof(*ip));

	ip->family = strchr(address, ':') ? AF_INET6 : AF_INET;
	ip->prefix_bits = bits;
	inet_pton(ip->family, address, &ip->v6);
	ip->next = peer->allowed_ips;
	peer->allowed_ips = ip;
}

static int owner(const struct cvl_device *dev, const char *text)
{
	union cvl_address address = { .any.sa_family = strchr(text, ':') ? AF_INET6 : AF_INET };
	const struct cvl_peer *peer;

	inet_pton(address.any.sa_family, text, address.any.sa_family == AF_INET6 ?
		  (void *)&address.v6.sin6_addr : (void *)&address.v4.sin_addr);
	peer = cmd_diagnose_owner(dev, &address);
	return !peer ? 0 : peer == dev->peers ? 1 : 2;
}

static void test_owner(void)
{
	struct cvl_peer second = { 0 };
	struct cvl_peer first = { .next = &second };
	struct cvl_device dev = { .peers = &first };
	struct cvl_peer *peer;

	ktap_equal(owner(&dev, "10.0.0.1"), 0, "owner of an address without a prefix: none");
	add_prefix(&first, "10.0.0.0", 9);
	add_prefix(&second, "10.64.0.0", 10);
	add_prefix(&second, "fd00::1", 128);
	add_prefix(&first, "fd00::", 8);
	ktap_equal(owner(&dev, "10.63.255.255"), 1, "owner of an address in the shorter prefix");
	ktap_equal(owner(&dev, "10.127.0.1"), 2, "owner of an address in the longer prefix");
	ktap_equal(owner(&dev, "10.128.0.1"), 0, "owner of an address just outside: none");
	ktap_equal(owner(&dev, "fd00::1"), 2, "owner of a /128");
	ktap_equal(owner(&dev, "fd00::2"), 1, "owner of another address of the IPv6 prefix");
	ktap_equal(owner(&dev, "2001:db8::1"), 0,
		   "owner of an IPv6 address without a prefix: none");
	add_prefix(&second, "0.0.0.0", 0);
	ktap_equal(owner(&dev, "203.0.113.1"), 2, "owner of any address with 0.0.0.0/0");
	for (peer = &first; peer; peer = peer->next) {
		while (peer->allowed_ips) {
			struct cvl_allowed_ip *ip = peer->allowed_ips;

			peer->allowed_ips = ip->next;
			free(ip);
		}
	}
}

int main(void)
{
	test_load();
	test_shows();
	test_reverse();
	test_mtu();
	test_words();
	test_owner();
	return ktap_finish();
}
