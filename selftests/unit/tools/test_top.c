// SPDX-License-Identifier: GPL-2.0
/*
 * Unit test of what culvert-top thinks by itself: rates, matching of peers, order, filter, columns,
 * curves and text. selftests/check-unit runs it.
 */
#include <arpa/inet.h>
#include <locale.h>
#include <stdlib.h>

#include "culvert-top/column.h"
#include "culvert-top/model.h"
#include "culvert-top/sort.h"
#include "culvert-top/spark.h"
#include "culvert-top/text.h"
#include "ktap.h"

#define SECOND_NS 1000000000ULL

/* More than fit in a table at its first size. */
#define MANY 5000

static struct top_model model;
static uint64_t clock_ns = SECOND_NS;
static int64_t clock_s = 1000000;

/* ------------------------------------------------------------- devices */

static struct cvl_device *device(unsigned int ifindex, const char *name)
{
	struct cvl_device *dev = cvl_device_create();

	dev->ifindex = ifindex;
	snprintf(dev->name, sizeof(dev->name), "%s", name);
	return dev;
}

/* A peer with a key that is made of a number. */
static struct cvl_peer *peer(struct cvl_device *dev, unsigned int number, uint64_t rx, uint64_t tx)
{
	struct cvl_peer *one = cvl_peer_append(dev);

	memcpy(one->public_key, &number, sizeof(number));
	one->rx_bytes = rx;
	one->tx_bytes = tx;
	return one;
}

static void endpoint(struct cvl_peer *one, const char *address, uint16_t port)
{
	one->has |= CVL_PEER_ENDPOINT;
	if (strchr(address, ':')) {
		one->endpoint.v6.sin6_family = AF_INET6;
		one->endpoint.v6.sin6_port = htons(port);
		inet_pton(AF_INET6, address, &one->endpoint.v6.sin6_addr);
	} else {
		one->endpoint.v4.sin_family = AF_INET;
		one->endpoint.v4.sin_port = htons(port);
		inet_pton(AF_INET, address, &one->endpoint.v4.sin_addr);
	}
}

/* One reading of devices up to a NULL, so many seconds after the one before. */
static void read_all(double seconds, struct cvl_device **devs)
{
	struct top_time now;

	clock_ns += (uint64_t)(seconds * 1e9);
	clock_s += (int64_t)seconds;
	now = (struct top_time){ .ns = clock_ns, .s = clock_s };
	top_model_begin(&model);
	for (; *devs; devs++) {
		top_model_read(&model, *devs, &now);
		cvl_device_destroy(*devs);
	}
	top_model_end(&model);
}

static void read_one(double seconds, struct cvl_device *dev)
{
	struct cvl_device *devs[] = { dev, NULL };

	read_all(seconds, devs);
}

static const struct top_peer *find(unsigned int ifindex, unsigned int number)
{
	const struct top_device *dev = top_model_find(&model, ifindex);
	size_t i;

	for (i = 0; dev && i < dev->peer_count; i++) {
		if (!memcmp(dev->peers[i].key, &number, sizeof(number)))
			return &dev->peers[i];
	}
	return NULL;
}

