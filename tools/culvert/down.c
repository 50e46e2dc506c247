// SPDX-License-Identifier: GPL-2.0
/* culvert down: take away what up has added, as its record says, and nothing else. */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>

#include "command.h"
#include "common/message.h"
#include "up/run.h"
#include "up/save.h"
#include "up/up.h"

/* A hook that fails keeps nothing from being taken away. Return: whether it has not. */
static bool down_hooks(enum up_hook hook, const struct up_list *hooks)
{
	struct cvl_error err = { 0 };

	if (!up_run_hooks(up_hook_names[hook], hooks, &err))
		return true;
	cmd_note(err.text);
	return false;
}

/* Before anything is done, for a state that cannot be saved is not to be lost. */
static int down_find(struct up *up, struct cvl_error *err)
{
	int ret = cvl_netlink_find(up->there, &up->link, up->name, err);

	return ret || !up->record.save ? ret : up_save_check(up, err);
}

/* Return: 0, 1 if a hook has failed, or a negative errno. */
static int down_take(struct up *up, struct cvl_error *err)
{
	bool is_there = up->record.ifindex && if_nametoindex(up->name) == up->record.ifindex;
	int ret = 0;
	bool fine;

	up->link.ifindex = up->record.ifindex;
	if (is_there)
		ret = down_find(up, err);
	if (ret)
		return ret;
	fine = down_hooks(UP_PRE_DOWN, &up->record.pre_down);
	/* what those have changed is saved, too */
	if (is_there && up->record.save)
		ret = up_save(up, err);
	if (ret)
		return ret;
	up_things_undo(up, true);
	if (is_there)
		ret = cvl_link_delete(up->there, &up->link, err);
	if (ret && ret != -ENODEV)
		return ret;
	fine &= down_hooks(UP_POST_DOWN, &up->record.post_down);
	return !fine;
}

/**
 * cmd_down() - the subcommand
 * @argc: at least 1
 * @argv: the name, options, and a file or the name of a link; ends in NULL
 *
 * Return: the exit status.
 */
int cmd_down(int argc, char **argv)
{
	static struct up up;
	struct cvl_error err = { 0 };
	const char *word;
	int ret;

	(void)argc;
	if (up_options(&up, argv, &word))
		return 1;
	ret = up_file_find(&up.file, word, &err);
	up.name = up.file.name;
	up_signals();
	if (!ret)
		ret = up_place_open(&up, &err);
	if (!ret) {
		ret = up_record_open(&up, false, &err);
		if (ret == -ENOENT)
			cvl_error_set(&err, ret,
				      "%s: 'culvert up' has not brought it up in this network namespace%s",
				      up.name, if_nametoindex(up.name) ?
				      "; 'ip link del' deletes a link of something else" : "");
	}
	if (!ret) {
		ret = down_take(&up, &err);
		up_record_close(&up, ret >= 0);
	}
	up_place_close(&up);
	return ret < 0 ? cmd_fail(&err) : ret;
}
