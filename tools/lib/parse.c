// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Parse one value of a configuration: config.c calls this for files and the
 * command for its arguments, so that both accept and refuse the same words.
 * Each function names the word at fault and what was expected instead. Those
 * of libculvert.h, cvl_word_*, change their output only if they succeed.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "address.h"
#include "internal.h"
#include "parse.h"
#include "text.h"

static int cvl_parse_refuse(struct cvl_error *err, const char *word,
			    const char *what, const char *expected)
{
	cvl_error_word(err, word);
	return cvl_error_set(err, -EINVAL, "'%s' is not %s; expected %s",
			     err->word, what, expected);
}

/* Digits and nothing else: no sign, no space, no octal; hexadecimal after 0x. */
static bool cvl_parse_number(uint32_t *number, const char *word, uint32_t max,
			     bool hex_allowed)
{
	uint64_t value = 0;
	unsigned int base = 10;

	if (hex_allowed && word[0] == '0' && (word[1] | 0x20) == 'x') {
		base = 16;
		word += 2;
	}
	if (!*word)
		return false;
	for (; *word; word++) {
		unsigned int digit = (unsigned int)(*word - '0');

		if (digit > 9) {
			digit = (unsigned int)((*word | 0x20) - 'a');
			if (base == 10 || digit > 5)
				return false;
			digit += 10;
		}
		value = value * base + digit;
		if (value > max)
			return false;
	}
	*number = (uint32_t)value;
	return true;
}

/* What wg(8) takes in front of a port, for it leaves ports to getaddrinfo(3). */
static const char *cvl_parse_skip_front(const char *word)
{
	while (isspace((unsigned char)*word))
		word++;
	return *word == '+' ? word + 1 : word;
}

static bool cvl_parse_has_space(const char *word, size_t bytes)
{
	size_t i;

	for (i = 0; i < bytes; i++) {
		if (isspace((unsigned char)word[i]))
			return true;
	}
	return false;
}

/* A service of UDP by its name, which begins with a letter. */
static bool cvl_parse_service(uint32_t *port, const char *word)
{
	const struct addrinfo hints = {
		.ai_family = AF_INET,
		.ai_socktype = SOCK_DGRAM,
		.ai_protocol = IPPROTO_UDP,
		.ai_flags = AI_PASSIVE,
	};
	struct addrinfo *found;
	struct sockaddr_in sin;
	bool ok;

	if (!isalpha((unsigned char)*word) ||
	    getaddrinfo(NULL, word, &hints, &found))
		return false;
	ok = found->ai_addrlen == sizeof(sin);
	if (ok) {
		memcpy(&sin, found->ai_addr, sizeof(sin));
		*port = ntohs(sin.sin_port);
	}
	freeaddrinfo(found);
	return ok;
}

/**
 * cvl_word_port() - read the port to listen on
 * @port: set
 * @word: a number, or a service of UDP; "0" lets the kernel choose
 * @err: set on failure
 *
 * Return: 0 or -EINVAL.
 */
int cvl_word_port(uint16_t *port, const char *word, struct cvl_error *err)
{
	uint32_t number;

	if (!cvl_parse_number(&number, cvl_parse_skip_front(word), 65535, false) &&
	    !cvl_parse_service(&number, word))
		return cvl_parse_refuse(err, word, "a port",
				       "a number from 0 to 65535, or the name of a UDP service");
	*port = (uint16_t)number;
	return 0;
}

/**
 * cvl_word_fwmark() - read a packet mark
 * @fwmark: set
 * @word: "off" is the same as 0
 * @err: set on failure
 *
 * Return: 0 or -EINVAL.
 */
int cvl_word_fwmark(uint32_t *fwmark, const char *word, struct cvl_error *err)
{
	uint32_t number = 0;

	if (strcasecmp(word, "off") &&
	    !cvl_parse_number(&number, word, UINT32_MAX, true))
		return cvl_parse_refuse(err, word, "a mark",
				       "off, or a 32-bit number, decimal or hexadecimal (0x...)");
	*fwmark = number;
	return 0;
}

