/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Strangers that knock at one link of a fuzz target, and a model of what the link keeps of them,
 * which is asked whether the link was right.
 */
#ifndef FUZZ_FUZZ_KNOCK_H
#define FUZZ_FUZZ_KNOCK_H

#include <linux/types.h>

#include "fuzz.h"

struct cv_device;
struct cv_endpoint;
struct cv_peer;
struct nlattr;

#define FUZZ_STRANGERS 8

/**
 * fuzz_knock_begin() - nobody has knocked, nobody listens
 * @others: keys that may knock, too, which the model does not know of
 */
void fuzz_knock_begin(unsigned int others);
const u8 *fuzz_knock_key(unsigned int who);

/**
 * fuzz_knock_fill() - put the keys of strangers into a request
 * @attrs: its attributes; 32 bytes a0 are the key of the first stranger, a1 of the next, ...
 * @bytes: their size
 */
void fuzz_knock_fill(void *attrs, size_t bytes);

/**
 * fuzz_knock_sent() - for fuzz_link_sent: a message that may be for a stranger
 *
 * Return: true if it is.
 */
bool fuzz_knock_sent(struct cv_device *dev, struct cv_peer *peer, const void *message,
		     size_t bytes);

/*
 * What happens. The link is the same in all of one input.
 */
void fuzz_knock_stranger(struct cv_device *dev, u8 how);
void fuzz_knock_replay(struct cv_device *dev, u8 back, u8 from);
void fuzz_knock_damage(struct cv_device *dev, struct fuzz_input *in);
void fuzz_knock_crowd(struct cv_device *dev, unsigned int count);
void fuzz_knock_without_memory(struct cv_device *dev, u8 how, unsigned int allocations);
void fuzz_knock_close(u32 portid);
void fuzz_knock_move(struct cv_device *dev);
/* All that is kept is gone: the key has changed, or the link was set down. */
void fuzz_knock_forget(void);
/* A stranger's peer has been removed. */
void fuzz_knock_removed(const u8 *public_key);

/*
 * What was asked, and what came of it; the attributes as they were before the request.
 */
void fuzz_knock_listened(int err, bool memory_fails);
void fuzz_knock_got(int err, bool may_fail);
void fuzz_knock_refused(int err, const void *attrs, size_t bytes);
/* Of each peer of a request that was granted. */
void fuzz_knock_set(const u8 *public_key, const struct nlattr *id);

/* Whether a verdict about a knock is one. */
bool fuzz_knock_may_claim(struct cv_device *dev, const u8 *public_key, u64 id);

/* A knock that may be claimed is, in vain, by what is done meanwhile; then it is returned. */
void fuzz_knock_returned(const u8 *public_key, void (*meanwhile)(void));

/* Where the last knock of a key was answered to; false if none was. */
bool fuzz_knock_answered_at(const u8 *public_key, struct cv_endpoint *from);

/* What may be named in a verdict: a knock that the program has been told of, newest first. */
u64 fuzz_knock_told(unsigned int back, u8 public_key[32]);

/* Of the crowd, which nobody can answer. */
bool fuzz_knock_is_crowd(const u8 *public_key);

/* The program asks for all that there is. */
void fuzz_knock_drain(int ifindex);

#endif /* FUZZ_FUZZ_KNOCK_H */