static void test_rates(void)
{
	struct cvl_device *dev = device(3, "cv0");
	const struct top_device *top;

	peer(dev, 1, 1000, 50);
	peer(dev, 2, 5, 0);
	read_one(1, dev);
	top = top_model_find(&model, 3);
	ktap_equal((long long)find(3, 1)->rx_rate, 0, "rates: none after the first reading");
	ktap_equal(top->rx.count, 0, "rates: no curve, either");

	dev = device(3, "cv0");
	peer(dev, 2, 5, 400);
	peer(dev, 1, 3000, 50);
	read_one(2, dev);
	ktap_equal((long long)find(3, 1)->rx_rate, 1000, "rates: bytes received per second");
	ktap_equal((long long)find(3, 1)->tx_rate, 0, "rates: nothing was sent");
	ktap_equal((long long)find(3, 2)->tx_rate, 200, "rates: peers in another order");
	ktap_equal((long long)top->rx_rate, 1000, "rates: of the device, received");
	ktap_equal((long long)top->tx_rate, 200, "rates: of the device, sent");
	ktap_equal(top->rx.count, 1, "rates: the curve has begun");

	dev = device(3, "cv0");
	peer(dev, 1, 200, 60);
	peer(dev, 4, 900, 900);
	read_one(0.5, dev);
	ktap_equal((long long)find(3, 1)->rx_rate, 0, "rates: a counter went back: begun anew");
	ktap_equal((long long)find(3, 1)->tx_rate, 0, "rates: so has the other counter");
	ktap_equal(find(3, 1)->count, 0, "rates: and the curve");
	ktap_ok(!find(3, 2), "rates: a peer that was removed is gone");
	ktap_equal((long long)find(3, 4)->rx_rate, 0, "rates: a new peer has none");

	dev = device(3, "cv0");
	peer(dev, 1, 700, 60);
	peer(dev, 4, 900, 900);
	read_one(0.5, dev);
	ktap_equal((long long)find(3, 1)->rx_rate, 1000, "rates: half a second");

	dev = device(3, "cv0");
	peer(dev, 1, 800, 60);
	read_one(0, dev);
	ktap_equal((long long)find(3, 1)->rx_rate, 0, "rates: no time has passed");
	top_model_free(&model);
}

static void test_devices(void)
{
	struct cvl_device *both[] = { device(3, "cv0"), device(7, "cv1"), NULL };
	struct cvl_device *one[] = { device(7, "new"), NULL };
	struct cvl_device *none[] = { NULL };
	size_t number;

	read_all(1, both);
	ktap_equal((long long)top_model_count(&model, 7, &number), 2, "devices: two");
	ktap_equal((long long)number, 2, "devices: this is the second");
	ktap_equal(top_model_after(&model, 3)->ifindex, 7, "devices: after the first the second");
	ktap_equal(top_model_after(&model, 7)->ifindex, 3, "devices: after the last the first");
	ktap_equal(top_model_after(&model, 99)->ifindex, 3, "devices: after none the first");
	read_all(1, one);
	ktap_ok(!top_model_find(&model, 3), "devices: one that is gone is forgotten");
	ktap_is(top_model_find(&model, 7)->name, "new", "devices: one has another name");
	top_model_begin(&model);
	top_model_keep(&model, 7);
	top_model_end(&model);
	ktap_ok(top_model_find(&model, 7), "devices: one that could not be read stays");
	read_all(1, none);
	ktap_ok(!top_model_after(&model, 7), "devices: none are left");
}

static void test_drops(void)
{
	struct top_device *top;

	read_one(1, device(3, "cv0"));
	top = top_model_find(&model, 3);
	top_model_drop(top, 0, "rx_short", 5);
	ktap_equal((long long)top->drops[0].grown, 0, "drops: those from before do not count");
	read_one(1, device(3, "cv0"));
	top_model_drop(top, 0, "rx_short", 8);
	top_model_drop(top, 1, "rx_replay", 2);
	top_model_drop(top, TOP_MODEL_DROPS, "beyond", 2);
	ktap_equal((long long)top->drops[0].grown, 3, "drops: by how much it has grown");
	ktap_equal((long long)top->drops[1].grown, 2, "drops: one that was 0");
	top_model_drop(top, 0, "rx_short", 1);
	ktap_equal((long long)top->drops[0].grown, 0, "drops: the counter has begun anew");
	top_model_free(&model);
}

/* In an order that is turned in the second reading, so that each is looked for. */
static void test_many(void)
{
	struct cvl_device *dev = device(3, "cv0");
	unsigned int i;
	bool right = true;

	for (i = 0; i < MANY; i++)
		peer(dev, i, 10, 10);
	read_one(1, dev);
	dev = device(3, "cv0");
	for (i = MANY; i-- > 0;)
		peer(dev, i, 10 + i, 10);
	read_one(1, dev);
	for (i = 0; i < MANY; i++)
		right = right && (unsigned int)top_model_find(&model, 3)->peers[i].rx_rate ==
				 MANY - 1 - i;
	ktap_ok(right, "many: each peer is compared with itself");
	top_model_free(&model);
}

