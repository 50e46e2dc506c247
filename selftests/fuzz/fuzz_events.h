/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A listener for fuzz targets: what links tell is checked as it comes.
 */
#ifndef FUZZ_FUZZ_EVENTS_H
#define FUZZ_FUZZ_EVENTS_H

#include "fuzz.h"

struct nlattr;

/* Of generic netlink, as the pretended kernel numbers them; the next one is "wireguard". */
#define FAMILY_CULVERT 31

/**
 * fuzz_events_answer - the attributes of the last answer to a request
 */
extern uint8_t fuzz_events_answer[4096];
extern size_t fuzz_events_answer_bytes;

/**
 * fuzz_events_refuse_answer - the socket has no room for an answer
 */
extern bool fuzz_events_refuse_answer;

void fuzz_events_begin(void);

/**
 * fuzz_events_ask() - a request of the socket that @fake_portid says, about a link and no more
 * Return: its errno; fuzz_events_answer is the answer
 */
int fuzz_events_ask(uint8_t command, uint32_t ifindex);

/**
 * fuzz_events_read() - attributes of an event or answer: known ones, and one of each type
 * @table: set to them, or to NULL; of @max + 1
 */
void fuzz_events_read(const struct nlattr **table, unsigned int max, const void *attrs,
		      size_t bytes);

/**
 * fuzz_events_listen() - who listens changes
 * @how: bits 0 to 2: groups that have listeners; bit 3: these have no room; bit 4: nor has a
 *	socket that asks for something; bit 5: group want has listeners, too
 */
void fuzz_events_listen(uint8_t how);

/**
 * fuzz_events_may_lose() - events may have been lost
 */
void fuzz_events_may_lose(void);

/**
 * fuzz_events_no_memory() - memory runs out, and events with it
 * @allocations: how many more succeed; negative: all, and memory runs out no more
 */
void fuzz_events_no_memory(long allocations);

/**
 * fuzz_events_forget() - peers may have been removed: those of their keys are others from now on
 */
void fuzz_events_forget(void);

#endif /* FUZZ_FUZZ_EVENTS_H */
