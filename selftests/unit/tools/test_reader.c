// SPDX-License-Identifier: GPL-2.0
/*
 * A device that is read one peer after another: each peer is whole, also where the kernel cuts it
 * up, the memory that it takes does not grow with the number of peers, and a dump that another
 * program's change has spoilt is said to be so and begun again. libmnl's functions that reach a
 * socket are defined here: behind them is a device with as many peers as a test wants.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/culvert.h>
#include <linux/genetlink.h>
#include <string.h>

#include "ktap.h"
#include "libculvert.h"

/* AddressSanitizer's, in a header that gcc does not have. */
size_t __sanitizer_get_current_allocated_bytes(void);

#define FAMILY 0x20
#define PEERS_A_MESSAGE 100
#define PORT 4711

/* What the device is like. The peer @cut has @cut_ips allowed IPs, @cut_each in a message. */
static struct {
	unsigned int peers;
	unsigned int cut;
	unsigned int cut_ips;
	unsigned int cut_each;
	/* a message of each of the first @spoilt dumps, counted from 1, is marked */
	unsigned int spoilt;
	unsigned int spoilt_message;
	/* an errno that dumps end with */
	int error;
} device;

/* What the kernel is at. */
static struct {
	uint16_t asked;
	uint32_t sequence;
	bool done;
	unsigned int dumps;
	unsigned int messages;
	unsigned int peer;
	unsigned int ip;
} kernel;

/* libmnl's own is not to be seen. */
static char the_socket;

struct mnl_socket *mnl_socket_open2(int bus, int flags)
{
	(void)bus;
	(void)flags;
	return (struct mnl_socket *)&the_socket;
}

int mnl_socket_bind(struct mnl_socket *socket, unsigned int groups, pid_t pid)
{
	(void)socket;
	(void)groups;
	(void)pid;
	return 0;
}

int mnl_socket_setsockopt(const struct mnl_socket *socket, int type, void *buffer, socklen_t bytes)
{
	(void)socket;
	(void)type;
	(void)buffer;
	(void)bytes;
	return 0;
}

int mnl_socket_close(struct mnl_socket *socket)
{
	(void)socket;
	return 0;
}

ssize_t mnl_socket_sendto(const struct mnl_socket *socket, const void *message, size_t bytes)
{
	const struct nlmsghdr *nlh = message;

	(void)socket;
	/* as the kernel, which has one dump at a time for a socket */
	if (kernel.asked == FAMILY && !kernel.done) {
		errno = EBUSY;
		return -1;
	}
	kernel.asked = nlh->nlmsg_type;
	kernel.sequence = nlh->nlmsg_seq;
	kernel.done = false;
	kernel.dumps += kernel.asked == FAMILY;
	kernel.messages = 0;
	kernel.peer = 0;
	kernel.ip = 0;
	return (ssize_t)bytes;
}

static struct nlmsghdr *begin(void *buffer, uint16_t type)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);

	nlh->nlmsg_type = type;
	nlh->nlmsg_seq = kernel.sequence;
	return nlh;
}

static struct nlmsghdr *end(void *buffer, int error)
{
	struct nlmsghdr *nlh = begin(buffer, NLMSG_DONE);

	memcpy(mnl_nlmsg_put_extra_header(nlh, sizeof(error)), &error, sizeof(error));
	kernel.done = true;
	return nlh;
}

static void put_ip(struct nlmsghdr *nlh, uint32_t number)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, 0);
	struct in_addr address = { .s_addr = htonl(0x0a000000 + number) };

	mnl_attr_put_u16(nlh, CVALLOWEDIP_A_FAMILY, AF_INET);
	mnl_attr_put(nlh, CVALLOWEDIP_A_IPADDR, sizeof(address), &address);
	mnl_attr_put_u8(nlh, CVALLOWEDIP_A_CIDR_MASK, 32);
	mnl_attr_nest_end(nlh, nest);
}

