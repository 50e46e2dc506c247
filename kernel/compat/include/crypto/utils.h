/* SPDX-License-Identifier: GPL-2.0 */
/* crypto_memneq() was in crypto/algapi.h before it got its own header. */
#ifndef CV_COMPAT_CRYPTO_UTILS_H
#define CV_COMPAT_CRYPTO_UTILS_H

#if HAVE_CRYPTO_UTILS
#include_next <crypto/utils.h>
#else
#include <crypto/algapi.h>
#endif

#endif /* CV_COMPAT_CRYPTO_UTILS_H */