/**
 * cvl_word_keepalive() - read a persistent keepalive interval
 * @keepalive_s: set, in seconds
 * @word: "off" is the same as 0
 * @err: set on failure
 *
 * Return: 0 or -EINVAL.
 */
int cvl_word_keepalive(uint16_t *keepalive_s, const char *word,
		       struct cvl_error *err)
{
	uint32_t number = 0;

	if (!cvl_parse_number(&number, word, 65535, false) && strcasecmp(word, "off"))
		return cvl_parse_refuse(err, word, "an interval",
				       "off, or seconds from 0 to 65535");
	*keepalive_s = (uint16_t)number;
	return 0;
}

/**
 * cvl_word_key() - read a key
 * @key: set
 * @word: 44 characters of base64
 * @secret: keep the word out of the message; an almost right key is a secret
 * @err: set on failure
 *
 * Return: 0 or -EINVAL.
 */
int cvl_word_key(uint8_t key[CVL_KEY_BYTES], const char *word, bool secret,
		 struct cvl_error *err)
{
	uint8_t bytes[CVL_KEY_BYTES];

	if (!secret) {
		if (!cvl_key_from_public_text(key, word))
			return cvl_parse_refuse(err, word, "a key",
					       "44 characters of base64, the last being '='");
		return 0;
	}
	if (!cvl_key_from_text(bytes, word)) {
		cvl_error_word(err, "");
		return cvl_error_set(err, -EINVAL,
				     "this is not a key (%zu characters, not shown); expected 44 characters of base64, the last being '='",
				     strlen(word));
	}
	memcpy(key, bytes, sizeof(bytes));
	explicit_bzero(bytes, sizeof(bytes));
	return 0;
}

/* The last colon that is not inside brackets, or NULL. */
static const char *cvl_parse_find_port(const char *word)
{
	const char *end;

	if (*word != '[')
		return strrchr(word, ':');
	end = strchr(word, ']');
	return end && end[1] == ':' ? end + 1 : NULL;
}

/* HOST:PORT in two strings for free(); a failure sets neither. */
static int cvl_parse_host_port(char **host_text, char **service_text, const char *word,
			       struct cvl_error *err)
{
	const char *colon = cvl_parse_find_port(word);
	const char *host = *word == '[' ? word + 1 : word;
	const char *digits;
	size_t host_size;
	uint32_t port;

	if (!colon || !colon[1] || colon == word || word[0] == ']' ||
	    (*word == '[' && word[1] == ']'))
		return cvl_parse_refuse(err, word, "an endpoint",
				       "HOST:PORT, ADDRESS:PORT or [ADDRESS]:PORT");
	host_size = (size_t)(colon - host) - (*word == '[' ? 1 : 0);
	/* getaddrinfo(3) would ask a name server for a name with white space */
	digits = cvl_parse_skip_front(colon + 1);
	if (cvl_parse_has_space(host, host_size) ||
	    cvl_parse_has_space(digits, strlen(digits)))
		return cvl_parse_refuse(err, word, "an endpoint",
				       "HOST:PORT without white space");
	if (!isalpha((unsigned char)*digits) &&
	    (!cvl_parse_number(&port, digits, 65535, false) || !port))
		return cvl_parse_refuse(err, word, "an endpoint",
				       "a port from 1 to 65535 after the last ':'");
	*host_text = strndup(host, host_size);
	*service_text = strdup(digits);
	if (*host_text && *service_text)
		return 0;
	free(*host_text);
	free(*service_text);
	*host_text = NULL;
	*service_text = NULL;
	return cvl_error_set(err, -ENOMEM, "out of memory");
}

/**
 * cvl_word_endpoint() - read where a peer is; resolves nothing
 * @peer: its endpoint_host and endpoint_service are replaced
 * @word: HOST:PORT; an IPv6 address stands in brackets
 * @err: set on failure
 *
 * Return: 0, -EINVAL or -ENOMEM.
 */
