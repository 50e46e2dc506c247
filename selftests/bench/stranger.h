/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Clients that begin a handshake, very many of them: what admission.c sends and what it is
 * answered. A header of plain C, since stranger.c sees the pretended kernel and admission.c the
 * true one's.
 */
#ifndef BENCH_STRANGER_H
#define BENCH_STRANGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STRANGER_KEY_BYTES 32
#define STRANGER_INITIATION_BYTES 148
#define STRANGER_RESPONSE_BYTES 92

/* The beginning of an initiation, which all strangers of a batch share: it is half of the work. */
struct stranger_batch {
	uint8_t mac1_key[STRANGER_KEY_BYTES];
	uint8_t ephemeral_private[STRANGER_KEY_BYTES];
	uint8_t ephemeral_public[STRANGER_KEY_BYTES];
	uint8_t responder[STRANGER_KEY_BYTES];
	uint8_t chaining_key[STRANGER_KEY_BYTES];
	uint8_t hash[STRANGER_KEY_BYTES];
	uint8_t key[STRANGER_KEY_BYTES];
};

/* One client: its key, what it sends, and what it knows till the response. */
struct stranger {
	uint8_t private_key[STRANGER_KEY_BYTES];
	uint8_t public_key[STRANGER_KEY_BYTES];
	uint8_t chaining_key[STRANGER_KEY_BYTES];
	uint8_t hash[STRANGER_KEY_BYTES];
	uint8_t initiation[STRANGER_INITIATION_BYTES];
};

void stranger_batch_init(struct stranger_batch *batch,
			 const uint8_t responder[STRANGER_KEY_BYTES],
			 const uint8_t ephemeral[STRANGER_KEY_BYTES]);
bool stranger_init(struct stranger *stranger, const struct stranger_batch *batch,
		   const uint8_t private_key[STRANGER_KEY_BYTES], uint32_t index);
bool stranger_is_answered(const struct stranger *stranger, const struct stranger_batch *batch,
			  const uint8_t response[STRANGER_RESPONSE_BYTES]);
bool stranger_read_index(uint32_t *index, const void *message, size_t bytes);

#endif /* BENCH_STRANGER_H */
