// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What the files of this shim share.
#pragma once
#include <alsa/asoundlib.h>

/// Loads our configuration, and `extra` after it unless it is NULL; to be deleted by the caller.
int calsa_load(const char *extra, snd_config_t **configuration);
