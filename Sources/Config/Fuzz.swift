// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The fuzz entry of the room.

public import Core

/// Entries for hostile bytes: they never trap, and what they answer is dropped.
public enum ConfigFuzz {
  /// Reads `bytes` as a configuration file, and makes the text of its errors.
  public static func fuzz(_ bytes: ByteView) {
    do throws(ConfigErrors) {
      _ = try Settings.read(bytes, file: "fuzz")
    } catch {
      _ = error.text
    }
    let text = bytes.text()
    _ = CallURL(text)
    _ = ICEServerSetting(text)
    _ = AudioDeviceSetting(text)?.cardID
  }
}
