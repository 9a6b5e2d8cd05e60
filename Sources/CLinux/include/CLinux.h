// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
#pragma once
#include <stdint.h>
#include "BuildInfo.h"