/* Return: whether the message is full: the peer goes on in the next one. */
static bool put_peer(struct nlmsghdr *nlh)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, 0);
	uint8_t key[CVL_KEY_BYTES] = { 1 };
	struct nlattr *ips;
	unsigned int i;
	bool cut = kernel.peer == device.cut;

	memcpy(key + 1, &kernel.peer, sizeof(kernel.peer));
	mnl_attr_put(nlh, CVPEER_A_PUBLIC_KEY, sizeof(key), key);
	if (!kernel.ip)
		mnl_attr_put_u16(nlh, CVPEER_A_PERSISTENT_KEEPALIVE_INTERVAL, 25);
	ips = mnl_attr_nest_start(nlh, CVPEER_A_ALLOWEDIPS);
	for (i = 0; i < (cut ? device.cut_each : 1); i++)
		put_ip(nlh, cut ? kernel.ip++ : kernel.peer);
	mnl_attr_nest_end(nlh, ips);
	mnl_attr_nest_end(nlh, nest);
	if (cut && kernel.ip < device.cut_ips)
		return true;
	kernel.ip = 0;
	kernel.peer++;
	return false;
}

static struct nlmsghdr *put_peers(void *buffer)
{
	struct nlmsghdr *nlh = begin(buffer, FAMILY);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	struct nlattr *nest;
	unsigned int i;

	if (!kernel.messages++)
		mnl_attr_put_u16(nlh, CVDEVICE_A_LISTEN_PORT, PORT);
	mnl_attr_put_strz(nlh, CVDEVICE_A_IFNAME, "cv0");
	nest = mnl_attr_nest_start(nlh, CVDEVICE_A_PEERS);
	for (i = 0; i < PEERS_A_MESSAGE && kernel.peer < device.peers; i++) {
		if (put_peer(nlh))
			break;
	}
	mnl_attr_nest_end(nlh, nest);
	if (kernel.dumps <= device.spoilt && kernel.messages == device.spoilt_message)
		nlh->nlmsg_flags |= NLM_F_DUMP_INTR;
	return nlh;
}

ssize_t mnl_socket_recvfrom(const struct mnl_socket *socket, void *buffer, size_t room)
{
	struct nlmsghdr *nlh;

	(void)socket;
	(void)room;
	if (kernel.done) {
		/* a real one would wait for ever */
		errno = EDEADLK;
		return -1;
	}
	if (kernel.asked == GENL_ID_CTRL) {
		nlh = begin(buffer, GENL_ID_CTRL);
		mnl_nlmsg_put_extra_header(nlh, sizeof(struct genlmsghdr));
		mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, FAMILY);
		/* then its ACK, in the same datagram */
		end((char *)buffer + NLMSG_ALIGN(nlh->nlmsg_len), 0);
		return NLMSG_ALIGN(nlh->nlmsg_len) + mnl_nlmsg_size(sizeof(int));
	}
	nlh = device.error || (kernel.messages && kernel.peer == device.peers) ?
	      end(buffer, device.error) : put_peers(buffer);
	return nlh->nlmsg_len;
}

static const struct cvl_link the_link = { .ifindex = 7, .name = "cv0" };

/* What reading has found. */
struct found {
	unsigned int peers;
	unsigned int disordered;
	unsigned int ips;
	unsigned int cut_ips;
	size_t most_bytes;
};

static void look_at(struct found *found, const struct cvl_peer *peer)
{
	const struct cvl_allowed_ip *ip;
	size_t bytes = __sanitizer_get_current_allocated_bytes();
	unsigned int number, ips = 0;

	memcpy(&number, peer->public_key + 1, sizeof(number));
	found->disordered += number != found->peers++ || peer->next || peer->keepalive_s != 25;
	for (ip = peer->allowed_ips; ip; ip = ip->next)
		ips++;
	if (number == device.cut)
		found->cut_ips = ips;
	else
		found->ips += ips;
	if (bytes > found->most_bytes)
		found->most_bytes = bytes;
}

/* Return: as the last cvl_reader_next(). */
static int look(struct found *found, struct cvl_reader *reader, struct cvl_error *err)
{
	struct cvl_peer *peer;
	int ret;

	memset(found, 0, sizeof(*found));
	while ((ret = cvl_reader_next(reader, &peer, err)) > 0)
		look_at(found, peer);
	return ret;
}

static void set_up(unsigned int peers)
{
	memset(&kernel, 0, sizeof(kernel));
	memset(&device, 0, sizeof(device));
	device.peers = peers;
	device.cut = peers;
}

