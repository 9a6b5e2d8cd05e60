// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Retaining a String in the product. The Embedded Swift runtime of Swift 6.3.1 returns the object without its tag bits
// where compilers expect the object as it was given; on aarch64, where the result is used in place of the argument, a
// short text then loses part of its length and of its ninth character, or is taken for a pointer. The runtime's own
// definitions are weak, so these take their place. Swift has mended it since (pull request 91151 of swiftlang/swift);
// with a toolchain that has the mend this file can go.
//
// The ordinary build takes these functions from Swift's shared library, so the toolset of the product alone defines
// INTERCOM_EMBEDDED.

#include <stdint.h>

#if defined(INTERCOM_EMBEDDED)

/// From the Embedded Swift runtime.
void *swift_retain_n(void *object, uint32_t count);

void *swift_bridgeObjectRetain_n(void *object, uint32_t count);
void *swift_bridgeObjectRetain(void *object);

// Bit 63 says that there is nothing to count; bits 60 ... 62 and 0 ... 2 are tags (64-bit boards only).
void *swift_bridgeObjectRetain_n(void *object, uint32_t count) {
    uintptr_t bits = (uintptr_t)object;
    uintptr_t plain = bits & UINT64_C(0x8FFFFFFFFFFFFFF8);
    if (bits >> 63 == 0 && plain != 0) (void)swift_retain_n((void *)plain, count);
    return object;
}

void *swift_bridgeObjectRetain(void *object) { return swift_bridgeObjectRetain_n(object, 1); }

#endif
