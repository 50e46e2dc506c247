// SPDX-License-Identifier: GPL-2.0 OR MIT
/* first-session DEV FILE: makes a link, configures it from a file, waits for its first session. */
#include <err.h>
#include <libculvert.h>
#include <poll.h>

int main(int argc, char **argv)
{
	struct cvl_error why = { 0 };
	struct cvl_netlink *nl = cvl_netlink_create(&why);
	struct cvl_device *wanted = cvl_device_create();
	char key[CVL_KEY_TEXT_SIZE];
	struct cvl_event *event;
	struct cvl_watch *watch;
	struct cvl_link link;

	if (argc != 3)
		errx(1, "expected a name for the link and a file with its configuration");
	if (!nl || !wanted || cvl_config_read(wanted, argv[2], &why) ||
	    cvl_endpoints_resolve(wanted, &(struct cvl_resolve_options){ 0 }, &why) ||
	    cvl_link_create(nl, &link, argv[1], CVL_KIND_CULVERT, &why))
		errx(1, "%s", why.text);
	watch = cvl_watch_create(CVL_WATCH_SESSION, &why);
	if (!watch || cvl_netlink_set(nl, &link, wanted, &why) || cvl_link_up(nl, &link, &why))
		errx(1, "%s", why.text);
	for (struct pollfd wait = { cvl_watch_fd(watch), POLLIN, 0 };; poll(&wait, 1, -1)) {
		while (cvl_watch_next(watch, &event, &why) > 0) {
			if (event->kind == CVL_EVENT_SESSION_MADE &&
			    event->dev->ifindex == link.ifindex) {
				cvl_key_to_text(key, event->dev->peers->public_key);
				return printf("%s: a session with %s\n", link.name, key) < 0;
			}
			cvl_event_destroy(event);
		}
	}
}
