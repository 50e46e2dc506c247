// SPDX-License-Identifier: GPL-2.0
/*
 * culvert up: make the link of a tunnel, configure it, and let the machine use it, as the file of
 * the tunnel says. up/ has the parts. What fails is taken back; a second up changes what differs.
 */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "command.h"
#include "common/keyfile.h"
#include "common/message.h"
#include "common/proc.h"
#include "up/net.h"
#include "up/run.h"
#include "up/up.h"
#include "up/watch.h"

/* The sockets stay here, wherever the link goes. */
static int up_make_link(struct up *up, struct cvl_error *err)
{
	struct cvl_error ignored = { 0 };
	struct cvl_link born;
	int ret = cvl_link_create(up->here, &born, up->name, CVL_KIND_CULVERT, err);

	if (ret || !up->netns) {
		up->link = born;
		return ret;
	}
	ret = cvl_link_move(up->here, &born, up->netns_fd, err);
	if (ret)
		cvl_link_delete(up->here, &born, &ignored);
	return ret ? ret : cvl_netlink_find(up->there, &up->link, up->name, err);
}

static bool up_wants_ipv6(const struct up *up)
{
	const struct cvl_allowed_ip *ip;
	const struct cvl_peer *peer;
	size_t i;

	for (i = 0; i < up->file.addresses.count; i++) {
		if (up->file.addresses.ips[i].family == AF_INET6)
			return true;
	}
	for (peer = up->file.dev->peers; peer; peer = peer->next) {
		for (ip = peer->allowed_ips; ip; ip = ip->next) {
			if (ip->family == AF_INET6)
				return true;
		}
	}
	return false;
}

/* A machine that has IPv6 otherwise would send beside the tunnel what is to go into it. */
static int up_look_for_ipv6(struct up *up, struct cvl_error *err)
{
	char note[160];

	up->no_ipv6 = cmd_proc_sysctl("net/ipv6/conf/%s/disable_ipv6", up->name) != 0;
	if (!up->no_ipv6 || !up_wants_ipv6(up))
		return 0;
	if (up_net_has_default(up->there, AF_INET6))
		return cvl_error_set(err, -EAFNOSUPPORT,
				     "%s: IPv6 is disabled for new links, but this machine has a default route of IPv6; let the file say 'PreUp = sysctl -w net.ipv6.conf.%%i.disable_ipv6=0', or remove its IPv6 addresses",
				     up->name);
	snprintf(note, sizeof(note),
		 "warning: %s: IPv6 is disabled on this machine: its addresses and routes are left out",
		 up->name);
	cmd_note(note);
	return 0;
}

/* Tables and priorities that are free are chosen by one up at a time. */
static int up_bring_about(struct up *up, struct cvl_error *err)
{
	int lock = up_record_lock_all();
	int ret = up_check_signal(err);
	uint32_t mark;

	if (!ret)
		ret = up_plan_mark(up, err);
	mark = up->file.dev->fwmark;
	if (!ret)
		ret = up_configure(up, err);
	if (!ret) {
		up->record.set_mark = mark;
		ret = up_plan(up, err);
	}
	/* what ends this program here finds it all in the record */
	if (!ret)
		ret = up_record_write(up, &up->wanted, err);
	if (!ret)
		ret = up_things_apply(up, err);
	if (lock >= 0)
		close(lock);
	return ret;
}

/* Everything behind the link itself. */
static int up_fill(struct up *up, struct cvl_error *err)
{
	struct up_things old;
	int ret = 0;

	if (!up->again)
		ret = up_run_hooks(up_hook_names[UP_PRE_UP], &up->file.hooks[UP_PRE_UP], err);
	if (!ret)
		ret = up_check_signal(err);
	if (ret)
		return ret;
	/* a hook may have changed that */
	ret = up_look_for_ipv6(up, err);
	/* it may take minutes, for which no other up is to wait */
	if (!ret)
		ret = up_resolve_here(up, err);
	if (!ret)
		ret = up_bring_about(up, err);
	if (ret)
		return ret;
	old = up->record.things;
	up->record.things = up->wanted;
	up->wanted = old;
	if (!up->again)
		ret = up_run_hooks(up_hook_names[UP_POST_UP], &up->file.hooks[UP_POST_UP], err);
	return ret ? ret : up_check_signal(err);
}

/* Of an up before this: its link has gone by itself. */
static void up_forget(struct up *up)
{
	if (up->record.ifindex)
		up_things_undo(up, true);
	up_things_clear(&up->record.things);
	up->record.ifindex = 0;
	up->record.mark = 0;
}

static int up_first(struct up *up, struct cvl_error *err)
{
	struct cvl_error ignored = { 0 };
	int ret = up_make_link(up, err);

	if (ret)
		return ret;
	ret = up_record_note(up, err);
	if (!ret)
		ret = up_record_write(up, NULL, err);
	if (!ret)
		ret = up_fill(up, err);
	if (!ret)
		ret = up_record_write(up, NULL, err);
	if (ret) {
		up_things_undo(up, true);
		up->is_left = cvl_link_delete(up->there, &up->link, &ignored) &&
			      ignored.code != -ENODEV;
	}
	return ret;
}

static int up_second(struct up *up, struct cvl_error *err)
{
	struct cvl_error ignored = { 0 };
	int ret;

	up->again = true;
	if (up_record_check(up, err))
		return err->code;
	ret = cvl_netlink_find(up->there, &up->link, up->name, err);
	if (!ret)
		ret = up_fill(up, err);
	if (!ret)
		ret = up_record_note(up, err);
	if (!ret)
		return up_record_write(up, NULL, err);
	up_record_write(up, NULL, &ignored);
	return ret;
}

static int up_bring(struct up *up, struct cvl_error *err)
{
	unsigned int ifindex;
	int ret = up_record_open(up, true, err);

	if (ret)
		return ret;
	ifindex = if_nametoindex(up->name);
	if (ifindex && ifindex == up->record.ifindex) {
		ret = up_second(up, err);
		up_record_close(up, false);
		return ret;
	}
	up_forget(up);
	if (ifindex)
		ret = cvl_error_set(err, -EEXIST,
				    "%s: there is a device of that name that 'culvert up' has not made; delete it with 'ip link del %s', or choose another name",
				    up->name, up->name);
	else
		ret = up_first(up, err);
	up_record_close(up, ret && !up->is_left);
	return ret;
}

/**
 * cmd_up() - the subcommand
 * @argc: at least 1
 * @argv: the name, options, and a file or the name of a link; ends in NULL
 *
 * Return: the exit status.
 */
int cmd_up(int argc, char **argv)
{
	static struct up up;
	struct cvl_error err = { 0 };
	const char *word;
	int ret;

	(void)argc;
	if (up_options(&up, argv, &word))
		return 1;
	ret = up_file_find(&up.file, word, &err);
	if (!ret)
		ret = up_file_read(&up.file, &err);
	/* later on the device may have one that is not of the file */
	if (!ret && up.file.dev->has & CVL_DEVICE_PRIVATE_KEY)
		cmd_keyfile_note_secret(up.file.path);
	up.name = up.file.name;
	/* while a name server is waited for, nothing has to be taken back: any signal ends this */
	if (!ret && !up.file.hooks[UP_PRE_UP].count)
		ret = up_resolve(&up, &err);
	up_signals();
	if (!ret)
		ret = up_place_open(&up, &err);
	if (!ret)
		ret = up_bring(&up, &err);
	if (!ret)
		cmd_keyfile_warn_exposed();
	if (!ret && up.watches)
		ret = up_watch(&up, &err);
	up_place_close(&up);
	return ret ? cmd_fail(&err) : 0;
}
