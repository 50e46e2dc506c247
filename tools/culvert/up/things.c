// SPDX-License-Identifier: GPL-2.0
/*
 * What up adds to the machine, and what down takes away: both are one comparison of what is wanted
 * with what is recorded. The text of each kind is
 *
 *	address 10.0.0.1/24
 *	mtu 1420
 *	dns PROGRAM SERVER... =DOMAIN...
 *	firewall 4|6 MARK ADDRESS...
 *	sysctl net/ipv4/conf/all/src_valid_mark
 *	route PREFIX TABLE
 *	rule 4|6 MARK
 *	rule 4|6 0 MARK
 *
 * where the mark of a rule is its table, too; the second is for the main table without its default
 * route.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/message.h"
#include "common/proc.h"
#include "up/net.h"
#include "up/up.h"

/**
 * struct up_kind_of - how one kind is added and taken away
 * @add: adds it, or fails and leaves nothing. -EEXIST if it is there already
 * @take_away: -ENOENT and the like if it is not there
 * @with_link: it goes with the link by itself
 * @is_single: there is only one with the same first word, and adding it replaces that
 */
struct up_kind_of {
	int (*add)(struct up *up, const struct up_thing *thing, struct cvl_error *err);
	int (*take_away)(struct up *up, const struct up_thing *thing, struct cvl_error *err);
	bool with_link;
	bool is_single;
};

static int up_address(struct up *up, const struct up_thing *thing, bool add,
		      struct cvl_error *err)
{
	struct cvl_allowed_ip ip;

	if (!up_word_prefix(&ip, thing->text))
		return cvl_error_set(err, -EINVAL, "'%s' is no address", thing->text);
	return up_net_address(up->there, &up->link, &ip, add, err);
}

static int up_address_add(struct up *up, const struct up_thing *thing, struct cvl_error *err)
{
	return up_address(up, thing, true, err);
}

static int up_address_take(struct up *up, const struct up_thing *thing, struct cvl_error *err)
{
	return up_address(up, thing, false, err);
}

static int up_mtu_add(struct up *up, const struct up_thing *thing, struct cvl_error *err)
{
	uint32_t mtu = (uint32_t)strtoul(thing->text, NULL, 10);
	int ret = up_net_link_mtu(up->there, up->link.ifindex) == mtu ? 0 :
		  up_net_set_mtu(up->there, &up->link, mtu, err);

	return ret ? ret : cvl_link_up(up->there, &up->link, err);
}

static int up_nothing_take(struct up *up, const struct up_thing *thing, struct cvl_error *err)
{
	(void)up;
	(void)thing;
	(void)err;
	return 0;
}

static int up_dns_add(struct up *up, const struct up_thing *thing, struct cvl_error *err)
{
	return up_dns_do(up, thing->text, err);
}

static int up_dns_take(struct up *up, const struct up_thing *thing, struct cvl_error *err)
{
	return up_dns_undo(up, thing->text, err);
}

static int up_firewall_add(struct up *up, const struct up_thing *thing, struct cvl_error *err)
{
	return up_firewall_do(up, thing->text, err);
}

static int up_firewall_take(struct up *up, const struct up_thing *thing, struct cvl_error *err)
{
	return up_firewall_undo(up, thing->text, err);
}

static int up_sysctl_write(const char *name, const char *value, struct cvl_error *err)
{
	char path[256];
	ssize_t wrote;
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/%s", name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	wrote = fd < 0 ? -1 : write(fd, value, strlen(value));
	if (wrote < 0)
		cvl_error_set(err, -errno, "cannot write %s to %s: %s", value, path,
			      strerror(errno));
	if (fd >= 0)
		close(fd);
	return wrote < 0 ? err->code : 0;
}

/* The number is 1 if it was off before. */
static int up_sysctl_add(struct up *up, const struct up_thing *thing, struct cvl_error *err)
{
	(void)up;
	if (cmd_proc_sysctl("%s", thing->text) == 1)
		return 0;
	return up_sysctl_write(thing->text, "1", err);
}

