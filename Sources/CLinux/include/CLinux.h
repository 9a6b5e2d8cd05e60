// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The C library and the kernel, for Swift code that has no libc module. Only fixed-width types; a result below zero is -errno.
#pragma once
#include <stdint.h>
#include "BuildInfo.h"