static void test_recent(void)
{
	struct cvl_device *dev = device(3, "cv0");

	peer(dev, 1, 0, 0)->heard_s = clock_s;
	peer(dev, 2, 0, 0)->heard_s = clock_s - 178;
	peer(dev, 3, 0, 0)->heard_s = clock_s - 180;
	peer(dev, 4, 0, 0);
	peer(dev, 5, 0, 0)->handshake_s = clock_s;
	read_one(1, dev);
	ktap_equal((long long)top_model_find(&model, 3)->recent, 2, "recent: in three minutes");
	dev = device(4, "wg0");
	dev->kind = CVL_KIND_WIREGUARD;
	peer(dev, 5, 0, 0)->handshake_s = clock_s;
	read_one(1, dev);
	ktap_equal((long long)top_model_find(&model, 4)->recent, 1,
		   "recent: by the handshake where nothing else is told");
	top_model_free(&model);
}

static void test_ways(void)
{
	struct cvl_device *dev = device(3, "cv0");
	struct cvl_candidate *candidate;
	struct cvl_peer *one;

	peer(dev, 0, 0, 0);
	one = peer(dev, 1, 0, 0);
	endpoint(one, "192.0.2.1", 1);
	one->endpoint_reason = CVL_ENDPOINT_SET;
	one = peer(dev, 2, 0, 0);
	endpoint(one, "192.0.2.1", 1);
	one->endpoint_reason = CVL_ENDPOINT_DATA;
	one = peer(dev, 3, 0, 0);
	endpoint(one, "192.0.2.1", 1);
	one->follow = CVL_FOLLOW_NEVER;
	one->endpoint_reason = CVL_ENDPOINT_SET;
	cvl_candidate_add(one, 1);
	one = peer(dev, 4, 0, 0);
	endpoint(one, "192.0.2.1", 1);
	cvl_candidate_add(one, 1);
	candidate = cvl_candidate_add(one, 2);
	candidate->in_use = true;
	one = peer(dev, 5, 0, 0);
	endpoint(one, "192.0.2.1", 1);
	read_one(1, dev);
	ktap_equal(find(3, 0)->way, TOP_WAY_NONE, "way: without an endpoint none");
	ktap_equal(find(3, 1)->way, TOP_WAY_SET, "way: set");
	ktap_equal(find(3, 2)->way, TOP_WAY_ROAMED, "way: roamed");
	ktap_equal(find(3, 3)->way, TOP_WAY_FIXED, "way: fixed");
	ktap_equal(find(3, 4)->way, TOP_WAY_CANDIDATE, "way: a candidate");
	ktap_equal(find(3, 4)->preference, 2, "way: its class");
	ktap_equal(find(3, 5)->way, TOP_WAY_NONE, "way: not told");
	top_model_free(&model);
}

/* ------------------------------------------------------------- order and filter */

/* Peers as "1 2 3", by the numbers that their keys are made of. */
static const char *shown(struct top_order *order)
{
	static char text[64];
	struct top_view view = { 0 };
	size_t at = 0;
	size_t i;

	*text = '\0';
	top_sort_view(&view, top_model_find(&model, 3), order);
	for (i = 0; i < view.count; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%d", i ? " " : "",
				       view.peers[i]->key[0]);
	free(view.peers);
	return text;
}

static void make_sorted(uint64_t more)
{
	static const char * const names[] = { NULL, "berta", "Anna", "", "anna2" };
	struct cvl_device *dev = device(3, "cv0");
	struct cvl_peer *one;
	unsigned int i;

	for (i = 1; i <= 4; i++) {
		one = peer(dev, i, more * i, more * (10 - i));
		strcpy(one->name, names[i]);
		one->heard_s = i == 3 ? 0 : clock_s - i;
	}
	endpoint(dev->peers, "192.0.2.10", 5);
	endpoint(dev->peers->next, "192.0.2.9", 7);
	endpoint(dev->peers->next->next, "2001:db8::1", 5);
	read_one(1, dev);
}

