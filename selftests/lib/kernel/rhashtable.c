// SPDX-License-Identifier: GPL-2.0
/*
 * Hash tables, as one chain each.
 */
#include <linux/rhashtable.h>

#include <assert.h>
#include <string.h>

#include <linux/slab.h>

static void *fake_rhashtable_object(struct rhash_head *node, const struct rhashtable_params *params)
{
	return (u8 *)node - params->head_offset;
}

int rhashtable_init(struct rhashtable *table, const struct rhashtable_params *params)
{
	*table = (struct rhashtable){};
	return 0;
}

void rhashtable_destroy(struct rhashtable *table)
{
	assert(!table->first && !table->count);
}

void *rhashtable_lookup_fast(struct rhashtable *table, const void *key,
			     const struct rhashtable_params params)
{
	struct rhashtable_compare_arg arg = { .key = key };
	struct rhash_head *node;

	for (node = table->first; node; node = node->next) {
		void *object = fake_rhashtable_object(node, &params);

		if (params.obj_cmpfn ? !params.obj_cmpfn(&arg, object) :
		    !memcmp((u8 *)object + params.key_offset, key, params.key_len))
			return object;
	}
	return NULL;
}

/* Growing takes memory, of which there may be none. */
int rhashtable_insert_fast(struct rhashtable *table, struct rhash_head *node,
			   const struct rhashtable_params params)
{
	void *growth = kvzalloc(1, GFP_ATOMIC);

	if (!growth)
		return -ENOMEM;
	kvfree(growth);
	node->next = table->first;
	table->first = node;
	table->count++;
	return 0;
}

int rhashtable_lookup_insert_fast(struct rhashtable *table, struct rhash_head *node,
				  const struct rhashtable_params params)
{
	u8 *object = fake_rhashtable_object(node, &params);

	if (rhashtable_lookup_fast(table, object + params.key_offset, params))
		return -EEXIST;
	return rhashtable_insert_fast(table, node, params);
}

void *rhashtable_lookup_get_insert_fast(struct rhashtable *table, struct rhash_head *node,
					const struct rhashtable_params params)
{
	u8 *object = fake_rhashtable_object(node, &params);
	void *there = rhashtable_lookup_fast(table, object + params.key_offset, params);
	int err;

	if (there)
		return there;
	err = rhashtable_insert_fast(table, node, params);
	return err ? ERR_PTR(err) : NULL;
}

static struct rhash_head **fake_rhashtable_place(struct rhashtable *table, struct rhash_head *node)
{
	struct rhash_head **place = &table->first;

	while (*place && *place != node)
		place = &(*place)->next;
	return place;
}

int rhashtable_remove_fast(struct rhashtable *table, struct rhash_head *node,
			   const struct rhashtable_params params)
{
	struct rhash_head **place = fake_rhashtable_place(table, node);

	if (!*place)
		return -ENOENT;
	*place = node->next;
	table->count--;
	return 0;
}

int rhashtable_replace_fast(struct rhashtable *table, struct rhash_head *old,
			    struct rhash_head *node, const struct rhashtable_params params)
{
	struct rhash_head **place = fake_rhashtable_place(table, old);

	if (!*place)
		return -ENOENT;
	node->next = old->next;
	*place = node;
	return 0;
}
