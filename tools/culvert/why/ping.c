// SPDX-License-Identifier: GPL-2.0
/*
 * Echo requests of ICMP, to the host of an endpoint and to an address in the tunnel, and a
 * datagram to see whether the host refuses the port.
 */
#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "address.h"
#include "common/clock.h"
#include "why/why.h"

/* How long an answer may take. */
#define WHY_PING_MS 1000

/* The longest packet, and the shortest, with their headers. */
#define WHY_PING_BYTES_MAX WHY_INNER_BYTES_MAX
#define WHY_PING_BYTES_MIN 64

/* Those of both families are alike: type, code, checksum, identifier, number. */
#define WHY_PING_HEADER sizeof(struct icmphdr)

/**
 * struct why_ping - a socket for echo requests
 * @fd: the socket, or -1
 * @is_raw: with headers of IPv4 in front, and answers to others
 * @to: where to
 * @id: of ours
 * @number: of the last one
 */
struct why_ping {
	int fd;
	bool is_raw;
	const union cvl_address *to;
	uint16_t id;
	uint16_t number;
};

/* What everybody may open goes first. */
static void why_ping_open(struct why_ping *ping, const union cvl_address *to)
{
	bool ipv6 = cvl_address_is_ipv6(to);
	int protocol = ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;

	*ping = (struct why_ping){ .to = to, .id = (uint16_t)getpid() };
	ping->fd = socket(to->any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, protocol);
	if (ping->fd >= 0)
		return;
	ping->is_raw = true;
	ping->fd = socket(to->any.sa_family, SOCK_RAW | SOCK_CLOEXEC, protocol);
}

static uint16_t why_ping_checksum(const uint8_t *bytes, size_t count)
{
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i + 1 < count; i += 2)
		sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
	if (count % 2)
		sum += (uint32_t)bytes[count - 1] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

/* Of a packet of so many BYTES, with the header of IP. Return: whether it was sent. */
static bool why_ping_send(struct why_ping *ping, size_t bytes)
{
	bool ipv6 = cvl_address_is_ipv6(ping->to);
	size_t header = ipv6 ? 40 : sizeof(struct iphdr);
	uint8_t packet[WHY_PING_BYTES_MAX] = { 0 };
	struct icmphdr *icmp = (struct icmphdr *)packet;
	union cvl_address to = *ping->to;

	if (bytes < WHY_PING_BYTES_MIN)
		bytes = WHY_PING_BYTES_MIN;
	if (bytes > sizeof(packet))
		bytes = sizeof(packet);
	bytes -= header;
	/* some systems take the port of a raw socket's address for a protocol */
	if (ipv6)
		to.v6.sin6_port = 0;
	else
		to.v4.sin_port = 0;
	icmp->type = ipv6 ? ICMP6_ECHO_REQUEST : ICMP_ECHO;
	icmp->un.echo.id = htons(ping->id);
	icmp->un.echo.sequence = htons(++ping->number);
	icmp->checksum = why_ping_checksum(packet, bytes);
	return sendto(ping->fd, packet, bytes, MSG_DONTWAIT, &to.any, cvl_address_size(&to)) ==
	       (ssize_t)bytes;
}

/* Whether what has come is the answer to the last one. */
static bool why_ping_take(struct why_ping *ping)
{
	bool ipv6 = cvl_address_is_ipv6(ping->to);
	uint8_t packet[WHY_PING_BYTES_MAX];
	union cvl_address from = { 0 };
	socklen_t from_bytes = sizeof(from);
	ssize_t bytes = recvfrom(ping->fd, packet, sizeof(packet), MSG_DONTWAIT, &from.any,
				 &from_bytes);
	size_t header = ping->is_raw && !ipv6 && bytes > 0 ? (packet[0] & 15U) * 4 : 0;
	struct icmphdr icmp;

	if (bytes < 0 || (size_t)bytes < header + WHY_PING_HEADER)
		return false;
	memcpy(&icmp, packet + header, sizeof(icmp));
	return icmp.type == (ipv6 ? ICMP6_ECHO_REPLY : ICMP_ECHOREPLY) &&
	       ntohs(icmp.un.echo.sequence) == ping->number &&
	       (!ping->is_raw || ntohs(icmp.un.echo.id) == ping->id) &&
	       !memcmp(cvl_address_ip(&from), cvl_address_ip(ping->to),
		       cvl_address_ip_bytes(ping->to));
}

/* Whether an answer comes in time. */
static bool why_ping_wait(struct why_ping *ping)
{
	int64_t until_ms = cmd_clock_ms() + WHY_PING_MS;
	struct pollfd wait = { .fd = ping->fd, .events = POLLIN };
	int64_t rest_ms;

	while ((rest_ms = until_ms - cmd_clock_ms()) > 0) {
		if (poll(&wait, 1, (int)rest_ms) > 0 && why_ping_take(ping))
			return true;
	}
	return false;
}

/* A datagram to the endpoint: the errno that comes back, or 0. */
static int why_ping_port(int fd)
{
	char byte = 0;

	return recv(fd, &byte, 1, MSG_DONTWAIT) < 0 && errno != EAGAIN ? errno : 0;
}

/* What routers and firewalls say, in either family. */
static bool why_ping_is_barred(int code)
{
	return code == EHOSTUNREACH || code == ENETUNREACH || code == EACCES || code == EPERM ||
	       code == ENOPROTOOPT;
}

