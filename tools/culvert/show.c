// SPDX-License-Identifier: GPL-2.0
/* culvert show: print what the kernel says of devices and their peers. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "common/message.h"
#include "internal.h"
#include "nearest.h"
#include "show/fields.h"
#include "show/pretty.h"

/* What was asked for. */
struct cmd_show {
	const struct cmd_field *field;
	bool names_only;
	/* a line begins with the name of its device */
	bool named;
	/* the device that is shown, and whether something of it has been */
	const struct cvl_link *link;
	bool begun;
	struct cmd_out out;
};

/*
 * A device with more peers than this is shown as it is read: else it is read again if it changes
 * meanwhile, and people see its peers in the order of their handshakes.
 */
#define CMD_SHOW_HOLD 4096

static void cmd_show_begin_line(const struct cmd_show *show, const struct cvl_device *dev)
{
	if (show->named)
		printf("%s\t", dev->name);
}

/* One field for scripts: a line for the device, or one for each peer. */
static void cmd_show_lines(struct cmd_show *show, const struct cvl_device *part, bool first)
{
	const struct cmd_field *field = show->field;
	const struct cvl_peer *peer = field->print_peer ? part->peers : NULL;
	char key[CVL_KEY_TEXT_SIZE];

	if (field->print_lines) {
		if (first)
			field->print_lines(part, show->named);
		return;
	}
	if (field->print_device && first) {
		cmd_show_begin_line(show, part);
		field->print_device(&show->out, part);
		putchar('\n');
	}
	for (; peer; peer = peer->next) {
		cmd_show_begin_line(show, part);
		if (field->keyed) {
			cvl_key_to_text(key, peer->public_key);
			fputs(key, stdout);
			putchar('\t');
		}
		field->print_peer(&show->out, peer);
		putchar('\n');
	}
}

static void cmd_show_json_link(struct cmd_out *out, const struct cvl_link *link)
{
	cmd_out_open(out, NULL, '{');
	out->key = "name";
	cmd_out_text(out, link->name);
	out->key = "kind";
	cmd_out_text(out, link->kind == CVL_KIND_CULVERT ? "culvert" : "wireguard");
}

static bool cmd_show_has_peers(const struct cmd_show *show)
{
	return !show->field || show->field->print_peer;
}

static void cmd_show_json(struct cmd_show *show, const struct cvl_device *part, bool first)
{
	struct cmd_out *out = &show->out;
	const struct cvl_peer *peer;

	if (first) {
		cmd_show_json_link(out, show->link);
		cmd_fields_device(out, part, show->field);
		if (cmd_show_has_peers(show))
			cmd_out_open(out, "peers", '[');
	}
	for (peer = cmd_show_has_peers(show) ? part->peers : NULL; peer; peer = peer->next) {
		cmd_out_open(out, NULL, '{');
		cmd_fields_peer(out, peer, show->field);
		cmd_out_close(out, '}');
	}
}

/* Also if something has failed: what programs read is JSON all the same. */
static void cmd_show_json_end(struct cmd_show *show)
{
	if (cmd_show_has_peers(show))
		cmd_out_close(&show->out, ']');
	cmd_out_close(&show->out, '}');
}

/* See struct cvl_netlink_parts. */
static int cmd_show_part(void *arg, struct cvl_device *part, bool first, bool last,
			 struct cvl_error *err)
{
	struct cmd_show *show = arg;

	show->begun = true;
	if (show->out.form == CMD_OUT_JSON)
		cmd_show_json(show, part, first);
	else if (show->field)
		cmd_show_lines(show, part, first);
	else if (cmd_pretty_print(part, first, last))
		return cvl_error_set(err, -ENOMEM, "out of memory");
	return 0;
}

static int cmd_show_device(struct cmd_show *show, struct cvl_netlink *nl,
			   const struct cvl_link *link, struct cvl_error *err)
{
	struct cvl_netlink_parts parts = {
		.take = cmd_show_part, .arg = show, .hold = CMD_SHOW_HOLD,
	};
	int ret;

	show->link = link;
	show->begun = false;
	ret = cvl_netlink_read(nl, link, &parts, err);
	if (show->begun && show->out.form == CMD_OUT_JSON)
		cmd_show_json_end(show);
	return ret;
}

static void cmd_show_names(struct cmd_show *show, const struct cvl_link *links, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (show->out.form == CMD_OUT_JSON) {
			cmd_show_json_link(&show->out, &links[i]);
			cmd_out_close(&show->out, '}');
		} else {
			printf("%s%c", links[i].name, i + 1 < count ? ' ' : '\n');
		}
	}
}

