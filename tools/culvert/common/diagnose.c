// SPDX-License-Identifier: GPL-2.0
/*
 * Turn facts about a machine into a sentence that says what to do; load and doctor
 * call this.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "address.h"
#include "common/diagnose.h"

/* What an inner packet grows by: UDP, the header of a data message, its tag. */
#define DIAGNOSE_UDP_BYTES 8
#define DIAGNOSE_DATA_BYTES 32
#define DIAGNOSE_IPV4_BYTES 20
#define DIAGNOSE_IPV6_BYTES 40

/* No link of less can carry IPv4. */
#define DIAGNOSE_LEAST_BYTES 68

/* modprobe has nothing but the words for an errno; facts->said is in English. */
static bool diagnose_errno(const struct cmd_load_facts *facts, int code)
{
	return strstr(facts->said, strerror(code));
}

static void diagnose_unsigned(char *text, size_t text_bytes, const struct cmd_load_facts *facts)
{
	snprintf(text, text_bytes,
		 "the kernel accepts signed modules only (Secure Boot), and this one is not signed: DKMS signs it if openssl is installed: run 'dkms remove culvert/VERSION -k %s', 'dkms autoinstall', then 'mokutil --import /var/lib/dkms/mok.pub' and reboot",
		 facts->release);
}

static void diagnose_no_permission(char *text, size_t text_bytes,
				   const struct cmd_load_facts *facts)
{
	if (!facts->may_load)
		snprintf(text, text_bytes,
			 "this is a container, which cannot load modules: on the host, run 'modprobe culvert', or add culvert to /etc/modules-load.d");
	else if (!facts->is_root)
		snprintf(text, text_bytes, "loading a module needs root: try 'sudo culvert load'");
	else
		diagnose_unsigned(text, text_bytes, facts);
}

static void diagnose_no_module(char *text, size_t text_bytes, const struct cmd_load_facts *facts)
{
	if (facts->has_headers)
		snprintf(text, text_bytes,
			 "there is no module culvert for the running kernel %s: install culvert-dkms, or run 'dkms autoinstall' if it is installed",
			 facts->release);
	else
		snprintf(text, text_bytes,
			 "there is no module culvert for the running kernel %s, and the kernel headers to build it are missing: run 'apt-get install linux-headers-%s', then 'dkms autoinstall'",
			 facts->release, facts->release);
}

/* With replace_wireguard=1 the module needs the names that wireguard.ko registers. */
static void diagnose_busy(char *text, size_t text_bytes, const struct cmd_load_facts *facts)
{
	static const char * const reasons[] = {
		[CMD_WIREGUARD_ABSENT] =
			"another module has registered the link kind or netlink family wireguard: unload that module, then run 'culvert load'",
		[CMD_WIREGUARD_LOADED] =
			"wireguard.ko is loaded: delete the links of kind wireguard, run 'modprobe -r wireguard', then 'culvert load'",
		[CMD_WIREGUARD_BUILTIN] =
			"wireguard is built into this kernel and cannot be replaced: remove culvert-replaces-wireguard.conf from /etc/modprobe.d, then run 'culvert load'",
	};

	snprintf(text, text_bytes,
		 "replace_wireguard=1 is set (see /etc/modprobe.d), but %s",
		 reasons[facts->wireguard]);
}

/**
 * cmd_diagnose_load() - say why the module does not load, and what to do
 * @text: filled in with one line without an end
 * @text_bytes: size of @text
 * @facts: all that is known
 */
void cmd_diagnose_load(char *text, size_t text_bytes, const struct cmd_load_facts *facts)
{
	bool is_key = diagnose_errno(facts, EKEYREJECTED) || diagnose_errno(facts, ENOKEY);

	if (is_key && !facts->is_signed)
		diagnose_unsigned(text, text_bytes, facts);
	else if (is_key)
		snprintf(text, text_bytes,
			 "the key that signed the module is not enrolled (Secure Boot): run 'mokutil --import /var/lib/dkms/mok.pub', reboot, and confirm the key when the firmware asks");
	else if (diagnose_errno(facts, EBUSY))
		diagnose_busy(text, text_bytes, facts);
	else if (diagnose_errno(facts, EPERM))
		diagnose_no_permission(text, text_bytes, facts);
	else if (!*facts->vermagic)
		diagnose_no_module(text, text_bytes, facts);
	else if (!cmd_diagnose_is_for(facts->vermagic, facts->release))
		snprintf(text, text_bytes,
			 "the module is built for kernel %.*s, and %s is running: run 'dkms autoinstall'",
			 (int)strcspn(facts->vermagic, " "), facts->vermagic, facts->release);
	else if (diagnose_errno(facts, ENOEXEC) || strstr(facts->said, "Unknown symbol"))
		snprintf(text, text_bytes,
			 "the module is built for another build of kernel %s: remove it from DKMS and run 'dkms autoinstall'; dmesg has the details",
			 facts->release);
	else if (!facts->is_root)
		/* Whatever modprobe stumbled over, such as modules it may not read. */
		diagnose_no_permission(text, text_bytes, facts);
	else
		snprintf(text, text_bytes, "%s; dmesg may say more",
			 *facts->said ? facts->said : "modprobe failed without a message");
}