int cvl_word_endpoint(struct cvl_peer *peer, const char *word,
		      struct cvl_error *err)
{
	char *host;
	char *service;
	int ret = cvl_parse_host_port(&host, &service, word, err);

	if (ret)
		return ret;
	free(peer->endpoint_host);
	free(peer->endpoint_service);
	peer->endpoint_host = host;
	peer->endpoint_service = service;
	peer->has |= CVL_PEER_ENDPOINT;
	return 0;
}

/* The text is "ADDRESS" or "ADDRESS/BITS". */
static bool cvl_parse_prefix(struct cvl_allowed_ip *ip, const char *text)
{
	const char *slash = strchr(text, '/');
	size_t bytes = slash ? (size_t)(slash - text) : strlen(text);
	bool ipv6 = memchr(text, ':', bytes);
	uint32_t max = ipv6 ? 128 : 32;
	uint32_t bits = max;

	memset(ip, 0, sizeof(*ip));
	ip->family = ipv6 ? AF_INET6 : AF_INET;
	if (!cvl_address_read(&ip->v6, ip->family, text, bytes) ||
	    (slash && !cvl_parse_number(&bits, slash + 1, max, false)))
		return false;
	ip->prefix_bits = (uint8_t)bits;
	return true;
}

/* One item of a list of prefixes. */
static int cvl_parse_prefix_item(struct cvl_allowed_ip *ip, const char *item, const char *what,
				 const char *expected, struct cvl_error *err)
{
	if (cvl_parse_prefix(ip, item))
		return 0;
	return cvl_parse_refuse(err, item, what, expected);
}

/* Longer than most values. */
#define CVL_PARSE_SHORT_BYTES 128

/* A copy without white space for cvl_parse_free(), in @place if it fits, or NULL. */
static char *cvl_parse_copy(char place[CVL_PARSE_SHORT_BYTES], const char *word,
			    struct cvl_error *err)
{
	size_t bytes = strlen(word);
	char *copy = bytes < CVL_PARSE_SHORT_BYTES - 8 ? place : malloc(bytes + 8);
	const char *end = word + bytes;
	unsigned int plain;
	char *out = copy;

	if (!copy) {
		cvl_error_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	for (; end - word >= 8; word += plain) {
		plain = cvl_text_plain(word);
		memcpy(out, word, 8);
		out += plain;
		if (plain < 8 && !isspace((unsigned char)word[plain++]))
			out++;
	}
	for (; word < end; word++) {
		if (!isspace((unsigned char)*word))
			*out++ = *word;
	}
	*out = '\0';
	return copy;
}

static void cvl_parse_free(const char place[CVL_PARSE_SHORT_BYTES], char *copy)
{
	if (copy != place)
		free(copy);
}

/* A list of items with commas between them, and what one of them does to a peer. */
struct cvl_parse_list {
	struct cvl_peer *peer;
	/* @item is used up */
	int (*parse)(struct cvl_parse_list *list, char *item);
	/* an item in words, and how many there may be; 0: any number */
	const char *kind;
	unsigned int max;
	/* allowed IPs: an item began with a sign */
	bool has_sign;
	struct cvl_error *err;
};

static int cvl_parse_too_many(const struct cvl_parse_list *list, const char *item)
{
	cvl_error_word(list->err, item);
	return cvl_error_set(list->err, -EINVAL,
			     "'%s' is one %s too many; expected at most %u of a peer",
			     list->err->word, list->kind, list->max);
}

/* The text is used up; "" is one empty item. */
static int cvl_parse_items(struct cvl_parse_list *list, char *text)
{
	unsigned int count = 0;
	char *item;
	int ret = 0;

	while (!ret && text) {
		item = text;
		text = strchr(text, ',');
		if (text)
			*text++ = '\0';
		if (list->max && count++ == list->max)
			ret = cvl_parse_too_many(list, item);
		else
			ret = list->parse(list, item);
	}
	return ret;
}

static int cvl_parse_allowed_ip(struct cvl_parse_list *list, char *item)
{
	char sign = *item == '+' || *item == '-' ? *item++ : '\0';
	struct cvl_allowed_ip ip;
	int ret = cvl_parse_prefix_item(&ip, item, "an allowed IP",
					"ADDRESS or ADDRESS/BITS, with at most 32 bits for IPv4 and 128 for IPv6",
					list->err);

	if (ret)
		return ret;
	list->has_sign |= sign != '\0';
	ip.remove = sign == '-';
	if (!cvl_allowed_ip_append(list->peer, &ip))
		return cvl_error_set(list->err, -ENOMEM, "out of memory");
	return 0;
}

/**
 * cvl_word_allowed_ips() - read a list of prefixes
 * @peer: gets them added to those it has, and is told to replace what the kernel
 *	has if none of these items has a sign, or if there are none
 * @word: items with commas between them, or "" for none at all. An item may begin
 *	with "+" to add it or "-" to take it away; white space does not matter
 * @err: set on failure; @peer may then have some of the items
 *
 * Return: 0, -EINVAL or -ENOMEM.
 */
int cvl_word_allowed_ips(struct cvl_peer *peer, const char *word,
			 struct cvl_error *err)
{
	struct cvl_parse_list list = { .peer = peer, .parse = cvl_parse_allowed_ip, .err = err };
	char place[CVL_PARSE_SHORT_BYTES];
	char *text = cvl_parse_copy(place, word, err);
	int ret = 0;

