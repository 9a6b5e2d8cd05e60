// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What this binary was built from. The build writes the header (board/build/toolset.sh); without it, as when the package
// is a dependency of another, nothing is known and that is what is said.
#include "BuildInfo.h"

#if __has_include("intercom_build_info.h")
#include "intercom_build_info.h"
#else
#define INTERCOM_COMMIT "unknown"
#define INTERCOM_LIBRARIES ""
#endif

const char *intercom_build_commit(void) { return INTERCOM_COMMIT; }

const char *intercom_build_libraries(void) { return INTERCOM_LIBRARIES; }
