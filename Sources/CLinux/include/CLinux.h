// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The C library and the kernel, for Swift code that has no libc module. Only fixed-width types; a result below zero is
// -errno.
#pragma once
#include <stdint.h>

#include "BuildInfo.h"
#include "CLinuxClock.h"
#include "CLinuxFiles.h"
#include "CLinuxPoll.h"
#include "CLinuxProgram.h"
#include "CLinuxSPI.h"
#include "CLinuxService.h"
#include "CLinuxSockets.h"
#include "CLinuxThreads.h"

/// Writes the text of an error number; answers its length.
int32_t clinux_error_text(int32_t number, uint8_t *text, int32_t capacity);