static void test_sort(void)
{
	struct top_order order = { .sort = TOP_SORT_NAME };
	enum top_sort sort;

	make_sorted(0);
	ktap_is(shown(&(struct top_order){ .sort = TOP_SORT_RX }), "2 4 1 3",
		"sort: by rx, all equal: by name, those without one last");
	make_sorted(100);
	ktap_is(shown(&order), "2 4 1 3", "sort: by name");
	order.reverse = true;
	ktap_is(shown(&order), "3 1 4 2", "sort: by name, reversed");
	ktap_is(shown(&(struct top_order){ .sort = TOP_SORT_RX }), "4 3 2 1", "sort: by rx");
	ktap_is(shown(&(struct top_order){ .sort = TOP_SORT_TX }), "1 2 3 4", "sort: by tx");
	ktap_is(shown(&(struct top_order){ .sort = TOP_SORT_HEARD }), "1 2 4 3", "sort: by heard");
	ktap_is(shown(&(struct top_order){ .sort = TOP_SORT_ENDPOINT }), "2 1 3 4",
		"sort: by endpoint: IPv4, IPv6, none");

	ktap_is(shown(&(struct top_order){ .filter = "ANNA" }), "2 4", "filter: by name");
	ktap_is(shown(&(struct top_order){ .filter = "192.0.2" }), "2 1", "filter: by endpoint");
	ktap_is(shown(&(struct top_order){ .filter = "zzzz" }), "", "filter: none");
	ktap_is(shown(&(struct top_order){ .filter = "AwAAAA" }), "3", "filter: by key");

	ktap_ok(top_sort_find(&sort, "heard") && sort == TOP_SORT_HEARD, "sort: word");
	ktap_ok(!top_sort_find(&sort, "Heard"), "sort: no such word");
	ktap_ok(top_sort_key(&sort, 't') && sort == TOP_SORT_TX, "sort: key");
	ktap_ok(!top_sort_key(&sort, 'r'), "sort: no such key");
	top_model_free(&model);
	ktap_is(shown(&order), "", "sort: no device");
}

/* ------------------------------------------------------------- columns */

static int layout_width(const struct top_layout *layout)
{
	int width = -1;
	int i;

	for (i = 0; i < TOP_COLUMNS; i++)
		width += layout->width[i] ? layout->width[i] + 1 : 0;
	return width;
}

static const char *layout_columns(int columns, struct top_device *dev)
{
	static char text[64];
	struct top_layout layout;
	size_t at = 0;
	int i;

	top_column_fit(&layout, dev, columns);
	for (i = 0; i < TOP_COLUMNS; i++) {
		if (layout.width[i])
			at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%d:%d",
					       at ? " " : "", i, layout.width[i]);
	}
	return text;
}

static void test_columns(void)
{
	struct top_device dev = { .longest_name = 44 };
	struct top_layout layout;
	bool fits = true;
	int columns;

	for (columns = 8; columns < 400; columns++) {
		dev.has_ipv6 = columns & 1;
		dev.longest_name = columns % 70;
		top_column_fit(&layout, &dev, columns);
		fits = fits && layout_width(&layout) <= columns && layout.width[TOP_COLUMN_NAME];
	}
	ktap_ok(fits, "columns: fit whatever the width");
	dev = (struct top_device){ .longest_name = 44 };
	ktap_is(layout_columns(40, &dev), "0:19 3:6 4:6 5:6", "columns: 40");
	ktap_is(layout_columns(60, &dev), "0:17 1:21 3:6 4:6 5:6", "columns: 60");
	ktap_is(layout_columns(80, &dev), "0:18 1:21 2:9 3:6 4:6 5:6 8:8", "columns: 80");
	ktap_is(layout_columns(200, &dev), "0:44 1:21 2:9 3:6 4:6 5:6 6:6 7:6 8:16",
		"columns: 200");
	dev.has_ipv6 = true;
	ktap_is(layout_columns(120, &dev), "0:18 1:47 2:9 3:6 4:6 5:6 6:6 7:6 8:8",
		"columns: 120, with an IPv6 address");
	dev = (struct top_device){ .longest_name = 5, .kind = CVL_KIND_WIREGUARD };
	ktap_is(layout_columns(80, &dev), "0:8 1:21 3:6 4:6 5:6 6:6 7:6 8:14",
		"columns: kind wireguard does not tell the way");
}

