/* SPDX-License-Identifier: GPL-2.0 */
/* Errors come from a test here, not from an injector. */
#ifndef FAKE_LINUX_ERROR_INJECTION_H
#define FAKE_LINUX_ERROR_INJECTION_H

#define ALLOW_ERROR_INJECTION(function, sort)

#endif /* FAKE_LINUX_ERROR_INJECTION_H */
