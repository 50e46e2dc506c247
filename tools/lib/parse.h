/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Settings that configuration files and the command line have in common, under their own
 * names; internal to the library and the command.
 */
#ifndef LIBCULVERT_PARSE_H
#define LIBCULVERT_PARSE_H

#include "libculvert.h"

/**
 * struct cvl_parser - what settings are parsed into
 * @dev: the device
 * @peer: the peer that the settings are of, NULL before the first
 * @err: set on failure
 */
struct cvl_parser {
	struct cvl_device *dev;
	struct cvl_peer *peer;
	struct cvl_error *err;
};

int cvl_parse_listen_port(struct cvl_parser *parser, const char *value);
int cvl_parse_fwmark(struct cvl_parser *parser, const char *value);
int cvl_parse_endpoint(struct cvl_parser *parser, const char *value);
int cvl_parse_keepalive(struct cvl_parser *parser, const char *value);
int cvl_parse_allowed_ips(struct cvl_parser *parser, const char *value);
int cvl_parse_bind_addresses(struct cvl_parser *parser, const char *value);
int cvl_parse_bind_device(struct cvl_parser *parser, const char *value);
int cvl_parse_dscp(struct cvl_parser *parser, const char *value);
int cvl_parse_sockets(struct cvl_parser *parser, const char *value);
int cvl_parse_socket_pass(struct cvl_parser *parser, const char *value);
int cvl_parse_name(struct cvl_parser *parser, const char *value);
int cvl_parse_idle(struct cvl_parser *parser, const char *value);
int cvl_parse_candidates(struct cvl_parser *parser, const char *value);
int cvl_parse_follow(struct cvl_parser *parser, const char *value);
int cvl_parse_silent(struct cvl_parser *parser, const char *value);

#endif /* LIBCULVERT_PARSE_H */