static const char *cell(enum top_column column, int width, const struct top_peer *one)
{
	static char text[TOP_TEXT_LINE];
	struct top_device dev = { .read_s = 1000 };
	struct top_cell where = { .column = column, .width = width };

	top_column_cell(text, &where, &dev, one);
	return text;
}

static void test_cells(void)
{
	struct top_peer one = {
		.name = "\033[2Jname", .rx_rate = 2048, .rx_bytes = 3 << 20, .heard_s = 700,
		.way = TOP_WAY_CANDIDATE, .preference = 255,
		.rates = { 0, 4, 8 }, .count = 3,
	};

	ktap_is(cell(TOP_COLUMN_NAME, 10, &one), "?[2Jname  ", "cells: name, no escape");
	ktap_is(cell(TOP_COLUMN_ENDPOINT, 4, &one), "-   ", "cells: no endpoint");
	ktap_is(cell(TOP_COLUMN_WAY, 9, &one), "class 255", "cells: way");
	ktap_is(cell(TOP_COLUMN_HEARD, 6, &one), " 5m00s", "cells: heard");
	ktap_is(cell(TOP_COLUMN_RX, 6, &one), "  2.0K", "cells: rate");
	ktap_is(cell(TOP_COLUMN_RX_TOTAL, 6, &one), "  3.0M", "cells: total");
	ktap_is(cell(TOP_COLUMN_SPARK, 5, &one), "   ~#", "cells: curve");
	*one.name = '\0';
	one.heard_s = 0;
	ktap_is(cell(TOP_COLUMN_NAME, 6, &one), "AAAAA~", "cells: a key that is cut");
	ktap_is(cell(TOP_COLUMN_HEARD, 6, &one), " never", "cells: never heard");
	one.heard_s = 2000;
	ktap_is(cell(TOP_COLUMN_HEARD, 6, &one), "    0s", "cells: heard in the future");
}

/* ------------------------------------------------------------- curves and text */

static void test_spark(void)
{
	float values[4];
	struct top_spark spark = { .values = values, .size = 4 };
	char text[64];
	int i;

	top_spark_text(text, sizeof(text), &spark, 3, true);
	ktap_is(text, "   ", "curve: nothing yet");
	top_spark_add(&spark, 0);
	top_spark_add(&spark, 0);
	top_spark_text(text, sizeof(text), &spark, 3, true);
	ktap_is(text, "   ", "curve: only zeros");
	for (i = 1; i <= 3; i++)
		top_spark_add(&spark, i * 8);
	ktap_equal(spark.count, 4, "curve: the oldest is forgotten");
	top_spark_text(text, sizeof(text), &spark, 6, true);
	ktap_is(text, "   \xe2\x96\x83\xe2\x96\x85\xe2\x96\x88", "curve: blocks");
	top_spark_text(text, sizeof(text), &spark, 2, false);
	ktap_is(text, "+#", "curve: the latest ones, in ASCII");
	top_spark_add(&spark, 1e12);
	top_spark_text(text, sizeof(text), &spark, 4, false);
	ktap_is(text, "...#", "curve: little is not nothing");
	top_spark_text(text, 5, &spark, 4, true);
	ktap_is(text, "\xe2\x96\x81", "curve: no room for more");
	top_spark_text(text, sizeof(text), &spark, -1, true);
	ktap_is(text, "", "curve: no column");
}

static const char *fit(const char *from, int columns, bool utf8)
{
	static char text[64];

	top_text_fit(text, sizeof(text), from, columns, utf8);
	return text;
}

