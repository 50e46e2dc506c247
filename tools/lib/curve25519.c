// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * X25519 as RFC 7748 states it, for the public key of a private key. key.c
 * calls it. It runs on any machine, in constant time: no branch and no index
 * depends on a secret. It is not made for speed; the module has its own.
 *
 * A number modulo p = 2^255 - 19 is held in ten limbs of 26 and 25 bits in
 * turn, so limb i has the weight 2^ceil(25.5 i). "Carried" means that each limb
 * is below its 2^26 or 2^25, but limb 0 may be up to 19 above. Every function
 * takes and gives carried numbers.
 */
#include <string.h>

#include "libculvert.h"

#define CVL_LIMBS 10

struct cvl_number {
	uint64_t limb[CVL_LIMBS];
};

static unsigned int cvl_limb_bits(size_t i)
{
	return i & 1 ? 25 : 26;
}

/* Moves what is too much in a limb on to the next; 2^255 counts as 19. */
static void cvl_number_carry_once(struct cvl_number *a)
{
	uint64_t carry;
	size_t i;

	for (i = 0; i < CVL_LIMBS; i++) {
		carry = a->limb[i] >> cvl_limb_bits(i);
		a->limb[i] -= carry << cvl_limb_bits(i);
		if (i + 1 < CVL_LIMBS)
			a->limb[i + 1] += carry;
		else
			a->limb[0] += 19 * carry;
	}
}

/* Enough for limbs of 63 bits: what the second round wraps is at most 1. */
static void cvl_number_carry(struct cvl_number *a)
{
	cvl_number_carry_once(a);
	cvl_number_carry_once(a);
}

static void cvl_number_add(struct cvl_number *out, const struct cvl_number *a,
			   const struct cvl_number *b)
{
	size_t i;

	for (i = 0; i < CVL_LIMBS; i++)
		out->limb[i] = a->limb[i] + b->limb[i];
	cvl_number_carry(out);
}

/* Adds 2p first, limb by limb, so that no limb goes below zero. */
static void cvl_number_sub(struct cvl_number *out, const struct cvl_number *a,
			   const struct cvl_number *b)
{
	size_t i;

	for (i = 0; i < CVL_LIMBS; i++) {
		uint64_t p = (1ULL << cvl_limb_bits(i)) - (i ? 1 : 19);

		out->limb[i] = a->limb[i] + 2 * p - b->limb[i];
	}
	cvl_number_carry(out);
}

/*
 * The product of two odd limbs weighs twice what its place does. A sum is at
 * most ten products of a little over 2^26 each, times 38: below 2^61.
 */
static void cvl_number_mul(struct cvl_number *out, const struct cvl_number *a,
			   const struct cvl_number *b)
{
	struct cvl_number sum = { 0 };
	size_t i;
	size_t j;

	for (i = 0; i < CVL_LIMBS; i++) {
		for (j = 0; j < CVL_LIMBS; j++) {
			uint64_t product = a->limb[i] * b->limb[j];

			product <<= i & j & 1;
			if (i + j < CVL_LIMBS)
				sum.limb[i + j] += product;
			else
				sum.limb[i + j - CVL_LIMBS] += 19 * product;
		}
	}
	cvl_number_carry(&sum);
	*out = sum;
}

static void cvl_number_mul_small(struct cvl_number *out,
				 const struct cvl_number *a, uint32_t factor)
{
	size_t i;

	for (i = 0; i < CVL_LIMBS; i++)
		out->limb[i] = a->limb[i] * factor;
	cvl_number_carry(out);
}

/* a^(p - 2), which is 1/a; p - 2 is all ones but for bits 2 and 4. */
static void cvl_number_invert(struct cvl_number *out,
			      const struct cvl_number *a)
{
	struct cvl_number power = { { 1 } };
	int bit;

	for (bit = 254; bit >= 0; bit--) {
		cvl_number_mul(&power, &power, &power);
		if (bit != 2 && bit != 4)
			cvl_number_mul(&power, &power, a);
	}
	*out = power;
	explicit_bzero(&power, sizeof(power));
}

/* Exchanges a and b if swap is 1, and touches them alike if it is 0. */
static void cvl_number_swap(struct cvl_number *a, struct cvl_number *b,
			    uint64_t swap)
{
	uint64_t mask = 0 - swap;
	size_t i;

	for (i = 0; i < CVL_LIMBS; i++) {
		uint64_t difference = mask & (a->limb[i] ^ b->limb[i]);

		a->limb[i] ^= difference;
		b->limb[i] ^= difference;
	}
}

/* Bit 255 of the bytes is left out, as RFC 7748 says. */
static void cvl_number_read(struct cvl_number *out,
			    const uint8_t in[CVL_KEY_BYTES])
{
	size_t limb = 0;
	unsigned int used = 0;
	size_t bit;

	memset(out, 0, sizeof(*out));
	for (bit = 0; bit < 255; bit++) {
		uint64_t value = in[bit / 8] >> bit % 8 & 1;

		out->limb[limb] |= value << used;
		if (++used == cvl_limb_bits(limb)) {
			limb++;
			used = 0;
		}
	}
}

