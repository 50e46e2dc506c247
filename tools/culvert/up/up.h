/* SPDX-License-Identifier: GPL-2.0 */
/* What up does to the machine, what it has done before, and how down takes it back. */
#ifndef CULVERT_UP_UP_H
#define CULVERT_UP_UP_H

#include <sys/types.h>

#include "up/file.h"

/**
 * enum up_kind - what up adds to the machine, in the order in which it does
 * @UP_ADDRESS: an address of the link
 * @UP_MTU: of the link, which is set up then
 * @UP_DNS: where names are looked up
 * @UP_FIREWALL: a table of nftables
 * @UP_SYSCTL: a setting of the kernel
 * @UP_ROUTE: into the link
 * @UP_RULE: of policy routing
 */
enum up_kind {
	UP_ADDRESS,
	UP_MTU,
	UP_DNS,
	UP_FIREWALL,
	UP_SYSCTL,
	UP_ROUTE,
	UP_RULE,
	UP_KINDS,
};

/**
 * struct up_thing - one of them
 * @kind: which
 * @number: that the kernel or this machine has given to it, or 0
 * @text: what it is, in the form of its kind: see up/things.c
 */
struct up_thing {
	enum up_kind kind;
	uint32_t number;
	char *text;
};

/**
 * struct up_things - some of them
 * @items: array
 * @count: how many there are
 * @cursor: behind the one that was found last: the next one is mostly there
 */
struct up_things {
	struct up_thing *items;
	size_t count;
	size_t cursor;
};

/**
 * struct up_record - what up has done, kept below /run while the link is there
 * @fd: the file, locked, or -1
 * @path: of it
 * @ifindex: of the link, 0 if nothing has been done
 * @file: path of the file of the tunnel
 * @mtime_s: when that was changed last
 * @mtime_ns: nanoseconds of that second
 * @size: of it
 * @netns: name of the namespace that the link was moved to, or empty
 * @save: the state is written to it when the link goes
 * @mark: of packets of the tunnel, if up has chosen it
 * @set_mark: the mark that the link was given, of the file or chosen
 * @pre_down: commands, as they were then
 * @post_down: commands, as they were then
 * @things: what it has added
 */
struct up_record {
	int fd;
	char path[128];
	unsigned int ifindex;
	char file[PATH_MAX];
	int64_t mtime_s;
	int64_t mtime_ns;
	int64_t size;
	char netns[256];
	bool save;
	uint32_t mark;
	uint32_t set_mark;
	struct up_list pre_down;
	struct up_list post_down;
	struct up_things things;
};

/**
 * struct up - the work of up or down
 * @name: of the link
 * @netns: name of the namespace that the link is moved to, or NULL
 * @here_fd: of the namespace where the link is born
 * @netns_fd: of the namespace that the link is in
 * @watches: the program stays, and resolves names again
 * @netns_ino: names the namespace where the link is
 * @here: handle where the link is born, and its sockets are
 * @there: handle where the link is; the same one without @netns
 * @link: in its namespace
 * @file: of the tunnel
 * @record: of what was done
 * @wanted: what is to be there
 * @again: the link was there, by an up before
 * @is_resolved: the names of endpoints are resolved
 * @no_ipv6: it is disabled there
 * @is_left: the link could not be deleted
 * @has_default: by family, IPv4 and IPv6: everything goes into the tunnel, by rules
 */
struct up {
	const char *name;
	const char *netns;
	int here_fd;
	int netns_fd;
	bool watches;
	ino_t netns_ino;
	struct cvl_netlink *here;
	struct cvl_netlink *there;
	struct cvl_link link;
	struct up_file file;
	struct up_record record;
	struct up_things wanted;
	bool again;
	bool is_resolved;
	bool no_ipv6;
	bool is_left;
	bool has_default[2];
};

/* words.c has more; things.c */
int up_things_add(struct up_things *things, enum up_kind kind, uint32_t number, const char *text);
void up_things_clear(struct up_things *things);
int up_things_apply(struct up *up, struct cvl_error *err);
int up_things_undo(struct up *up, bool link_goes);

/* plan.c */
int up_plan(struct up *up, struct cvl_error *err);
int up_plan_mark(struct up *up, struct cvl_error *err);

/* record.c */
int up_record_open(struct up *up, bool create, struct cvl_error *err);
int up_record_write(struct up *up, const struct up_things *more, struct cvl_error *err);
int up_record_note(struct up *up, struct cvl_error *err);
int up_record_check(const struct up *up, struct cvl_error *err);
int up_record_lock_all(void);
void up_record_close(struct up *up, bool remove);

/* dns.c */
int up_dns_plan(struct up *up, struct cvl_error *err);
int up_dns_do(struct up *up, const char *text, struct cvl_error *err);
int up_dns_undo(struct up *up, const char *text, struct cvl_error *err);

/* firewall.c */
int up_firewall_plan(struct up *up, struct cvl_error *err);
int up_firewall_do(struct up *up, const char *text, struct cvl_error *err);
int up_firewall_undo(struct up *up, const char *text, struct cvl_error *err);

/* place.c */
int up_place_open(struct up *up, struct cvl_error *err);
int up_options(struct up *up, char **argv, const char **word);
int up_place_go(const struct up *up, bool here, struct cvl_error *err);
void up_place_close(struct up *up);
void up_signals(void);
int up_check_signal(struct cvl_error *err);

/* configure.c */
int up_resolve(struct up *up, struct cvl_error *err);
int up_resolve_here(struct up *up, struct cvl_error *err);
int up_configure(struct up *up, struct cvl_error *err);

#endif /* CULVERT_UP_UP_H */
