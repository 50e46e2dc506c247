/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/* A configuration in a file with very many peers; internal to the library and the command. */
#ifndef LIBCULVERT_STREAM_H
#define LIBCULVERT_STREAM_H

#include "config.h"
#include "internal.h"
#include "text.h"

/* Progress is told after so many peers; a message has about as many. */
#define CVL_STREAM_TELL 1024
#define CVL_STREAM_MESSAGE_PEERS 256

/**
 * struct cvl_progress - how far something has come
 * @tell: called now and then with what is done, of all that there is to do
 * @arg: handed to @tell
 */
struct cvl_progress {
	void (*tell)(void *arg, size_t done, size_t all);
	void *arg;
};

struct cvl_config;

struct cvl_config *cvl_config_open(const char *file, bool indexed,
				   const struct cvl_progress *progress, struct cvl_error *err);
void cvl_config_close(struct cvl_config *config);
struct cvl_device *cvl_config_device(struct cvl_config *config);
size_t cvl_config_peer_count(const struct cvl_config *config);
bool cvl_config_has_secret(const struct cvl_config *config);
int cvl_config_resolve(struct cvl_config *config, const struct cvl_resolve_options *options,
		       struct cvl_error *err);
int cvl_config_send(struct cvl_config *config, struct cvl_netlink *nl,
		    const struct cvl_link *link, struct cvl_error *err);
bool cvl_config_is_plain(const struct cvl_config *config);
const char *cvl_config_own_setting(const struct cvl_config *config);
int cvl_config_model(const struct cvl_config *config, struct cvl_device *dev,
		     struct cvl_error *err);
int cvl_config_find(struct cvl_config *config, const uint8_t public_key[CVL_KEY_BYTES],
		    struct cvl_peer **peer, struct cvl_error *err);
void cvl_config_tell_peers(const struct cvl_config *config, size_t peers);
void cvl_config_forget(struct cvl_config *config);
int cvl_config_next_unseen(struct cvl_config *config, size_t *place, struct cvl_peer **peer,
			   struct cvl_error *err);

/* sync.c */
int cvl_sync(struct cvl_config *config, struct cvl_netlink *nl, const struct cvl_link *link,
	     const struct cvl_resolve_options *options, struct cvl_error *err);

#endif /* LIBCULVERT_STREAM_H */
