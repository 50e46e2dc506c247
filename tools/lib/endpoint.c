// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Endpoints and prefixes as text, and names to addresses. The printers use the
 * first; the command has names resolved before it sends anything, so that a
 * name that does not resolve leaves the device as it was.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <time.h>

#include "address.h"

#define CVL_RESOLVE_MAX_DELAY_MS 20000

static int cvl_endpoint_fail(const struct cvl_peer *peer, int code,
			     const char *reason, struct cvl_error *err)
{
	cvl_error_word(err, peer->endpoint_host);
	cvl_error_set(err, code, "endpoint '%s': %s; expected %s", err->word,
		      reason, "a host that resolves to an address, and a port");
	if (peer->endpoint_place)
		cvl_error_prefix(err, "%s: ", peer->endpoint_place);
	return code;
}

/* A fault that another try may not have. */
static bool cvl_endpoint_may_retry(int fault)
{
	return fault == EAI_AGAIN || fault == EAI_SYSTEM || fault == EAI_MEMORY;
}

static void cvl_endpoint_wait(unsigned int delay_ms)
{
	struct timespec left = {
		.tv_sec = delay_ms / 1000,
		.tv_nsec = (long)(delay_ms % 1000) * 1000000,
	};

	while (nanosleep(&left, &left) && errno == EINTR)
		;
}

static void cvl_endpoint_notify(const struct cvl_peer *peer, const char *reason,
				unsigned int delay_ms,
				const struct cvl_resolve_options *options)
{
	struct cvl_error shown = { 0 };

	if (!options->notify)
		return;
	cvl_error_word(&shown, peer->endpoint_host);
	cvl_error_set(&shown, 0, "endpoint '%s': %s; next try in %u.%u s",
		      shown.word, reason, delay_ms / 1000,
		      delay_ms % 1000 / 100);
	if (peer->endpoint_place)
		cvl_error_prefix(&shown, "%s: ", peer->endpoint_place);
	options->notify(options->arg, shown.text);
}

static int cvl_endpoint_take(struct cvl_peer *peer,
			     const struct addrinfo *found,
			     struct cvl_error *err)
{
	if (!(found->ai_family == AF_INET &&
	      found->ai_addrlen == sizeof(peer->endpoint.v4)) &&
	    !(found->ai_family == AF_INET6 &&
	      found->ai_addrlen == sizeof(peer->endpoint.v6)))
		return cvl_endpoint_fail(peer, -EAFNOSUPPORT,
					 "neither an IPv4 nor an IPv6 address",
					 err);
	memset(&peer->endpoint, 0, sizeof(peer->endpoint));
	memcpy(&peer->endpoint, found->ai_addr, found->ai_addrlen);
	return 0;
}

static int cvl_endpoint_resolve(struct cvl_peer *peer,
				const struct cvl_resolve_options *options,
				struct cvl_error *err)
{
	const struct addrinfo hints = {
		.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_DGRAM,
		.ai_protocol = IPPROTO_UDP,
	};
	unsigned int delay_ms = options->first_delay_ms;
	int retries = options->retries;
	struct addrinfo *found;
	int fault;
	int ret;

	for (;;) {
		const char *reason;

		fault = getaddrinfo(peer->endpoint_host, peer->endpoint_service,
				    &hints, &found);
		if (!fault)
			break;
		reason = fault == EAI_SYSTEM ? strerror(errno) :
			gai_strerror(fault);
		if (!cvl_endpoint_may_retry(fault) || !retries)
			return cvl_endpoint_fail(peer, -EADDRNOTAVAIL, reason,
						 err);
		if (retries > 0)
			retries--;
		cvl_endpoint_notify(peer, reason, delay_ms, options);
		cvl_endpoint_wait(delay_ms);
		delay_ms += delay_ms / 5;
		if (delay_ms > CVL_RESOLVE_MAX_DELAY_MS)
			delay_ms = CVL_RESOLVE_MAX_DELAY_MS;
	}
	ret = cvl_endpoint_take(peer, found, err);
	freeaddrinfo(found);
	return ret;
}

/**
 * cvl_endpoints_resolve() - find the address of each endpoint given as text
 * @dev: the endpoints of its peers are filled in
 * @options: how patient to be
 * @err: set on failure
 *
 * Blocks while a name server is asked.
 *
 * Return: 0 or a negative errno.
 */
int cvl_endpoints_resolve(struct cvl_device *dev,
			  const struct cvl_resolve_options *options,
			  struct cvl_error *err)
{
	struct cvl_peer *peer;

	for (peer = dev->peers; peer; peer = peer->next) {
		int ret;

		if (!peer->endpoint_host || peer->remove)
			continue;
		ret = cvl_endpoint_resolve(peer, options, err);
		if (ret)
			return ret;
	}
	return 0;
}

/**
 * cvl_endpoint_to_text() - write an address and port
 * @text: ADDRESS:PORT or [ADDRESS]:PORT
 * @endpoint: of either family
 *
 * Return: 0, or -EAFNOSUPPORT with an empty @text.
 */
int cvl_endpoint_to_text(char text[CVL_ENDPOINT_TEXT_SIZE],
			 const union cvl_address *endpoint)
{
	char host[CVL_ENDPOINT_TEXT_SIZE - 9];
	bool v6 = cvl_address_is_ipv6(endpoint);

	/* getnameinfo() knows how to name the link of a link-local address */
	if ((!v6 && endpoint->any.sa_family != AF_INET) ||
	    getnameinfo(&endpoint->any, cvl_address_size(endpoint), host, sizeof(host),
			NULL, 0, NI_NUMERICHOST)) {
		text[0] = '\0';
		return -EAFNOSUPPORT;
	}
	snprintf(text, CVL_ENDPOINT_TEXT_SIZE, v6 ? "[%s]:%u" : "%s:%u", host,
		 cvl_address_port(endpoint));
	return 0;
}

/**
 * cvl_allowed_ip_to_text() - write a prefix
 * @text: ADDRESS/BITS
 * @ip: of either family
 */
void cvl_allowed_ip_to_text(char text[CVL_ALLOWED_IP_TEXT_SIZE],
			    const struct cvl_allowed_ip *ip)
{
	char address[INET6_ADDRSTRLEN] = "";

	inet_ntop(ip->family, &ip->v6, address, sizeof(address));
	snprintf(text, CVL_ALLOWED_IP_TEXT_SIZE, "%s/%u", address,
		 ip->prefix_bits);
}