/* Other tunnels may need it: it stays while there is a rule that looks at marks. */
static int up_sysctl_take(struct up *up, const struct up_thing *thing, struct cvl_error *err)
{
	if (!thing->number || up_net_has_marked_rules(up->there))
		return 0;
	return up_sysctl_write(thing->text, "0", err);
}

static int up_route(struct up *up, const struct up_thing *thing, bool add,
		    struct cvl_error *err)
{
	char prefix[CVL_ALLOWED_IP_TEXT_SIZE];
	struct up_route route;

	if (sscanf(thing->text, "%51s %u", prefix, &route.table) != 2 ||
	    !up_word_prefix(&route.to, prefix))
		return cvl_error_set(err, -EINVAL, "'%s' is no route", thing->text);
	return up_net_route(up->there, &up->link, &route, add, err);
}

static int up_route_add(struct up *up, const struct up_thing *thing, struct cvl_error *err)
{
	int ret = up_route(up, thing, true, err);

	if (ret == -EEXIST)
		cvl_error_prefix(err, "%s",
				 "another route is in the way; remove it, or let the file say 'Table = off': ");
	return ret;
}

static int up_route_take(struct up *up, const struct up_thing *thing, struct cvl_error *err)
{
	return up_route(up, thing, false, err);
}

static bool up_rule_read(struct up_rule *rule, const struct up_thing *thing)
{
	int version;

	if (sscanf(thing->text, "%d %u", &version, &rule->mark) != 2)
		return false;
	rule->family = version == 4 ? AF_INET : AF_INET6;
	rule->priority = thing->number;
	rule->table = rule->mark;
	return true;
}

static int up_rule_add(struct up *up, const struct up_thing *thing, struct cvl_error *err)
{
	struct up_rule rule;

	if (!up_rule_read(&rule, thing))
		return cvl_error_set(err, -EINVAL, "'%s' is no rule", thing->text);
	return up_net_rule(up->there, &rule, true, err);
}

static int up_rule_take(struct up *up, const struct up_thing *thing, struct cvl_error *err)
{
	struct up_rule rule;

	if (!up_rule_read(&rule, thing))
		return 0;
	return up_net_rule(up->there, &rule, false, err);
}

static const struct up_kind_of up_kinds[UP_KINDS] = {
	[UP_ADDRESS] = { up_address_add, up_address_take, true, false },
	[UP_MTU] = { up_mtu_add, up_nothing_take, true, true },
	[UP_DNS] = { up_dns_add, up_dns_take, false, true },
	[UP_FIREWALL] = { up_firewall_add, up_firewall_take, false, true },
	[UP_SYSCTL] = { up_sysctl_add, up_sysctl_take, false, false },
	[UP_ROUTE] = { up_route_add, up_route_take, true, false },
	[UP_RULE] = { up_rule_add, up_rule_take, false, false },
};

/**
 * up_things_add() - put one at the end
 * @things: grow
 * @kind: its kind
 * @number: as in struct up_thing
 * @text: is copied
 *
 * Return: 0 or -ENOMEM.
 */
int up_things_add(struct up_things *things, enum up_kind kind, uint32_t number, const char *text)
{
	struct up_thing *items = reallocarray(things->items, things->count + 1, sizeof(*items));

	if (!items)
		return -ENOMEM;
	things->items = items;
	items[things->count] = (struct up_thing) {
		.kind = kind, .number = number, .text = strdup(text),
	};
	if (!items[things->count].text)
		return -ENOMEM;
	things->count++;
	return 0;
}

/**
 * up_things_clear() - free all
 * @things: are none afterwards
 */
void up_things_clear(struct up_things *things)
{
	while (things->count)
		free(things->items[--things->count].text);
	free(things->items);
	things->items = NULL;
}