/**
 * cmd_diagnose_is_for() - whether a module is built for a kernel
 * @vermagic: of the module
 * @release: of the kernel
 *
 * Return: whether the first word of @vermagic is @release.
 */
bool cmd_diagnose_is_for(const char *vermagic, const char *release)
{
	size_t bytes = strcspn(vermagic, " ");

	return bytes == strlen(release) && !strncmp(vermagic, release, bytes);
}

/**
 * cmd_diagnose_replaces() - whether the module will replace wireguard.ko when it is loaded
 * @shown: all that "modprobe --show-depends culvert" printed: one "insmod FILE [OPTION]..."
 *	line for each module, or a command of modprobe.d
 *
 * Return: whether the line of culvert.ko sets replace_wireguard; the last value counts.
 */
bool cmd_diagnose_replaces(const char *shown)
{
	static const char option[] = "replace_wireguard";
	const char *line = strstr(shown, "/culvert.ko");
	const char *end = line ? line + strcspn(line, "\n") : NULL;
	bool replaces = false;

	for (; line && line < end; line += strcspn(line, "\n ")) {
		line += strspn(line, " ");
		if (strncmp(line, option, sizeof(option) - 1))
			continue;
		line += sizeof(option) - 1;
		/* a bool parameter without a value is set */
		if (*line == '=')
			replaces = line[1] && strchr("1tTyY", line[1]);
		else if (line == end || *line == ' ')
			replaces = true;
	}
	return replaces;
}

/**
 * cmd_diagnose_mtu() - the largest MTU of a link that its outer path can carry
 * @path_bytes: MTU of the path
 * @ipv6: the outer packets are IPv6
 *
 * Return: in bytes; 0 if the path is too narrow for any.
 */
unsigned int cmd_diagnose_mtu(unsigned int path_bytes, bool ipv6)
{
	unsigned int around = DIAGNOSE_UDP_BYTES + DIAGNOSE_DATA_BYTES +
			      (ipv6 ? DIAGNOSE_IPV6_BYTES : DIAGNOSE_IPV4_BYTES);

	return path_bytes < around + DIAGNOSE_LEAST_BYTES ? 0 : path_bytes - around;
}

/**
 * cmd_diagnose_reverse() - what the reverse path filter does with answers
 * @facts: all that is known
 *
 * Return: the answer.
 */
enum cmd_reverse cmd_diagnose_reverse(const struct cmd_reverse_facts *facts)
{
	if (!facts->is_filtered || facts->passes)
		return CMD_REVERSE_PASSES;
	if (!facts->passes_marked)
		return facts->restores_mark ? CMD_REVERSE_MARK_IGNORED : CMD_REVERSE_DROPPED;
	if (!facts->rules_known)
		return CMD_REVERSE_UNKNOWN;
	return facts->restores_mark ? CMD_REVERSE_PASSES : CMD_REVERSE_MARK_MISSING;
}

/* Whether the first bits of two addresses are the same. */
static bool diagnose_is_within(const uint8_t *address, const uint8_t *prefix, unsigned int bits)
{
	unsigned int bytes = bits / 8;
	unsigned int rest = 8 - bits % 8;

	return !memcmp(address, prefix, bytes) &&
	       (rest == 8 || address[bytes] >> rest == prefix[bytes] >> rest);
}

/**
 * cmd_diagnose_owner() - the peer that a link sends packets for an address to
 * @dev: the link with its peers
 * @address: of either family
 *
 * Return: the peer with the longest prefix that holds it, or NULL.
 */
const struct cvl_peer *cmd_diagnose_owner(const struct cvl_device *dev,
					  const union cvl_address *address)
{
	const struct cvl_peer *peer, *owner = NULL;
	const struct cvl_allowed_ip *ip;
	unsigned int longest = 0;

	for (peer = dev->peers; peer; peer = peer->next) {
		for (ip = peer->allowed_ips; ip; ip = ip->next) {
			if (ip->family != address->any.sa_family ||
			    (owner && ip->prefix_bits <= longest) ||
			    !diagnose_is_within(cvl_address_ip(address), (const void *)&ip->v6,
						ip->prefix_bits))
				continue;
			owner = peer;
			longest = ip->prefix_bits;
		}
	}
	return owner;
}

/**
 * cmd_diagnose_has_word() - look for a word in a line of a text
 * @text: lines, such as /proc/cpuinfo
 * @label: what the line begins with
 * @word: between white space
 *
 * Return: whether the first line with that label has it.
 */
bool cmd_diagnose_has_word(const char *text, const char *label, const char *word)
{
	size_t bytes = strlen(word);
	const char *line = text;

	while (line && strncmp(line, label, strlen(label))) {
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	if (!line)
		return false;
	line += strlen(label);
	while (*line && *line != '\n') {
		size_t skip = strspn(line, " \t:");
		size_t length;

		line += skip;
		length = strcspn(line, " \t\n");
		if (length == bytes && !strncmp(line, word, bytes))
			return true;
		line += length;
	}
	return false;
}
