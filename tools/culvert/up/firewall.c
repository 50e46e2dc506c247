// SPDX-License-Identifier: GPL-2.0
/*
 * A table of nftables for a tunnel that everything goes into, for each family, by nft(8):
 * packets to an address of the tunnel that come in elsewhere are dropped, for anything on the wire
 * could find out by them what goes through the tunnel; and answers to the tunnel's own packets get
 * their mark, so that the reverse path filter routes them as it does those packets.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "up/run.h"
#include "up/up.h"

/* "=" and "+" are none in the name of a table. */
static void up_firewall_name(const struct up *up, char table[64])
{
	const char *from;
	char *to = stpcpy(table, "culvert-");

	for (from = up->name; *from; from++)
		to += sprintf(to, *from == '=' || *from == '+' ? ".%02x" : "%c", *from);
}

static int up_firewall_run(const char *ruleset, struct cvl_error *err)
{
	static const char * const argv[] = { "nft", "-f", "-", NULL };
	int ret = up_run(argv, ruleset, err);

	if (ret == -ENOENT)
		cvl_error_set(err, ret,
			      "there is no nft in PATH, which a tunnel for everything needs; install nftables, or let the file say 'Table = off'");
	return ret;
}

/* Replaces the table, if there is one, in one transaction. */
static void up_firewall_print(FILE *out, const struct up *up, const char *text)
{
	const char *family = *text == '4' ? "ip" : "ip6";
	const char *type = "type filter hook";
	char address[64], table[64];
	uint32_t mark = 0;
	int used = 0;

	up_firewall_name(up, table);
	if (sscanf(text, "%*d %u%n", &mark, &used) != 1)
		return;
	fprintf(out, "table %s %s\ndelete table %s %s\n", family, table, family, table);
	fprintf(out, "table %s %s {\n\tchain from-elsewhere {\n", family, table);
	fprintf(out, "\t\t%s prerouting priority -300;\n", type);
	for (text += used; sscanf(text, " %63s%n", address, &used) == 1; text += used)
		fprintf(out, "\t\tiifname != \"%s\" %s daddr %s fib saddr type != local drop\n",
			up->name, family, address);
	fprintf(out, "\t}\n\tchain answers {\n\t\t%s prerouting priority -150;\n", type);
	fprintf(out, "\t\tmeta l4proto udp ct mark %u meta mark set ct mark\n\t}\n", mark);
	fprintf(out, "\tchain own {\n\t\t%s postrouting priority -150;\n", type);
	fprintf(out, "\t\tmeta l4proto udp meta mark %u ct mark set meta mark\n\t}\n}\n", mark);
}

/**
 * up_firewall_do() - make a table
 * @up: has the name
 * @text: what is in it, see up/things.c
 * @err: set on failure
 *
 * Return: 0 or a negative errno.
 */
int up_firewall_do(struct up *up, const char *text, struct cvl_error *err)
{
	char *ruleset = NULL;
	size_t bytes;
	FILE *out = open_memstream(&ruleset, &bytes);
	int ret;

	if (!out)
		return cvl_error_set(err, -ENOMEM, "out of memory");
	up_firewall_print(out, up, text);
	if (fclose(out)) {
		free(ruleset);
		return cvl_error_set(err, -ENOMEM, "out of memory");
	}
	ret = up_firewall_run(ruleset, err);
	free(ruleset);
	return ret;
}

/**
 * up_firewall_undo() - remove a table
 * @up: has the name
 * @text: of it
 * @err: set on failure
 *
 * Return: 0 or a negative errno.
 */
int up_firewall_undo(struct up *up, const char *text, struct cvl_error *err)
{
	const char *family = *text == '4' ? "ip" : "ip6";
	char table[64];
	char ruleset[256];

	up_firewall_name(up, table);
	/* no error if it has gone */
	snprintf(ruleset, sizeof(ruleset), "table %s %s\ndelete table %s %s\n", family, table,
		 family, table);
	return up_firewall_run(ruleset, err);
}

/**
 * up_firewall_plan() - find out which tables are wanted
 * @up: has the addresses, and whether everything goes into the tunnel
 * @err: set on failure
 *
 * Return: 0 or -ENOMEM.
 */
int up_firewall_plan(struct up *up, struct cvl_error *err)
{
	char address[INET6_ADDRSTRLEN];
	struct up_text text = { 0 };
	int family, ret = 0;
	size_t i;

	for (family = 0; family < 2 && !ret; family++) {
		char head[32];

		if (!up->has_default[family])
			continue;
		text.used = 0;
		snprintf(head, sizeof(head), "%d %u", family ? 6 : 4, up->file.dev->fwmark);
		ret = up_text_add(&text, head, strlen(head));
		for (i = 0; i < up->file.addresses.count && !ret; i++) {
			const struct cvl_allowed_ip *ip = &up->file.addresses.ips[i];

			if (ip->family != (family ? AF_INET6 : AF_INET))
				continue;
			*cvl_address_write(address, ip->family, &ip->v6) = '\0';
			ret = up_text_add(&text, " ", 1);
			if (!ret)
				ret = up_text_add(&text, address, strlen(address));
		}
		if (!ret)
			ret = up_things_add(&up->wanted, UP_FIREWALL, 0, text.bytes);
	}
	up_text_clear(&text);
	return ret ? cvl_error_set(err, ret, "out of memory") : 0;
}
