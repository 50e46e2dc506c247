// SPDX-License-Identifier: GPL-2.0
/*
 * The name that a tunnel's file has for the endpoint of a peer: the kernel knows addresses only.
 * It is resolved as it was when the file was read.
 */
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "address.h"
#include "internal.h"
#include "why/why.h"

/* Where files of tunnels are: {dev}.conf in one of these. */
static const char * const why_file_folders[] = { "/etc/culvert", "/etc/wireguard", NULL };

/* Value of LINE if it begins with WORD and "=", without white space at its ends, or NULL. */
static char *why_file_value(char *line, const char *word)
{
	static const char white[] = " \t\r\n";
	size_t length = strlen(word);
	char *end;

	line += strspn(line, white);
	if (strncasecmp(line, word, length))
		return NULL;
	line += length;
	line += strspn(line, white);
	if (*line != '=')
		return NULL;
	line += 1 + strspn(line + 1, white);
	line[strcspn(line, "#;")] = '\0';
	for (end = line + strlen(line); end > line && strchr(white, end[-1]); end--)
		;
	*end = '\0';
	return line;
}

/* Takes the endpoint of the section of the peer, in which the key may come after it. */
static void why_file_scan(struct why_facts *facts, FILE *file)
{
	char endpoint[WHY_NAME_SIZE] = "";
	bool is_peer = false;
	char *line = NULL;
	size_t room = 0;

	while (getline(&line, &room, file) > 0) {
		const char *begin = line + strspn(line, " \t");
		const char *value;

		if (*begin == '[') {
			is_peer = false;
			*endpoint = '\0';
			continue;
		}
		value = why_file_value(line, "PublicKey");
		if (value)
			is_peer = !strcmp(value, facts->key);
		value = why_file_value(line, "Endpoint");
		if (value && !*endpoint)
			snprintf(endpoint, sizeof(endpoint), "%s", value);
		if (is_peer && *endpoint) {
			memcpy(facts->name, endpoint, sizeof(facts->name));
			break;
		}
	}
	/* the file has keys */
	if (line)
		explicit_bzero(line, room);
	free(line);
}

/* Reads FILE. Return: whether there is one. */
static bool why_file_read(struct why_facts *facts, const char *path)
{
	char buffer[BUFSIZ];
	FILE *file = fopen(path, "re");

	if (!file)
		return false;
	setvbuf(file, buffer, _IOFBF, sizeof(buffer));
	why_file_scan(facts, file);
	fclose(file);
	explicit_bzero(buffer, sizeof(buffer));
	snprintf(facts->file, sizeof(facts->file), "%s", path);
	return true;
}

static void why_file_take(union cvl_address *address, const struct addrinfo *found)
{
	memset(address, 0, sizeof(*address));
	memcpy(address, found->ai_addr, found->ai_addrlen < sizeof(*address) ?
	       found->ai_addrlen : sizeof(*address));
}

/* Asks as the library does when it reads an endpoint, but once. */
static void why_file_ask(struct why_facts *facts, const struct cvl_peer *named,
			 const union cvl_address *endpoint)
{
	struct addrinfo hints = { .ai_socktype = SOCK_DGRAM };
	struct addrinfo *found = NULL, *one;
	union cvl_address address;
	int code = getaddrinfo(named->endpoint_host, named->endpoint_service, &hints, &found);

	if (code) {
		facts->name_state = WHY_NAME_UNKNOWN;
		snprintf(facts->name_now, sizeof(facts->name_now), "%s", gai_strerror(code));
		return;
	}
	facts->name_state = WHY_NAME_ELSEWHERE;
	for (one = found; one; one = one->ai_next) {
		why_file_take(&address, one);
		if (cvl_address_same_endpoint(&address, endpoint))
			facts->name_state = WHY_NAME_SAME;
	}
	why_file_take(&address, found);
	cvl_endpoint_to_text(facts->name_now, &address);
	freeaddrinfo(found);
}

/* What is an address, or nothing that an endpoint can be, is no name. */
static void why_file_resolve(struct why_facts *facts, const union cvl_address *endpoint)
{
	struct cvl_device *dev = cvl_device_create();
	struct cvl_peer *named = dev ? cvl_peer_append(dev) : NULL;
	union cvl_address address;
	struct cvl_error err;

	if (named && !cvl_word_endpoint(named, facts->name, &err) &&
	    !cvl_endpoint_is_literal(&address, named->endpoint_host, named->endpoint_service))
		why_file_ask(facts, named, endpoint);
	cvl_device_destroy(dev);
}

/**
 * why_file() - look for the name of a peer's endpoint in the file of the tunnel
 * @facts: has the link and the key; the name, its file and its state are set
 * @file: path of the file, or NULL: where files of tunnels are
 * @endpoint: where the link sends to
 */
void why_file(struct why_facts *facts, const char *file, const union cvl_address *endpoint)
{
	char path[WHY_PATH_SIZE];
	size_t i;

	if (file)
		why_file_read(facts, file);
	for (i = 0; !file && why_file_folders[i]; i++) {
		snprintf(path, sizeof(path), "%s/%s.conf", why_file_folders[i], facts->dev);
		if (why_file_read(facts, path))
			break;
	}
	if (*facts->name)
		why_file_resolve(facts, endpoint);
}