/* The one true form below p: take p away if the number reaches it. */
static void cvl_number_write(uint8_t out[CVL_KEY_BYTES], struct cvl_number *a)
{
	uint64_t carry = 19;
	unsigned int used = 0;
	size_t limb = 0;
	size_t bit;
	size_t i;

	cvl_number_carry(a);
	/* carry is 1 at the end if a + 19 reaches 2^255, that is, if a >= p */
	for (i = 0; i < CVL_LIMBS; i++)
		carry = (a->limb[i] + carry) >> cvl_limb_bits(i);
	a->limb[0] += 19 * carry;
	for (i = 0; i + 1 < CVL_LIMBS; i++) {
		carry = a->limb[i] >> cvl_limb_bits(i);
		a->limb[i] -= carry << cvl_limb_bits(i);
		a->limb[i + 1] += carry;
	}
	memset(out, 0, CVL_KEY_BYTES);
	for (bit = 0; bit < 255; bit++) {
		out[bit / 8] |= (uint8_t)((a->limb[limb] >> used & 1) << bit % 8);
		if (++used == cvl_limb_bits(limb)) {
			limb++;
			used = 0;
		}
	}
}

/* What the ladder carries along; one place, so that one wipe gets it all. */
struct cvl_ladder {
	struct cvl_number x1;
	struct cvl_number x2;
	struct cvl_number z2;
	struct cvl_number x3;
	struct cvl_number z3;
	struct cvl_number a;
	struct cvl_number b;
	struct cvl_number c;
	struct cvl_number d;
	struct cvl_number e;
};

/* One double and one add, with the names of RFC 7748, section 5. */
static void cvl_ladder_step(struct cvl_ladder *l)
{
	cvl_number_add(&l->a, &l->x2, &l->z2);
	cvl_number_sub(&l->b, &l->x2, &l->z2);
	cvl_number_add(&l->c, &l->x3, &l->z3);
	cvl_number_sub(&l->d, &l->x3, &l->z3);
	cvl_number_mul(&l->d, &l->d, &l->a);		/* DA */
	cvl_number_mul(&l->c, &l->c, &l->b);		/* CB */
	cvl_number_add(&l->x3, &l->d, &l->c);
	cvl_number_mul(&l->x3, &l->x3, &l->x3);
	cvl_number_sub(&l->z3, &l->d, &l->c);
	cvl_number_mul(&l->z3, &l->z3, &l->z3);
	cvl_number_mul(&l->z3, &l->z3, &l->x1);
	cvl_number_mul(&l->a, &l->a, &l->a);		/* AA */
	cvl_number_mul(&l->b, &l->b, &l->b);		/* BB */
	cvl_number_sub(&l->e, &l->a, &l->b);		/* E */
	cvl_number_mul(&l->x2, &l->a, &l->b);
	cvl_number_mul_small(&l->z2, &l->e, 121665);
	cvl_number_add(&l->z2, &l->a, &l->z2);
	cvl_number_mul(&l->z2, &l->e, &l->z2);
}

/**
 * cvl_curve25519() - multiply a point of the curve
 * @out: the resulting u coordinate; all zero if @point is of small order
 * @scalar: secret, is clamped on the way
 * @point: a u coordinate
 *
 * Wipes what it leaves on the stack in named variables.
 */
void cvl_curve25519(uint8_t out[CVL_KEY_BYTES],
		    const uint8_t scalar[CVL_KEY_BYTES],
		    const uint8_t point[CVL_KEY_BYTES])
{
	uint8_t k[CVL_KEY_BYTES];
	struct cvl_ladder l;
	uint64_t swap = 0;
	int bit;

	memcpy(k, scalar, sizeof(k));
	cvl_key_clamp(k);
	memset(&l, 0, sizeof(l));
	cvl_number_read(&l.x1, point);
	l.x2.limb[0] = 1;
	l.x3 = l.x1;
	l.z3.limb[0] = 1;
	for (bit = 254; bit >= 0; bit--) {
		uint64_t bit_value = k[bit / 8] >> bit % 8 & 1;

		swap ^= bit_value;
		cvl_number_swap(&l.x2, &l.x3, swap);
		cvl_number_swap(&l.z2, &l.z3, swap);
		swap = bit_value;
		cvl_ladder_step(&l);
	}
	cvl_number_swap(&l.x2, &l.x3, swap);
	cvl_number_swap(&l.z2, &l.z3, swap);
	cvl_number_invert(&l.z2, &l.z2);
	cvl_number_mul(&l.x2, &l.x2, &l.z2);
	cvl_number_write(out, &l.x2);
	explicit_bzero(&l, sizeof(l));
	explicit_bzero(k, sizeof(k));
}