static enum why_host why_ping_both(struct why_ping *ping, int port_fd, bool is_sent)
{
	int64_t until_ms = cmd_clock_ms() + WHY_PING_MS;
	struct pollfd fds[] = {
		{ .fd = port_fd, .events = POLLIN },
		{ .fd = ping->fd, .events = POLLIN },
	};
	enum why_host host = is_sent ? WHY_HOST_SILENT : WHY_HOST_UNASKED;
	int64_t rest_ms;

	while ((rest_ms = until_ms - cmd_clock_ms()) > 0) {
		int code;

		if (poll(fds, 2, (int)rest_ms) <= 0)
			continue;
		code = why_ping_port(port_fd);
		if (code == ECONNREFUSED)
			return WHY_HOST_REFUSES;
		if (why_ping_is_barred(code))
			return WHY_HOST_UNREACHABLE;
		/* an error stays, and would be told again and again */
		if (code)
			fds[0].fd = -1;
		if (ping->fd >= 0 && why_ping_take(ping)) {
			host = WHY_HOST_ANSWERS;
			fds[1].fd = -1;
		}
	}
	return host;
}

/**
 * why_ping_host() - ask the host of an endpoint whether it is there, and refuses the port
 * @endpoint: the endpoint
 * @fwmark: mark of what is sent
 *
 * Takes a second. A datagram of one byte goes to the port; implementations of the protocol drop
 * it.
 *
 * Return: what the host does.
 */
enum why_host why_ping_host(const union cvl_address *endpoint, uint32_t fwmark)
{
	int port_fd = socket(endpoint->any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool ipv6 = cvl_address_is_ipv6(endpoint);
	enum why_host host = WHY_HOST_UNASKED;
	struct why_ping ping;
	char byte = 0;
	int on = 1;

	if (port_fd < 0)
		return WHY_HOST_UNASKED;
	/* or only a refused port is told */
	setsockopt(port_fd, ipv6 ? IPPROTO_IPV6 : IPPROTO_IP, ipv6 ? IPV6_RECVERR : IP_RECVERR,
		   &on, sizeof(on));
	why_ping_open(&ping, endpoint);
	if (fwmark) {
		setsockopt(port_fd, SOL_SOCKET, SO_MARK, &fwmark, sizeof(fwmark));
		setsockopt(ping.fd, SOL_SOCKET, SO_MARK, &fwmark, sizeof(fwmark));
	}
	if (!connect(port_fd, &endpoint->any, cvl_address_size(endpoint)) &&
	    send(port_fd, &byte, 1, 0) == 1) {
		bool is_sent = ping.fd >= 0 && why_ping_send(&ping, WHY_PING_BYTES_MIN);

		host = why_ping_both(&ping, port_fd, is_sent);
	}
	if (ping.fd >= 0)
		close(ping.fd);
	close(port_fd);
	return host;
}

/* Out of the link, whatever routes there are, and not in fragments. */
static bool why_ping_open_inner(struct why_ping *ping, const union cvl_address *address,
				const char *device)
{
	bool ipv6 = cvl_address_is_ipv6(address);
	int probe = ipv6 ? IPV6_PMTUDISC_PROBE : IP_PMTUDISC_PROBE;

	why_ping_open(ping, address);
	if (ping->fd < 0)
		return false;
	if (!setsockopt(ping->fd, SOL_SOCKET, SO_BINDTODEVICE, device, strlen(device)) &&
	    !setsockopt(ping->fd, ipv6 ? IPPROTO_IPV6 : IPPROTO_IP,
			ipv6 ? IPV6_MTU_DISCOVER : IP_MTU_DISCOVER, &probe, sizeof(probe)))
		return true;
	close(ping->fd);
	return false;
}

/**
 * why_ping_inner() - ask an address in the tunnel for answers, to a short and to a long packet
 * @address: it; the port is not used
 * @device: the link
 * @mtu: of the link, in bytes
 *
 * Takes three seconds at most.
 *
 * Return: what comes back.
 */
enum why_inner why_ping_inner(const union cvl_address *address, const char *device,
			      unsigned int mtu)
{
	enum why_inner inner = WHY_INNER_UNASKED;
	struct why_ping ping;
	int tries;

	if (!why_ping_open_inner(&ping, address, device))
		return WHY_INNER_UNASKED;
	if (why_ping_send(&ping, WHY_PING_BYTES_MIN)) {
		inner = why_ping_wait(&ping) ? WHY_INNER_SHORT : WHY_INNER_SILENT;
		for (tries = 0; inner == WHY_INNER_SHORT && tries < 2; tries++) {
			if (why_ping_send(&ping, mtu) && why_ping_wait(&ping))
				inner = WHY_INNER_LONG;
		}
	}
	close(ping.fd);
	return inner;
}

/**
 * why_ping_inner_once() - send something into the tunnel, so that a handshake begins
 * @address: an address that the peer has; the port is not used
 * @device: the link
 */
void why_ping_inner_once(const union cvl_address *address, const char *device)
{
	struct why_ping ping;

	if (!why_ping_open_inner(&ping, address, device))
		return;
	why_ping_send(&ping, WHY_PING_BYTES_MIN);
	close(ping.fd);
}