/* Two lists with the same order are compared in one go. */
static struct up_thing *up_things_find(struct up_things *things, const struct up_thing *thing)
{
	size_t i;

	for (i = 0; i < things->count; i++) {
		size_t place = (things->cursor + i) % things->count;
		struct up_thing *item = &things->items[place];

		if (item->kind == thing->kind && !strcmp(item->text, thing->text)) {
			things->cursor = place + 1;
			return item;
		}
	}
	return NULL;
}

/* Whether one of its kind takes its place. */
static bool up_things_replaces(const struct up_things *things, const struct up_thing *thing)
{
	size_t i;

	if (!up_kinds[thing->kind].is_single)
		return false;
	for (i = 0; i < things->count; i++) {
		size_t word = thing->kind == UP_MTU ? 0 : strcspn(thing->text, " ");

		if (things->items[i].kind == thing->kind &&
		    !strncmp(things->items[i].text, thing->text, word))
			return true;
	}
	return false;
}

static void up_things_take(struct up *up, const struct up_thing *thing)
{
	struct cvl_error err = { 0 };
	int ret = up_kinds[thing->kind].take_away(up, thing, &err);

	/* it may have gone in the meantime */
	if (ret && ret != -ENOENT && ret != -ESRCH && ret != -EADDRNOTAVAIL && ret != -ENODEV) {
		cvl_error_prefix(&err, "%s: ", up->name);
		cmd_note(err.text);
	}
}

/* Adds what is new, and makes sure of what was there. */
static int up_things_add_one(struct up *up, struct up_thing *thing, struct cvl_error *err)
{
	const struct up_thing *old = up_things_find(&up->record.things, thing);
	int ret;

	if (old)
		thing->number = old->number;
	if (old && thing->kind == UP_DNS)
		return 0;
	ret = up_kinds[thing->kind].add(up, thing, err);
	return old && ret == -EEXIST ? 0 : ret;
}

/* Takes back what was new among the first COUNT, and restores what that had replaced. */
static void up_things_back(struct up *up, size_t count)
{
	struct cvl_error err = { 0 };
	size_t i;

	while (count--) {
		const struct up_thing *thing = &up->wanted.items[count];

		if (!up_things_find(&up->record.things, thing))
			up_things_take(up, thing);
	}
	for (i = 0; i < up->record.things.count; i++) {
		struct up_thing *thing = &up->record.things.items[i];

		if (!up_things_find(&up->wanted, thing) && up_kinds[thing->kind].is_single)
			up_kinds[thing->kind].add(up, thing, &err);
	}
}

/**
 * up_things_apply() - bring about what is wanted, and take away what was and is not any more
 * @up: its record says what was
 * @err: set on failure
 *
 * Return: 0, or a negative errno: then things are as they were.
 */
int up_things_apply(struct up *up, struct cvl_error *err)
{
	size_t i = 0;
	int ret = 0;

	while (i < up->wanted.count && !ret) {
		ret = up_things_add_one(up, &up->wanted.items[i], err);
		if (!ret) {
			i++;
			ret = up_check_signal(err);
		}
	}
	/* what could not be added is not taken back: it may be of something else */
	if (ret) {
		up_things_back(up, i);
		return ret;
	}
	for (i = up->record.things.count; i--;) {
		const struct up_thing *thing = &up->record.things.items[i];

		if (!up_things_find(&up->wanted, thing) && !up_things_replaces(&up->wanted, thing))
			up_things_take(up, thing);
	}
	return 0;
}

/**
 * up_things_undo() - take away all that is recorded, the last first
 * @up: its record
 * @link_goes: what goes with the link is left to that
 *
 * Return: 0.
 */
int up_things_undo(struct up *up, bool link_goes)
{
	size_t i;

	for (i = up->record.things.count; i--;) {
		const struct up_thing *thing = &up->record.things.items[i];

		if (!link_goes || !up_kinds[thing->kind].with_link)
			up_things_take(up, thing);
	}
	return 0;
}
