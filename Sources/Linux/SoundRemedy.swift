// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What a person can do when a sound card cannot be used.

/// Remedies for what opening or using a sound card fails with.
public enum SoundRemedy {
  /// Whether both reasons mean the same to a person.
  public static func isSame(_ left: Int32, _ right: Int32) -> Bool {
    if left == right { return true }
    let remedy = text(left)
    return !remedy.utf8.isEmpty && remedy.utf8.elementsEqual(text(right).utf8)
  }

  /// A sentence for the reason `errno`; empty where there is none to give. Pure; allocates.
  public static func text(_ errno: Int32) -> String {
    switch errno {
    case LinuxError.notFound, LinuxError.noDevice:
      "there is no such sound card, or it was unplugged; `intercom devices` lists what there is"
    case LinuxError.busy:
      "another program uses the card; stop it, or share the card by alsa:dsnoop:CARD and alsa:dmix:CARD"
    case LinuxError.accessDenied, LinuxError.notPermitted:
      "the card may not be opened; the user that runs intercom must be in the group audio"
    case LinuxError.invalid:
      "the card has no format that can be used; try alsa:plughw:CARD, and see `intercom devices`"
    case LinuxError.timedOut: "the card stopped delivering sound; look for its driver in the kernel's log"
    default: ""
    }
  }
}