/* A device that cannot be read does not keep the others from being shown. */
static int cmd_show_all(struct cmd_show *show, struct cvl_netlink *nl)
{
	struct cvl_error err = { 0 };
	struct cvl_link *links;
	size_t count;
	size_t i;
	int ret = 0;

	if (cvl_netlink_list(nl, &links, &count, &err))
		return cmd_fail(&err);
	if (show->names_only)
		cmd_show_names(show, links, count);
	show->named = true;
	for (i = 0; i < count && !show->names_only; i++) {
		int code = cmd_show_device(show, nl, &links[i], &err);

		/* it went away after it was listed: nothing to show */
		if (code && (code != -ENODEV || show->begun))
			ret = cmd_fail(&err);
		else if (!code && show->out.form == CMD_OUT_PRETTY && i + 1 < count)
			putchar('\n');
	}
	free(links);
	return ret;
}

static int cmd_show_one(struct cmd_show *show, struct cvl_netlink *nl, const char *name)
{
	struct cvl_error err = { 0 };
	struct cvl_link link;

	if (cvl_netlink_find(nl, &link, name, &err) || cmd_show_device(show, nl, &link, &err))
		return cmd_fail(&err);
	return 0;
}

static int cmd_show_bad_field(const char *name)
{
	const struct cmd_field *field;
	char words[512] = "", *last = NULL;
	struct cvl_nearest nearest;

	cvl_nearest_begin(&nearest, name);
	for (field = cmd_fields; field->help; field++) {
		if (!field->word)
			continue;
		cvl_nearest_try(&nearest, field->word);
		last = words + strlen(words);
		sprintf(last, "%s%s", last == words ? "" : ", ", field->word);
	}
	if (nearest.best)
		return cmd_misused("show", "'%s' is not a field; did you mean '%s'?", name,
				   nearest.best);
	/* the last comma becomes a word */
	memmove(last + 4, last + 2, strlen(last + 2) + 1);
	memcpy(last, " or ", 4);
	return cmd_misused("show", "'%s' is not a field; expected %s", name, words);
}

/* Takes -j and -p out of the arguments; what follows -- is none, whatever a link is called. */
static int cmd_show_options(int *argc, char **argv, enum cmd_out_form *form, bool *indent)
{
	bool options = true;
	int i, count = 1;

	for (i = 1; i < *argc; i++) {
		const char *word = argv[i];

		if (!options || *word != '-' || !word[1]) {
			argv[count++] = argv[i];
			continue;
		}
		if (!strcmp(word, "--")) {
			options = false;
			continue;
		}
		*form = CMD_OUT_JSON;
		if (!strcmp(word, "-p") || !strcmp(word, "-jp") || !strcmp(word, "-pj") ||
		    !strcmp(word, "--pretty"))
			*indent = true;
		else if (strcmp(word, "-j") && strcmp(word, "--json"))
			return cmd_misused("show", "unknown option '%s'; expected -j or -p", word);
	}
	*argc = count;
	return 0;
}

/**
 * cmd_show() - the subcommand
 * @argc: 1 to 3, and options
 * @argv: the name, a device or which ones, and a field
 *
 * Return: the exit status.
 */
int cmd_show(int argc, char **argv)
{
	enum cmd_out_form form = CMD_OUT_LINES;
	struct cvl_error err = { 0 };
	struct cmd_show show = { 0 };
	struct cvl_netlink *nl;
	bool indent = false;
	const char *which;
	int ret;

	ret = cmd_show_options(&argc, argv, &form, &indent);
	if (ret)
		return ret;
	which = argc > 1 ? argv[1] : "all";
	show.names_only = !strcmp(which, "interfaces");
	if (argc > 3 || (show.names_only && argc > 2))
		return cmd_misused("show",
				   "unexpected argument '%s'; expected at most DEV and FIELD",
				   argv[show.names_only ? 2 : 3]);
	if (argc > 2) {
		show.field = cmd_fields_find(argv[2]);
		if (!show.field)
			return cmd_show_bad_field(argv[2]);
	} else if (form != CMD_OUT_JSON) {
		form = CMD_OUT_PRETTY;
	}
	nl = cvl_netlink_create(&err);
	if (!nl)
		return cmd_fail(&err);
	cmd_out_buffer();
	cmd_out_init(&show.out, form, indent);
	cmd_out_open(&show.out, NULL, '{');
	show.out.key = "schema";
	if (form == CMD_OUT_JSON)
		cmd_out_number(&show.out, CMD_OUT_SCHEMA, NULL);
	cmd_out_open(&show.out, "interfaces", '[');
	if (show.names_only || !strcmp(which, "all"))
		ret = cmd_show_all(&show, nl);
	else
		ret = cmd_show_one(&show, nl, which);
	cmd_out_close(&show.out, ']');
	cmd_out_close(&show.out, '}');
	cvl_netlink_destroy(nl);
	return ret;
}
