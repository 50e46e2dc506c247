// SPDX-License-Identifier: GPL-2.0
/*
 * culvert-top, which `culvert top` runs: rates, peers and drops on a screen that is kept up to
 * date. read.c reads, model.c compares, sort.c and column.c choose, screen.c draws, keys.c does
 * what the user says, terminal.c takes care of the terminal.
 */
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "common/clock.h"
#include "common/columns.h"
#include "common/message.h"
#include "common/term.h"
#include "keys.h"
#include "nearest.h"
#include "read.h"
#include "terminal.h"
#include "text.h"

#define MAIN_INTERVAL_S 1
#define MAIN_INTERVAL_MIN_S 0.2
#define MAIN_INTERVAL_MAX_S 60

/* The work of an interval takes at most half of it. */
#define MAIN_SHARE 2

static int main_bad_column(const char *word)
{
	struct cvl_nearest nearest;
	size_t i;

	cvl_nearest_begin(&nearest, word);
	for (i = 0; cmd_columns[i].name; i++)
		cvl_nearest_try(&nearest, cmd_columns[i].name);
	if (nearest.best)
		return cmd_misused("top", "'%s' is not a column; did you mean '%s'?", word,
				   nearest.best);
	return cmd_misused("top",
			   "'%s' is not a column; expected name, endpoint, heard, rx or tx", word);
}

/* Sets what an option says; the exit status if its value is wrong. */
static int main_option(struct top_screen *screen, char option, const char *value)
{
	char *end;
	double seconds;

	if (option == 's')
		return value && top_sort_find(&screen->order.sort, value) ? 0 :
		       main_bad_column(value ? value : "");
	errno = 0;
	seconds = value ? strtod(value, &end) : 0;
	if (!value || end == value || *end || errno || !(seconds >= MAIN_INTERVAL_MIN_S) ||
	    !(seconds <= MAIN_INTERVAL_MAX_S))
		return cmd_misused("top", "-i '%s': expected seconds, from 0.2 to 60",
				   value ? value : "");
	screen->interval_s = seconds;
	return 0;
}

/* The letter of an option by its short or long word, or 0. */
static char main_letter(const char *word)
{
	if (!strncmp(word, "-i", 2) || !strcmp(word, "--interval"))
		return 'i';
	if (!strncmp(word, "-s", 2) || !strcmp(word, "--sort"))
		return 's';
	return 0;
}

static int main_arguments(struct top_screen *screen, struct top_source *source, int argc,
			  char **argv)
{
	bool options = true;
	int ret = 0;
	int i;

	for (i = 1; i < argc && !ret; i++) {
		const char *word = argv[i];
		char letter = options ? main_letter(word) : 0;

		if (letter && word[1] != '-' && word[2])
			ret = main_option(screen, letter, word + 2);
		else if (letter)
			ret = main_option(screen, letter, i + 1 < argc ? argv[++i] : NULL);
		else if (options && !strcmp(word, "--"))
			options = false;
		else if (options && *word == '-')
			ret = cmd_misused("top", "unknown option '%s'; expected -i or -s", word);
		else if (source->name)
			ret = cmd_misused("top",
					  "unexpected argument '%s'; expected at most one device",
					  word);
		else
			source->name = word;
	}
	return ret;
}

/* Those of a device that has gone give way to those of the next. */
static void main_view(struct top_screen *screen)
{
	struct top_device *device = top_model_find(&screen->model, screen->ifindex);

	if (!device) {
		device = top_model_after(&screen->model, screen->ifindex);
		screen->ifindex = device ? device->ifindex : 0;
		screen->first = 0;
	}
	if (!top_sort_view(&screen->view, device, &screen->order))
		snprintf(screen->note, sizeof(screen->note), "out of memory");
}

