# SPDX-License-Identifier: GPL-2.0
"""What the Python programs of the tests share: see selftests/README.md."""