	if (!text)
		return -ENOMEM;
	if (*text)
		ret = cvl_parse_items(&list, text);
	if (!ret)
		peer->replace_allowed_ips = !list.has_sign;
	cvl_parse_free(place, text);
	return ret;
}

/* One address; each family has one at most. */
static int cvl_parse_bind_address(struct cvl_device *dev, const char *item,
				  struct cvl_error *err)
{
	static const char expected[] =
		"any, an IPv4 address, an IPv6 address, or one of each with a comma between them";
	bool ipv6 = strchr(item, ':');

	if (ipv6 ? !dev->bind6_off : !dev->bind4_off)
		return cvl_parse_refuse(err, item, "the only address of its family",
					expected);
	if (inet_pton(ipv6 ? AF_INET6 : AF_INET, item,
		      ipv6 ? (void *)&dev->bind6 : (void *)&dev->bind4) != 1)
		return cvl_parse_refuse(err, item, "an address", expected);
	if (ipv6)
		dev->bind6_off = false;
	else
		dev->bind4_off = false;
	return 0;
}

/**
 * cvl_word_bind_addresses() - read which addresses UDP sockets are bound to
 * @dev: gets them; a family without one has no socket
 * @word: one address, or one of each family with a comma between them; "any" is all addresses of
 *	both
 * @err: set on failure
 *
 * Return: 0, -EINVAL or -ENOMEM.
 */
int cvl_word_bind_addresses(struct cvl_device *dev, const char *word,
			    struct cvl_error *err)
{
	struct cvl_device read = { .bind4_off = true, .bind6_off = true };
	char place[CVL_PARSE_SHORT_BYTES];
	char *list = cvl_parse_copy(place, strcasecmp(word, "any") ? word : "0.0.0.0,::", err);
	char *rest = list;
	char *item;
	int ret = 0;

	if (!list)
		return -ENOMEM;
	while (!ret && (item = strsep(&rest, ",")))
		ret = cvl_parse_bind_address(&read, item, err);
	cvl_parse_free(place, list);
	if (ret)
		return ret;
	dev->has |= CVL_DEVICE_BIND_ADDRESSES;
	dev->bind4_off = read.bind4_off;
	dev->bind6_off = read.bind6_off;
	dev->bind4 = read.bind4;
	dev->bind6 = read.bind6;
	return 0;
}

/**
 * cvl_word_bind_device() - read which interface UDP sockets are bound to
 * @dev: gets its name
 * @word: the name of a link; "any" or "" is all
 * @err: set on failure
 *
 * Return: 0 or -EINVAL.
 */
int cvl_word_bind_device(struct cvl_device *dev, const char *word,
			 struct cvl_error *err)
{
	size_t bytes = strlen(word);