static void test_text(void)
{
	char text[64];

	ktap_is(fit("abc", 5, true), "abc  ", "text: filled");
	ktap_is(fit("abcdef", 5, false), "abcd~", "text: cut");
	ktap_is(fit("abcdef", 5, true), "abcd\xe2\x80\xa6", "text: cut, in UTF-8");
	ktap_is(fit("abc", 0, true), "", "text: no column");
	ktap_is(fit("\033[31m\r\n\x7f", 8, true), "?[31m???", "text: control characters");
	ktap_is(fit("\xc2\x9bm", 3, true), "?m ", "text: those of eight bits");
	ktap_is(fit("M\xc3\xbcller", 8, true), "M\xc3\xbcller  ", "text: UTF-8");
	ktap_is(fit("M\xc3\xbcller", 8, false), "M??ller ", "text: UTF-8 where there is none");
	ktap_is(fit("Mu\xcc\x88ller", 8, true), "Mu\xcc\x88ller  ", "text: an accent of its own");
	ktap_is(fit("\xe2\x80\xaexyz", 5, true), "?xyz ", "text: a mark of direction");
	ktap_is(fit("\xff\xc3", 3, true), "?? ", "text: no UTF-8");
	ktap_is(fit("\xe6\x97\xa5\xe6\x9c\xac", 5, true), "\xe6\x97\xa5\xe6\x9c\xac ",
		"text: wide characters");
	ktap_is(fit("\xe6\x97\xa5\xe6\x9c\xac", 3, true), "\xe6\x97\xa5\xe2\x80\xa6",
		"text: wide ones, cut");
	ktap_is(fit("\xe6\x97\xa5\xe6\x9c\xac", 2, true), "\xe2\x80\xa6 ",
		"text: a wide one that does not fit");
	top_text_fit(text, 4, "abcdef", 6, true);
	ktap_is(text, "abc", "text: no room for more bytes");
	top_text_clean(text, sizeof(text), "a\tb\033", true);
	ktap_is(text, "a?b?", "text: clean");
}

static const char *bytes(double value)
{
	static char text[TOP_TEXT_NUMBER];

	top_text_bytes(text, value);
	return text;
}

static const char *age(int64_t seconds)
{
	static char text[TOP_TEXT_NUMBER];

	top_text_age(text, seconds);
	return text;
}

static void test_numbers(void)
{
	double value;
	bool fits = true;

	ktap_is(bytes(0), "0", "bytes: 0");
	ktap_is(bytes(0.4), "0", "bytes: next to nothing");
	ktap_is(bytes(0.0 / 0.0), "0", "bytes: no number");
	ktap_is(bytes(999), "999", "bytes: 999");
	ktap_is(bytes(1000), "1.0K", "bytes: 1000");
	ktap_is(bytes(1536), "1.5K", "bytes: 1.5 KiB");
	ktap_is(bytes(100 << 20), "100M", "bytes: 100 MiB");
	ktap_is(bytes(18446744073709551615.0), "16.0E", "bytes: the most that there are");
	for (value = 1; value < 1e19; value *= 1.01)
		fits = fits && strlen(bytes(value)) <= 5;
	ktap_ok(fits, "bytes: five columns at most");
	ktap_is(age(-1), "never", "age: never");
	ktap_is(age(0), "0s", "age: 0");
	ktap_is(age(59), "59s", "age: 59 seconds");
	ktap_is(age(61), "1m01s", "age: a minute");
	ktap_is(age(3600), "1h00m", "age: an hour");
	ktap_is(age(86399), "23h59m", "age: a day less a second");
	ktap_is(age(90000), "1d01h", "age: a day");
	ktap_is(age(100 * 86400), "100d", "age: a hundred days");
	ktap_is(age(INT64_MAX), "99999d", "age: the most that is shown");
}

int main(void)
{
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		printf("# there is no locale C.UTF-8\n");
	test_rates();
	test_devices();
	test_drops();
	test_many();
	test_recent();
	test_ways();
	test_sort();
	test_columns();
	test_cells();
	test_spark();
	test_text();
	test_numbers();
	return ktap_finish();
}