static size_t read_many(unsigned int peers)
{
	size_t before = __sanitizer_get_current_allocated_bytes();
	struct cvl_reader *reader;
	struct cvl_error err;
	struct found found;

	set_up(peers);
	reader = cvl_reader_create(&the_link, &err);
	ktap_ok(reader, "a reader");
	ktap_equal(cvl_reader_device(reader)->listen_port, PORT, "the device is there at once");
	ktap_ok(!cvl_reader_device(reader)->peers, "without peers");
	ktap_equal(look(&found, reader, &err), 0, "it comes to the end");
	ktap_equal(found.peers, peers, "each peer is told");
	ktap_equal(found.disordered, 0, "in order, each by itself, with what it has");
	ktap_equal(found.ips, peers, "and its allowed IP");
	ktap_equal(look(&found, reader, &err), 0, "after the end it is still the end");
	cvl_reader_destroy(reader);
	ktap_equal(__sanitizer_get_current_allocated_bytes(), before, "everything is freed");
	return found.most_bytes;
}

static void test_memory(void)
{
	size_t few = read_many(1000);
	size_t many = read_many(300000);

	ktap_equal(many, few, "300,000 peers take the memory of 1,000");
	read_many(0);
}

static void test_cut(void)
{
	struct cvl_reader *reader;
	struct cvl_error err;
	struct found found;

	set_up(250);
	/* in the middle of a message, and over some */
	device.cut = 150;
	device.cut_ips = 5000;
	device.cut_each = 500;
	reader = cvl_reader_create(&the_link, &err);
	ktap_equal(look(&found, reader, &err), 0, "a peer over several messages");
	ktap_equal(found.peers, 250, "is one peer");
	ktap_equal(found.cut_ips, 5000, "with all allowed IPs");
	ktap_equal(found.disordered, 0, "and what the first message said of it");
	cvl_reader_destroy(reader);

	/* the last of all */
	set_up(250);
	device.cut = 249;
	device.cut_ips = 1500;
	device.cut_each = 500;
	reader = cvl_reader_create(&the_link, &err);
	ktap_equal(look(&found, reader, &err), 0, "the last peer over several messages");
	ktap_equal(found.cut_ips, 1500, "has all allowed IPs");
	cvl_reader_destroy(reader);
}

static void test_changed(void)
{
	struct cvl_reader *reader;
	struct cvl_error err = { 0 };
	struct found found;
	int i;

	set_up(1000);
	device.spoilt = 1;
	device.spoilt_message = 5;
	reader = cvl_reader_create(&the_link, &err);
	ktap_equal(look(&found, reader, &err), -EINTR, "a change while it is read is said");
	ktap_is(err.text, "cv0: the device was changed while it was read", "in words");
	ktap_equal(look(&found, reader, &err), -EINTR, "and again");
	ktap_equal(cvl_reader_restart(reader, &err), 0, "it can be begun again");
	ktap_equal(look(&found, reader, &err), 0, "and come to the end then");
	ktap_equal(found.peers, 1000, "with all peers");
	ktap_equal(kernel.dumps, 2, "after two dumps");
	cvl_reader_destroy(reader);

	set_up(1000);
	device.spoilt = 1000;
	device.spoilt_message = 1;
	reader = cvl_reader_create(&the_link, &err);
	for (i = 0; i < 100; i++) {
		if (look(&found, reader, &err) != -EINTR || cvl_reader_restart(reader, &err))
			break;
	}
	ktap_equal(i, 100, "changed all the time: it is begun again 100 times");
	ktap_equal(cvl_reader_restart(reader, &err), -EBUSY, "and not more often");
	ktap_has(err.text, "keeps changing", "in words");
	cvl_reader_destroy(reader);
}

static void test_failures(void)
{
	struct cvl_reader *reader;
	struct cvl_error err = { 0 };
	struct found found;

	set_up(1000);
	device.error = -EPERM;
	ktap_ok(!cvl_reader_create(&the_link, &err), "a dump that is refused: no reader");
	ktap_equal(err.code, -EPERM, "its errno");
	ktap_has(err.text, "cv0: this needs CAP_NET_ADMIN", "and what to do");

	set_up(1000);
	reader = cvl_reader_create(&the_link, &err);
	device.error = -ENODEV;
	ktap_equal(look(&found, reader, &err), -ENODEV, "a device that goes away");
	ktap_has(err.text, "no longer exists", "in words");
	ktap_equal(look(&found, reader, &err), -ENODEV, "stays away");
	ktap_equal(cvl_reader_restart(reader, &err), -ENODEV, "and is not begun again");
	cvl_reader_destroy(reader);
	cvl_reader_destroy(NULL);
}

int main(void)
{
	/* so that its buffer is there before memory is counted */
	puts("# a fake device, read peer by peer");
	test_memory();
	test_cut();
	test_changed();
	test_failures();
	return ktap_finish();
}