	if (!strcasecmp(word, "any"))
		bytes = 0;
	if (bytes >= sizeof(dev->bind_device) || strchr(word, '/') ||
	    cvl_parse_has_space(word, bytes))
		return cvl_parse_refuse(err, word, "the name of an interface",
				       "at most 15 characters without white space or '/', or any");
	memcpy(dev->bind_device, word, bytes);
	dev->bind_device[bytes] = '\0';
	dev->has |= CVL_DEVICE_BIND_DEVICE;
	return 0;
}

/**
 * cvl_word_dscp() - read which DSCP outer packets have
 * @dscp: set
 * @word: a number; "none" is the same as 0, "copy" that of the inner packet
 * @err: set on failure
 *
 * Return: 0 or -EINVAL.
 */
int cvl_word_dscp(uint8_t *dscp, const char *word, struct cvl_error *err)
{
	uint32_t number = 0;

	if (!strcasecmp(word, "copy"))
		number = CVL_DSCP_COPY;
	else if (strcasecmp(word, "none") &&
		 !cvl_parse_number(&number, word, 63, true))
		return cvl_parse_refuse(err, word, "a DSCP",
				       "none, copy, or a number from 0 to 63, decimal or hexadecimal (0x...)");
	*dscp = (uint8_t)number;
	return 0;
}

/**
 * cvl_word_sockets() - read which UDP sockets a device is to have
 * @dev: gets their descriptors
 * @word: one or two numbers with a comma between them, of this process; "own" is for sockets that
 *	the kernel opens
 * @err: set on failure
 *
 * Return: 0 or -EINVAL.
 */
int cvl_word_sockets(struct cvl_device *dev, const char *word, struct cvl_error *err)
{
	const char *comma = strchr(word, ',');
	char first[sizeof("2147483647")] = "";
	uint32_t fds[CVL_SOCKETS_MAX];

	dev->has |= CVL_DEVICE_SOCKET_FDS;
	dev->socket_fd_count = 1;
	dev->socket_fds[0] = -1;
	if (!strcasecmp(word, "own"))
		return 0;
	if (comma && (size_t)(comma - word) < sizeof(first))
		memcpy(first, word, (size_t)(comma - word));
	if (!cvl_parse_number(&fds[0], comma ? first : word, INT32_MAX, false) ||
	    (comma && !cvl_parse_number(&fds[1], comma + 1, INT32_MAX, false)))
		return cvl_parse_refuse(err, word, "open sockets",
				       "the number of a descriptor, two of them with a comma between, or own");
	dev->socket_fds[0] = (int32_t)fds[0];
	if (comma) {
		dev->socket_fds[1] = (int32_t)fds[1];
		dev->socket_fd_count = CVL_SOCKETS_MAX;
	}
	return 0;
}

/**
 * cvl_word_socket_pass() - read what is left to the program that owns the UDP sockets
 * @dev: changed
 * @word: "stun" or "all"
 * @err: set on failure
 *
 * Return: 0 or -EINVAL.
 */
int cvl_word_socket_pass(struct cvl_device *dev, const char *word, struct cvl_error *err)
{
	dev->has |= CVL_DEVICE_SOCKET_PASS;
	dev->socket_pass_all = !strcasecmp(word, "all");
	if (dev->socket_pass_all || !strcasecmp(word, "stun"))
		return 0;
	return cvl_parse_refuse(err, word, "what is left to the program", "stun or all");
}

/**
 * cvl_word_name() - read the name of a peer
 * @peer: gets it
 * @word: at most 63 bytes, of which the kernel sees whether they are UTF-8; "" removes it
 * @err: set on failure
 *
 * Return: 0 or -EINVAL.
 */
int cvl_word_name(struct cvl_peer *peer, const char *word, struct cvl_error *err)
{
	if (strlen(word) >= sizeof(peer->name))
		return cvl_parse_refuse(err, word, "a name", "at most 63 bytes");
	strcpy(peer->name, word);
	peer->has |= CVL_PEER_NAME;
	return 0;
}

/**
 * cvl_word_idle() - read for how long a peer may be idle
 * @idle_s: set, in seconds
 * @word: "off" is the same as 0
 * @err: set on failure
 *
 * Return: 0 or -EINVAL.
 */
int cvl_word_idle(uint32_t *idle_s, const char *word, struct cvl_error *err)
{
	uint32_t number = 0;

	if (strcasecmp(word, "off") &&
	    !cvl_parse_number(&number, word, 1728000, false))
		return cvl_parse_refuse(err, word, "a time",
				       "off, or seconds from 0 to 1728000 (20 days)");
	*idle_s = number;
	return 0;
}

/*
 * An '@' inside the brackets belongs to the name of an interface; a comma separates items even
 * there.
 */
static int cvl_parse_candidate(struct cvl_parse_list *list, char *item)
{
	char *bracket = *item == '[' ? strchr(item, ']') : NULL;
	char *at = strrchr(bracket ? bracket : item, '@');
	struct cvl_candidate *candidate;
	uint32_t preference = 0;

	if (at && !cvl_parse_number(&preference, at + 1, UINT8_MAX, false))
		return cvl_parse_refuse(list->err, item, "a candidate",
				       "HOST:PORT or HOST:PORT@N, with a preference N from 0 to 255");
	if (at)
		*at = '\0';
	candidate = cvl_candidate_add(list->peer, (uint8_t)preference);
	if (!candidate)
		return cvl_error_set(list->err, -ENOMEM, "out of memory");
	return cvl_parse_host_port(&candidate->host, &candidate->service, item, list->err);
}

/**
 * cvl_word_candidates() - read where else a peer may be; resolves nothing
 * @peer: gets these candidates in place of those it has
 * @word: items with commas between them, or "" for none at all: endpoints as for
 *	cvl_word_endpoint(), each of which an at sign and its preference may follow, a number from 0
 *	to 255; white space does not matter
 * @err: set on failure
 *
 * Return: 0, -EINVAL or -ENOMEM.
 */
int cvl_word_candidates(struct cvl_peer *peer, const char *word, struct cvl_error *err)
{
	struct cvl_peer read = { 0 };
	struct cvl_parse_list list = {
		.peer = &read,
		.parse = cvl_parse_candidate,
		.kind = "candidate",
		.max = CVL_CANDIDATES_MAX,
		.err = err,
	};
	char place[CVL_PARSE_SHORT_BYTES];
	char *text = cvl_parse_copy(place, word, err);
	int ret = 0;

	if (!text)
		return -ENOMEM;
	if (*text)
		ret = cvl_parse_items(&list, text);
	cvl_parse_free(place, text);
	if (ret) {
		cvl_candidates_clear(&read);
		return ret;
	}
	cvl_candidates_clear(peer);
	peer->candidates = read.candidates;
	peer->has |= CVL_PEER_CANDIDATES;
	return 0;
}

static int cvl_parse_source(struct cvl_parse_list *list, char *item)
{
	struct cvl_allowed_ip ip;
	int ret = cvl_parse_prefix_item(&ip, item, "a prefix",
					"anywhere, never, or ADDRESS/BITS, at most 8 of these with commas between them",
					list->err);

	if (ret)
		return ret;
	cvl_address_mask(&ip);
	if (!cvl_source_append(list->peer, &ip))
		return cvl_error_set(list->err, -ENOMEM, "out of memory");
	return 0;
}

/**
 * cvl_word_follow() - read where authentic packets move a peer
 * @peer: its follow and sources are replaced
 * @word: "anywhere", "never", or prefixes with commas between them: host bits are cleared, and
 *	an address without bits is all of them; white space does not matter
 * @err: set on failure
 *
 * Return: 0, -EINVAL or -ENOMEM.
 */
int cvl_word_follow(struct cvl_peer *peer, const char *word, struct cvl_error *err)
{
	struct cvl_peer read = { .follow = CVL_FOLLOW_WITHIN };
	struct cvl_parse_list list = {
		.peer = &read,
		.parse = cvl_parse_source,
		.kind = "prefix",
		.max = CVL_SOURCES_MAX,
		.err = err,
	};
	char place[CVL_PARSE_SHORT_BYTES];
	char *text = cvl_parse_copy(place, word, err);
	int ret = 0;

	if (!text)
		return -ENOMEM;
	if (!strcasecmp(text, "anywhere"))
		read.follow = CVL_FOLLOW_ANYWHERE;
	else if (!strcasecmp(text, "never"))
		read.follow = CVL_FOLLOW_NEVER;
	else
		ret = cvl_parse_items(&list, text);
	cvl_parse_free(place, text);
	if (ret) {
		cvl_sources_clear(&read);
		return ret;
	}
	cvl_sources_clear(peer);
	peer->sources = read.sources;
	peer->follow = read.follow;
	peer->has |= CVL_PEER_FOLLOW;
	return 0;
}

/**
 * cvl_word_silent() - read after how long a peer is silent
 * @silent_s: set, in seconds
 * @word: "off" is the same as 0, and stands for the kernel's default
 * @err: set on failure
 *
 * Return: 0 or -EINVAL.
 */
int cvl_word_silent(uint32_t *silent_s, const char *word, struct cvl_error *err)
{
	uint32_t number = 0;
	char expected[80];

	snprintf(expected, sizeof(expected), "off, which stands for %u s, or seconds from 1 to %u",
		 CVL_SILENT_S_DEFAULT, CVL_SILENT_S_MAX);
	if (strcasecmp(word, "off") &&
	    !cvl_parse_number(&number, word, CVL_SILENT_S_MAX, false))
		return cvl_parse_refuse(err, word, "a time", expected);
	*silent_s = number;
	return 0;
}

/**
 * cvl_parse_listen_port() - set the listen port of a device
 * @parser: its device is changed
 * @value: as for cvl_word_port()
 *
 * Return: 0 or -EINVAL.
 */
int cvl_parse_listen_port(struct cvl_parser *parser, const char *value)
{
	parser->dev->has |= CVL_DEVICE_LISTEN_PORT;
	return cvl_word_port(&parser->dev->listen_port, value, parser->err);
}

/**
 * cvl_parse_fwmark() - set the packet mark of a device
 * @parser: its device is changed
 * @value: as for cvl_word_fwmark()
 *
 * Return: 0 or -EINVAL.
 */
int cvl_parse_fwmark(struct cvl_parser *parser, const char *value)
{
	parser->dev->has |= CVL_DEVICE_FWMARK;
	return cvl_word_fwmark(&parser->dev->fwmark, value, parser->err);
}

/**
 * cvl_parse_endpoint() - set the endpoint of a peer
 * @parser: its peer is changed
 * @value: as for cvl_word_endpoint()
 *
 * Return: 0, -EINVAL or -ENOMEM.
 */
int cvl_parse_endpoint(struct cvl_parser *parser, const char *value)
{
	return cvl_word_endpoint(parser->peer, value, parser->err);
}

/**
 * cvl_parse_keepalive() - set the persistent keepalive interval of a peer
 * @parser: its peer is changed
 * @value: as for cvl_word_keepalive()
 *
 * Return: 0 or -EINVAL.
 */
int cvl_parse_keepalive(struct cvl_parser *parser, const char *value)
{
	parser->peer->has |= CVL_PEER_KEEPALIVE;
	return cvl_word_keepalive(&parser->peer->keepalive_s, value, parser->err);
}

/**
 * cvl_parse_allowed_ips() - set or change the allowed IPs of a peer
 * @parser: its peer is changed
 * @value: as for cvl_word_allowed_ips()
 *
 * Return: 0, -EINVAL or -ENOMEM.
 */
int cvl_parse_allowed_ips(struct cvl_parser *parser, const char *value)
{
	return cvl_word_allowed_ips(parser->peer, value, parser->err);
}

/**
 * cvl_parse_bind_addresses() - set which addresses the sockets of a device are bound to
 * @parser: its device is changed
 * @value: as for cvl_word_bind_addresses()
 *
 * Return: 0, -EINVAL or -ENOMEM.
 */
int cvl_parse_bind_addresses(struct cvl_parser *parser, const char *value)
{
	return cvl_word_bind_addresses(parser->dev, value, parser->err);
}

/**
 * cvl_parse_bind_device() - set which interface the sockets of a device are bound to
 * @parser: its device is changed
 * @value: as for cvl_word_bind_device()
 *
 * Return: 0 or -EINVAL.
 */
int cvl_parse_bind_device(struct cvl_parser *parser, const char *value)
{
	return cvl_word_bind_device(parser->dev, value, parser->err);
}

/**
 * cvl_parse_dscp() - set the DSCP of outer packets of a device
 * @parser: its device is changed
 * @value: as for cvl_word_dscp()
 *
 * Return: 0 or -EINVAL.
 */
int cvl_parse_dscp(struct cvl_parser *parser, const char *value)
{
	parser->dev->has |= CVL_DEVICE_DSCP;
	return cvl_word_dscp(&parser->dev->dscp, value, parser->err);
}

/**
 * cvl_parse_sockets() - set the UDP sockets of a device
 * @parser: its device is changed
 * @value: as for cvl_word_sockets()
 *
 * Return: 0 or -EINVAL.
 */
int cvl_parse_sockets(struct cvl_parser *parser, const char *value)
{
	return cvl_word_sockets(parser->dev, value, parser->err);
}

/**
 * cvl_parse_socket_pass() - set what is left to the program that owns the UDP sockets
 * @parser: its device is changed
 * @value: as for cvl_word_socket_pass()
 *
 * Return: 0 or -EINVAL.
 */
int cvl_parse_socket_pass(struct cvl_parser *parser, const char *value)
{
	return cvl_word_socket_pass(parser->dev, value, parser->err);
}

/**
 * cvl_parse_name() - set the name of a peer
 * @parser: its peer is changed
 * @value: as for cvl_word_name()
 *
 * Return: 0 or -EINVAL.
 */
int cvl_parse_name(struct cvl_parser *parser, const char *value)
{
	return cvl_word_name(parser->peer, value, parser->err);
}

/**
 * cvl_parse_idle() - set for how long a peer may be idle
 * @parser: its peer is changed
 * @value: as for cvl_word_idle()
 *
 * Return: 0 or -EINVAL.
 */
int cvl_parse_idle(struct cvl_parser *parser, const char *value)
{
	parser->peer->has |= CVL_PEER_IDLE;
	return cvl_word_idle(&parser->peer->idle_s, value, parser->err);
}

/**
 * cvl_parse_candidates() - set where else a peer may be
 * @parser: its peer is changed
 * @value: as for cvl_word_candidates()
 *
 * Return: 0, -EINVAL or -ENOMEM.
 */
int cvl_parse_candidates(struct cvl_parser *parser, const char *value)
{
	return cvl_word_candidates(parser->peer, value, parser->err);
}

/**
 * cvl_parse_follow() - set where authentic packets move a peer
 * @parser: its peer is changed
 * @value: as for cvl_word_follow()
 *
 * Return: 0, -EINVAL or -ENOMEM.
 */
int cvl_parse_follow(struct cvl_parser *parser, const char *value)
{
	return cvl_word_follow(parser->peer, value, parser->err);
}

/**
 * cvl_parse_silent() - set after how long a peer is silent
 * @parser: its peer is changed
 * @value: as for cvl_word_silent()
 *
 * Return: 0 or -EINVAL.
 */
int cvl_parse_silent(struct cvl_parser *parser, const char *value)
{
	parser->peer->has |= CVL_PEER_SILENT;
	return cvl_word_silent(&parser->peer->silent_s, value, parser->err);
}
