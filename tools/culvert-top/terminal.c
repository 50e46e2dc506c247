// SPDX-License-Identifier: GPL-2.0
/*
 * The terminal: taken, given back as it was, and what it or another process tells meanwhile.
 *
 * Handlers only note signals, for the next wait, with one exception: a terminal that takes no
 * output (Ctrl-S, a connection that hangs) must not keep the program when it is told to end, so
 * that an alarm ends it the hard way.
 */
#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "common/message.h"
#include "terminal.h"

/* What the terminal has to take what is left before the end. */
#define TERMINAL_PATIENCE_S 4

/* Readable without anything to be read, one time after another, is a terminal that is gone. */
#define TERMINAL_EMPTY_MAX 50

/* A key that is an escape sequence comes as a whole, even through ssh. */
#define TERMINAL_ESCAPE_MS 50

/* Those that are noted, up to a 0; the last three do not end the program. */
#define TERMINAL_SIGNALS 8

static const int terminal_signals[TERMINAL_SIGNALS] = {
	SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGTSTP, SIGCONT, 0,
};

#define TERMINAL_RESIZED 0x1
#define TERMINAL_STOPPED 0x2
#define TERMINAL_CONTINUED 0x4

/* Written by handlers, so that each access is atomic: the latest end, and bits of the above. */
static int terminal_ended_by;
static int terminal_noted;
static struct termios terminal_before;
/* What shows the cursor and the screen as it was. */
static char terminal_leave[128];
static size_t terminal_leave_bytes;
/* All that are noted. */
static sigset_t terminal_mask;
static int terminal_empty;

/* In the background the terminal is another job's: to set it would stop this one. */
static bool terminal_is_ours(void)
{
	return tcgetpgrp(STDIN_FILENO) == getpgrp();
}

static void terminal_note(int number)
{
	int bit = number == SIGWINCH ? TERMINAL_RESIZED :
		  number == SIGTSTP ? TERMINAL_STOPPED :
		  number == SIGCONT ? TERMINAL_CONTINUED : 0;

	__atomic_fetch_or(&terminal_noted, bit, __ATOMIC_RELAXED);
	if (bit)
		return;
	__atomic_store_n(&terminal_ended_by, number, __ATOMIC_RELAXED);
	/* What Ctrl-S has stopped goes on: stopped in this way, it can be started. */
	if (terminal_is_ours() && !tcflow(STDOUT_FILENO, TCOOFF))
		tcflow(STDOUT_FILENO, TCOON);
	alarm(TERMINAL_PATIENCE_S);
}

/* The signal that has ended the program, or 0. */
static int terminal_end(void)
{
	return __atomic_load_n(&terminal_ended_by, __ATOMIC_RELAXED);
}

/* Shows the screen as it was, if that can be written at once. */
static void terminal_leave_now(void)
{
	int flags = fcntl(STDOUT_FILENO, F_GETFL);

	fcntl(STDOUT_FILENO, F_SETFL, flags | O_NONBLOCK);
	if (write(STDOUT_FILENO, terminal_leave, terminal_leave_bytes) < 0)
		flags &= ~O_NONBLOCK;
	fcntl(STDOUT_FILENO, F_SETFL, flags);
}

/* What has not been written is thrown away. */
static void terminal_give_up(int number)
{
	(void)number;
	if (terminal_is_ours()) {
		tcflush(STDOUT_FILENO, TCOFLUSH);
		tcsetattr(STDIN_FILENO, TCSANOW, &terminal_before);
	}
	terminal_leave_now();
	_exit(terminal_end() ? 128 + terminal_end() : 1);
}

/* One that is ignored, as by nohup, stays so. */
static void terminal_handle(int number, void (*handler)(int number))
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = SA_RESTART };
	struct sigaction before;

	sigemptyset(&action.sa_mask);
	if (!sigaction(number, NULL, &before) && before.sa_handler == SIG_IGN)
		return;
	sigaction(number, &action, NULL);
}

/* Before curses looks at them, which leaves those alone that are handled. */
static void terminal_handle_all(void)
{
	size_t i;

	sigemptyset(&terminal_mask);
	for (i = 0; terminal_signals[i]; i++) {
		terminal_handle(terminal_signals[i], terminal_note);
		sigaddset(&terminal_mask, terminal_signals[i]);
	}
	terminal_handle(SIGALRM, terminal_give_up);
}

static bool terminal_is_known(void)
{
	const char *name = getenv("TERM");
	int found;

	if (!name || !*name) {
		cmd_misused("top",
			    "TERM is not set; expected the name of a terminal, such as xterm");
		return false;
	}
	if (setupterm(NULL, STDOUT_FILENO, &found) != OK) {
		cmd_misused("top",
			    "there is no description of the terminal '%s', which TERM names; expected one such as xterm or vt100",
			    name);
		return false;
	}
	if (!cursor_address || !clear_screen) {
		cmd_misused("top",
			    "the terminal '%s', which TERM names, cannot show a screen; expected one such as xterm or vt100, or use 'culvert show'",
			    name);
		return false;
	}
	return true;
}