/* Returns what the reading and the drawing took. */
static uint64_t main_read(struct top_screen *screen, const struct top_source *source)
{
	int64_t began_ns = cmd_clock_ns();
	struct cvl_error err = { 0 };

	*screen->note = '\0';
	if (top_read_all(&screen->model, source, &err))
		top_text_clean(screen->note, sizeof(screen->note), err.text, screen->utf8);
	main_view(screen);
	top_screen_draw(screen);
	return (uint64_t)(cmd_clock_ns() - began_ns);
}

/* All keys that were pressed; false if the program is to end. */
static bool main_keys(struct top_screen *screen)
{
	const struct top_order order = screen->order;
	unsigned int ifindex = screen->ifindex;
	bool is_special;
	wint_t key;

	while (top_terminal_key(&key, &is_special)) {
		if (!top_keys_press(screen, key, is_special))
			return false;
	}
	/* to sort very many takes longer than to scroll */
	if (ifindex != screen->ifindex || memcmp(&order, &screen->order, sizeof(order)))
		main_view(screen);
	top_screen_draw(screen);
	return true;
}

static void main_loop(struct top_screen *screen, const struct top_source *source)
{
	const uint64_t interval_ns = (uint64_t)(screen->interval_s * 1e9);
	uint64_t next_ns = (uint64_t)cmd_clock_ns() + interval_ns;

	main_view(screen);
	top_screen_draw(screen);
	for (;;) {
		uint64_t now_ns = (uint64_t)cmd_clock_ns();

		if (!screen->paused && now_ns >= next_ns) {
			uint64_t took_ns = main_read(screen, source);

			next_ns = now_ns + (interval_ns > MAIN_SHARE * took_ns ?
					    interval_ns : MAIN_SHARE * took_ns);
			now_ns += took_ns;
		}
		switch (top_terminal_wait(screen->paused ? -1 : next_ns > now_ns ?
					  (int64_t)(next_ns - now_ns) : 0)) {
		case TOP_HAPPENED_END:
			return;
		case TOP_HAPPENED_KEY:
			if (!main_keys(screen))
				return;
			break;
		case TOP_HAPPENED_REDRAW:
			top_screen_draw(screen);
			break;
		case TOP_HAPPENED_TIME:
			break;
		}
	}
}

/* What is wrong from the beginning is said as by any other command. */
static int main_open(struct top_screen *screen, struct top_source *source)
{
	struct cvl_error err = { 0 };
	struct cvl_link link;
	int ret = 0;

	source->nl = cvl_netlink_create(&err);
	if (!source->nl)
		return cmd_fail(&err);
	if (source->name)
		ret = cvl_netlink_find(source->nl, &link, source->name, &err);
	if (!ret)
		ret = top_read_all(&screen->model, source, &err);
	/* one that changes all the time may be read the next time */
	if (!ret || ret == -EBUSY)
		return 0;
	top_text_clean(err.text, sizeof(err.text), err.text, false);
	return cmd_fail(&err);
}

static int main_run(struct top_screen *screen, struct top_source *source)
{
	if (!top_terminal_check() || main_open(screen, source) || !top_terminal_start())
		return 1;
	top_screen_start(screen);
	main_loop(screen, source);
	return top_terminal_stop();
}

/**
 * main() - run the program
 * @argc: number of arguments
 * @argv: the program, and what `culvert top` was called with
 *
 * Return: 0 if the user has ended it, else 1.
 */
int main(int argc, char **argv)
{
	struct top_screen screen = {
		.interval_s = MAIN_INTERVAL_S, .order.sort = TOP_SORT_RX,
	};
	struct top_source source = { 0 };
	int ret;

	setlocale(LC_CTYPE, "");
	screen.utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	screen.colour = cmd_term_has_colour();
	if (getrandom(&screen.model.seed, sizeof(screen.model.seed), 0) < 0)
		screen.model.seed = (uint64_t)cmd_clock_ns();
	ret = main_arguments(&screen, &source, argc, argv);
	if (!ret)
		ret = main_run(&screen, &source);
	top_model_free(&screen.model);
	free(screen.view.peers);
	cvl_netlink_destroy(source.nl);
	return ret;
}
