// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Endpoints and prefixes as text, and names to addresses. The printers use the
 * first; the command has names resolved before it sends anything, so that a
 * name that does not resolve leaves the device as it was.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "address.h"
#include "internal.h"

#define CVL_RESOLVE_MAX_DELAY_MS 20000

/* What is resolved: the endpoint of a peer, or one of its candidates. */
struct cvl_endpoint_text {
	const char *kind;
	const char *host;
	const char *service;
	/* where the text stands, or NULL */
	const char *place;
	union cvl_address *address;
};

/*
 * What is left of the patience with a name server. Endpoint and candidates of a peer share it:
 * nine names of one server that is down take no longer than one.
 */
struct cvl_endpoint_patience {
	const struct cvl_resolve_options *options;
	int retries;
	unsigned int delay_ms;
};

static int cvl_endpoint_fail(const struct cvl_endpoint_text *text, int code,
			     const char *reason, struct cvl_error *err)
{
	cvl_error_word(err, text->host);
	cvl_error_set(err, code, "%s '%s': %s; expected %s", text->kind, err->word,
		      reason, "a host that resolves to an address, and a port");
	if (text->place)
		cvl_error_prefix(err, "%s: ", text->place);
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

static void cvl_endpoint_notify(const struct cvl_endpoint_text *text, const char *reason,
				const struct cvl_endpoint_patience *patience)
{
	const struct cvl_resolve_options *options = patience->options;
	struct cvl_error shown = { 0 };

	if (!options->notify)
		return;
	cvl_error_word(&shown, text->host);
	cvl_error_set(&shown, 0, "%s '%s': %s; next try in %u.%u s", text->kind,
		      shown.word, reason, patience->delay_ms / 1000,
		      patience->delay_ms % 1000 / 100);
	if (text->place)
		cvl_error_prefix(&shown, "%s: ", text->place);
	options->notify(options->arg, shown.text);
}

static int cvl_endpoint_take(const struct cvl_endpoint_text *text,
			     const struct addrinfo *found,
			     struct cvl_error *err)
{
	union cvl_address *address = text->address;

	if (!(found->ai_family == AF_INET &&
	      found->ai_addrlen == sizeof(address->v4)) &&
	    !(found->ai_family == AF_INET6 &&
	      found->ai_addrlen == sizeof(address->v6)))
		return cvl_endpoint_fail(text, -EAFNOSUPPORT,
					 "neither an IPv4 nor an IPv6 address",
					 err);
	memset(address, 0, sizeof(*address));
	memcpy(address, found->ai_addr, found->ai_addrlen);
	return 0;
}

/**
 * cvl_endpoint_is_literal() - read an endpoint that is an address and a number
 * @address: set if it is
 * @host: of a peer or candidate
 * @service: the same
 *
 * getaddrinfo(3) would find the same, but takes long for very many of them.
 *
 * Return: whether it is; else a name has to be looked up, or a form that only getaddrinfo(3) knows.
 */
bool cvl_endpoint_is_literal(union cvl_address *address, const char *host, const char *service)
{
	union cvl_address read = { 0 };
	size_t host_bytes = strlen(host);
	unsigned int port = 0;

	if (!*service)
		return false;
	for (; *service >= '0' && *service <= '9' && port <= 65535; service++)
		port = port * 10 + (unsigned int)(*service - '0');
	if (*service || port > 65535)
		return false;
	if (cvl_address_read(&read.v4.sin_addr, AF_INET, host, host_bytes)) {
		read.v4.sin_family = AF_INET;
		read.v4.sin_port = htons((uint16_t)port);
	} else if (cvl_address_read(&read.v6.sin6_addr, AF_INET6, host, host_bytes)) {
		read.v6.sin6_family = AF_INET6;
		read.v6.sin6_port = htons((uint16_t)port);
	} else {
		return false;
	}
	*address = read;
	return true;
}

static int cvl_endpoint_resolve(const struct cvl_endpoint_text *text,
				struct cvl_endpoint_patience *patience,
				struct cvl_error *err)
{
	const struct addrinfo hints = {
		.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_DGRAM,
		.ai_protocol = IPPROTO_UDP,
	};
	struct addrinfo *found;
	int fault;
	int ret;

	if (cvl_endpoint_is_literal(text->address, text->host, text->service))
		return 0;
	for (;;) {
		const char *reason;

		fault = getaddrinfo(text->host, text->service, &hints, &found);
		if (!fault)
			break;
		reason = fault == EAI_SYSTEM ? strerror(errno) :
			gai_strerror(fault);
		if (!cvl_endpoint_may_retry(fault) || !patience->retries)
			return cvl_endpoint_fail(text, -EADDRNOTAVAIL, reason,
						 err);
		if (patience->retries > 0)
			patience->retries--;
		cvl_endpoint_notify(text, reason, patience);
		cvl_endpoint_wait(patience->delay_ms);
		patience->delay_ms += patience->delay_ms / 5;
		if (patience->delay_ms > CVL_RESOLVE_MAX_DELAY_MS)
			patience->delay_ms = CVL_RESOLVE_MAX_DELAY_MS;
	}
	ret = cvl_endpoint_take(text, found, err);
	freeaddrinfo(found);
	return ret;
}

/**
 * cvl_endpoint_resolve_peer() - find the addresses of one peer
 * @peer: its endpoint and candidates are filled in
 * @options: how patient to be with its names
 * @err: set on failure
 *
 * Return: 0 or a negative errno.
 */
int cvl_endpoint_resolve_peer(struct cvl_peer *peer, const struct cvl_resolve_options *options,
			      struct cvl_error *err)
{
	struct cvl_endpoint_patience patience = {
		.options = options,
		.retries = options->retries,
		.delay_ms = options->first_delay_ms,
	};
	struct cvl_endpoint_text text = {
		.kind = "endpoint",
		.host = peer->endpoint_host,
		.service = peer->endpoint_service,
		.place = peer->endpoint_place,
		.address = &peer->endpoint,
	};
	struct cvl_candidate *candidate;
	int ret = 0;

	if (text.host)
		ret = cvl_endpoint_resolve(&text, &patience, err);
	text.kind = "candidate";
	text.place = peer->candidates_place;
	for (candidate = peer->candidates; candidate && !ret; candidate = candidate->next) {
		text.host = candidate->host;
		text.service = candidate->service;
		text.address = &candidate->endpoint;
		if (text.host)
			ret = cvl_endpoint_resolve(&text, &patience, err);
	}
	return ret;
}

/**
 * cvl_endpoints_resolve() - find the address of each endpoint and candidate given as text
 * @dev: the endpoints of its peers and of their candidates are filled in
 * @options: how patient to be with the names of each peer
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
		int ret = peer->remove ? 0 : cvl_endpoint_resolve_peer(peer, options, err);

		if (ret)
			return ret;
	}
	return 0;
}

/* One that does not name a link. */
static void cvl_endpoint_write(char text[CVL_ENDPOINT_TEXT_SIZE],
			       const union cvl_address *endpoint)
{
	bool v6 = cvl_address_is_ipv6(endpoint);

	if (v6)
		*text++ = '[';
	text = cvl_address_write(text, endpoint->any.sa_family, cvl_address_ip(endpoint));
	if (v6)
		*text++ = ']';
	*text++ = ':';
	*cvl_address_write_number(text, cvl_address_port(endpoint)) = '\0';
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

	text[0] = '\0';
	if (!v6 && endpoint->any.sa_family != AF_INET)
		return -EAFNOSUPPORT;
	if (!v6 || !endpoint->v6.sin6_scope_id) {
		cvl_endpoint_write(text, endpoint);
		return 0;
	}
	/* getnameinfo() knows how to name the link of a link-local address */
	if (getnameinfo(&endpoint->any, cvl_address_size(endpoint), host, sizeof(host),
			NULL, 0, NI_NUMERICHOST))
		return -EAFNOSUPPORT;
	snprintf(text, CVL_ENDPOINT_TEXT_SIZE, "[%s]:%u", host, cvl_address_port(endpoint));
	return 0;
}

/**
 * cvl_candidate_to_text() - write a candidate
 * @text: its endpoint as cvl_endpoint_to_text() writes it; behind it an at sign and the
 *	preference, unless that is 0
 * @candidate: its name must be resolved
 *
 * Return: 0, or -EAFNOSUPPORT with an empty @text.
 */
int cvl_candidate_to_text(char text[CVL_CANDIDATE_TEXT_SIZE],
			  const struct cvl_candidate *candidate)
{
	int ret = cvl_endpoint_to_text(text, &candidate->endpoint);
	size_t used = strlen(text);

	if (!ret && candidate->preference)
		snprintf(text + used, CVL_CANDIDATE_TEXT_SIZE - used, "@%u",
			 candidate->preference);
	return ret;
}

/**
 * cvl_allowed_ip_to_text() - write a prefix
 * @text: ADDRESS/BITS
 * @ip: of either family
 */
void cvl_allowed_ip_to_text(char text[CVL_ALLOWED_IP_TEXT_SIZE],
			    const struct cvl_allowed_ip *ip)
{
	text = cvl_address_write(text, ip->family, &ip->v6);
	*text++ = '/';
	*cvl_address_write_number(text, ip->prefix_bits) = '\0';
}