/* The size that it has now; curses goes by LINES and COLUMNS of the environment too. */
static void terminal_take_size(void)
{
	struct winsize size;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_row && size.ws_col)
		resizeterm(size.ws_row, size.ws_col);
}

/**
 * top_terminal_check() - look whether there is a terminal that can show a screen
 *
 * Return: false if there is none; that has been said, and nothing was changed.
 */
bool top_terminal_check(void)
{
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		cmd_misused("top",
			    "standard %s is not a terminal; expected one: 'culvert show' and 'culvert monitor' print for scripts",
			    isatty(STDIN_FILENO) ? "output" : "input");
		return false;
	}
	return terminal_is_known();
}

/**
 * top_terminal_start() - take the terminal
 *
 * Return: false if it cannot be used; that has been said, and nothing was changed.
 */
bool top_terminal_start(void)
{
	tcgetattr(STDIN_FILENO, &terminal_before);
	terminal_leave_bytes = (size_t)snprintf(terminal_leave, sizeof(terminal_leave), "%s%s",
						cursor_normal ? cursor_normal : "",
						exit_ca_mode ? exit_ca_mode : "");
	if (terminal_leave_bytes >= sizeof(terminal_leave))
		terminal_leave_bytes = 0;
	terminal_handle_all();
	if (!newterm(NULL, stdout, stdin)) {
		cmd_misused("top", "the terminal '%s' cannot be used", getenv("TERM"));
		return false;
	}
	cbreak();
	noecho();
	nonl();
	curs_set(0);
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(TERMINAL_ESCAPE_MS);
	terminal_take_size();
	return true;
}

/**
 * top_terminal_stop() - give the terminal back as it was
 *
 * If a signal has ended the program, this ends it by that signal, so that the shell knows.
 *
 * Return: the exit status otherwise.
 */
int top_terminal_stop(void)
{
	int number = terminal_end();

	alarm(TERMINAL_PATIENCE_S);
	if (terminal_is_ours())
		endwin();
	else
		terminal_leave_now();
	alarm(0);
	if (!number)
		return 0;
	signal(number, SIG_DFL);
	raise(number);
	return 128 + number;
}

/* As if signals had their usual effect, with the terminal as it was meanwhile. */
static void terminal_stop_here(void)
{
	struct sigaction usual = { .sa_handler = SIG_DFL };
	struct sigaction before[TERMINAL_SIGNALS];
	size_t i;

	endwin();
	for (i = 0; terminal_signals[i]; i++) {
		sigaction(terminal_signals[i], NULL, &before[i]);
		if (before[i].sa_handler != SIG_IGN)
			sigaction(terminal_signals[i], &usual, NULL);
	}
	/* stands still in it until the process is continued */
	raise(SIGTSTP);
	for (i = 0; terminal_signals[i]; i++)
		sigaction(terminal_signals[i], &before[i], NULL);
}

/* Whether what is on the screen may not be what was drawn, or for its size. */
static bool terminal_wants_redraw(void)
{
	int noted = __atomic_exchange_n(&terminal_noted, 0, __ATOMIC_RELAXED);

	if (noted & TERMINAL_STOPPED)
		terminal_stop_here();
	if (!noted)
		return false;
	/* Something else may have changed its modes while the process stood still. */
	if (noted & (TERMINAL_STOPPED | TERMINAL_CONTINUED))
		reset_prog_mode();
	terminal_take_size();
	clearok(stdscr, TRUE);
	return true;
}

/**
 * top_terminal_wait() - wait until something happens
 * @ns: for so long at most; without an end if it is below 0
 *
 * Return: what has happened.
 */
enum top_happened top_terminal_wait(int64_t ns)
{
	struct pollfd fd = { .fd = STDIN_FILENO, .events = POLLIN };
	struct timespec limit = { .tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000 };
	sigset_t before;
	int ret = 0;

	/* One that comes in between is not to be slept over. */
	sigprocmask(SIG_BLOCK, &terminal_mask, &before);
	if (!terminal_end() && !__atomic_load_n(&terminal_noted, __ATOMIC_RELAXED))
		ret = ppoll(&fd, 1, ns < 0 ? NULL : &limit, &before);
	if (ret < 0 && errno == EINTR)
		ret = 0;
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (terminal_end() || ret < 0)
		return TOP_HAPPENED_END;
	if (terminal_wants_redraw())
		return TOP_HAPPENED_REDRAW;
	if (!ret)
		return TOP_HAPPENED_TIME;
	/* What has not been read of a terminal that is gone does not matter any more. */
	if (fd.revents & (POLLHUP | POLLERR | POLLNVAL) || terminal_empty > TERMINAL_EMPTY_MAX)
		return TOP_HAPPENED_END;
	terminal_empty++;
	return TOP_HAPPENED_KEY;
}

/**
 * top_terminal_key() - the next key that was pressed
 * @key: set to a character, or to KEY_... of curses
 * @is_special: set: it is the latter
 *
 * Return: false if there is none for now.
 */
bool top_terminal_key(wint_t *key, bool *is_special)
{
	int ret = get_wch(key);

	if (ret == ERR)
		return false;
	*is_special = ret == KEY_CODE_YES;
	terminal_empty = 0;
	return true;
}
