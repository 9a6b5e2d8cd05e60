// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What a person can do when a file cannot be written.

/// Remedies for what writing a file fails with.
public enum DiskRemedy {
  /// A sentence for the reason `errno`; empty where there is none to give. Pure; allocates.
  public static func text(_ errno: Int32) -> String {
    switch errno {
    case LinuxError.noSpace: "the disk is full; make room"
    case LinuxError.readOnly: "the file system is read-only; mount it writable, or name a folder elsewhere"
    case LinuxError.accessDenied, LinuxError.notPermitted:
      "the user that runs intercom must be let in: chown intercom: FOLDER"
    default: ""
    }
  }

  /// The error, and its remedy behind it. Allocates.
  public static func sentence(_ error: LinuxError) -> String {
    let remedy = text(error.errno)
    return remedy.utf8.isEmpty ? error.text : "\(error.text) (\(remedy))"
  }
}
