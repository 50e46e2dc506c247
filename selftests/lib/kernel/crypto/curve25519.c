// SPDX-License-Identifier: GPL-2.0
/*
 * X25519 as RFC 7748 describes it, simple, slow and not in constant
 * time.
 */
#include <crypto/curve25519.h>
#include <linux/random.h>
#include <linux/string.h>

/* A number modulo 2^255 - 19 in five digits of 51 bits. */
struct field {
	u64 digit[5];
};

/* A product of two digits, or a sum of some. */
#define field_wide unsigned __int128

#define FIELD_MASK ((1ULL << 51) - 1)

static struct field field_carry(struct field a)
{
	int round, i;

	for (round = 0; round < 2; round++) {
		for (i = 0; i < 4; i++) {
			a.digit[i + 1] += a.digit[i] >> 51;
			a.digit[i] &= FIELD_MASK;
		}
		a.digit[0] += 19 * (a.digit[4] >> 51);
		a.digit[4] &= FIELD_MASK;
	}
	return a;
}

static struct field field_add(struct field a, struct field b)
{
	int i;

	for (i = 0; i < 5; i++)
		a.digit[i] += b.digit[i];
	return field_carry(a);
}

/* a - b, with 4p added so that no digit goes below zero. */
static struct field field_subtract(struct field a, struct field b)
{
	int i;

	for (i = 0; i < 5; i++)
		a.digit[i] += 4 * (i ? FIELD_MASK : FIELD_MASK - 18) - b.digit[i];
	return field_carry(a);
}

static struct field field_multiply(struct field a, struct field b)
{
	field_wide sum[5] = {};
	struct field product;
	int i, j;

	for (i = 0; i < 5; i++)
		for (j = 0; j < 5; j++)
			sum[(i + j) % 5] += (field_wide)a.digit[i] * b.digit[j] *
					    (i + j < 5 ? 1 : 19);
	for (i = 0; i < 4; i++) {
		sum[i + 1] += sum[i] >> 51;
		product.digit[i] = (u64)sum[i] & FIELD_MASK;
	}
	product.digit[4] = (u64)sum[4] & FIELD_MASK;
	product.digit[0] += 19 * (u64)(sum[4] >> 51);
	return field_carry(product);
}

/* a^(p - 2): all bits of 2^255 - 21 are set but bits 2 and 4. */
static struct field field_invert(struct field a)
{
	struct field power = { { 1 } };
	int bit;

	for (bit = 254; bit >= 0; bit--) {
		power = field_multiply(power, power);
		if (bit != 2 && bit != 4)
			power = field_multiply(power, a);
	}
	return power;
}

static struct field field_load(const u8 bytes[32])
{
	struct field a = {};
	int bit;

	for (bit = 0; bit < 255; bit++)
		a.digit[bit / 51] |= (u64)(bytes[bit / 8] >> bit % 8 & 1) << bit % 51;
	return a;
}

static void field_store(u8 bytes[32], struct field a)
{
	struct field over;
	int bit;

	/* Below 2^255 after carrying; take p away if it is still in there. */
	a = field_carry(a);
	over = a;
	over.digit[0] += 19;
	for (bit = 0; bit < 4; bit++) {
		over.digit[bit + 1] += over.digit[bit] >> 51;
		over.digit[bit] &= FIELD_MASK;
	}
	if (over.digit[4] >> 51) {
		over.digit[4] &= FIELD_MASK;
		a = over;
	}
	memset(bytes, 0, 32);
	for (bit = 0; bit < 255; bit++)
		bytes[bit / 8] |= (a.digit[bit / 51] >> bit % 51 & 1) << bit % 8;
}

static void field_swap(struct field *a, struct field *b)
{
	struct field old = *a;

	*a = *b;
	*b = old;
}

/* One step of the ladder of RFC 7748, section 5, in its names. */
static void ladder_step(const struct field *x_1, struct field *x_2, struct field *z_2,
			struct field *x_3, struct field *z_3)
{
	const struct field a24 = { { 121665 } };
	struct field a = field_add(*x_2, *z_2);
	struct field b = field_subtract(*x_2, *z_2);
	struct field da = field_multiply(field_subtract(*x_3, *z_3), a);
	struct field cb = field_multiply(field_add(*x_3, *z_3), b);
	struct field aa = field_multiply(a, a);
	struct field bb = field_multiply(b, b);
	struct field e = field_subtract(aa, bb);
	struct field sum = field_add(da, cb);
	struct field difference = field_subtract(da, cb);

	*x_3 = field_multiply(sum, sum);
	*z_3 = field_multiply(*x_1, field_multiply(difference, difference));
	*x_2 = field_multiply(aa, bb);
	*z_2 = field_multiply(e, field_add(aa, field_multiply(a24, e)));
}

void curve25519_clamp_secret(u8 scalar[32])
{
	scalar[0] &= 248;
	scalar[31] &= 127;
	scalar[31] |= 64;
}

bool curve25519(u8 out[32], const u8 scalar[32], const u8 point[32])
{
	struct field x_1 = field_load(point);
	struct field x_2 = { { 1 } }, z_2 = {}, x_3 = x_1, z_3 = { { 1 } };
	u8 k[32];
	int bit;

	memcpy(k, scalar, sizeof(k));
	curve25519_clamp_secret(k);
	for (bit = 254; bit >= 0; bit--) {
		bool swap = k[bit / 8] >> bit % 8 & 1;

		if (swap) {
			field_swap(&x_2, &x_3);
			field_swap(&z_2, &z_3);
		}
		ladder_step(&x_1, &x_2, &z_2, &x_3, &z_3);
		if (swap) {
			field_swap(&x_2, &x_3);
			field_swap(&z_2, &z_3);
		}
	}
	field_store(out, field_multiply(x_2, field_invert(z_2)));
	return memchr_inv(out, 0, 32);
}

bool curve25519_generate_public(u8 out[32], const u8 secret[32])
{
	static const u8 base[32] = { 9 };

	return memchr_inv(secret, 0, 32) && curve25519(out, secret, base);
}

void curve25519_generate_secret(u8 secret[32])
{
	get_random_bytes(secret, 32);
	curve25519_clamp_secret(secret);
}
