// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The username fragment and password of one side (RFC 8445 section 5.3).

public import Core

/// The username fragment and password of one side, as a value without heap storage.
public struct ICECredentials: Sendable, BitwiseCopyable {
  private var fragment = ICECredentialStorage(repeating: 0)
  private var fragmentCount = 0
  private var secret = ICECredentialStorage(repeating: 0)
  private var secretCount = 0

  /// The credentials that a description carries: 4 ... 256 and 22 ... 256 ice-chars (RFC 8839 section 5.4); else nil.
  public init?(usernameFragment: ByteView, password: ByteView) {
    guard usernameFragment.count >= 4, usernameFragment.count <= Limits.iceCredentialBytesMax else {
      return nil
    }
    guard password.count >= 22, password.count <= Limits.iceCredentialBytesMax else { return nil }
    for index in usernameFragment.indices {
      guard usernameFragment[index].isICECharacter else { return nil }
      fragment[index] = usernameFragment[index]
    }
    for index in password.indices {
      guard password[index].isICECharacter else { return nil }
      secret[index] = password[index]
    }
    fragmentCount = usernameFragment.count
    secretCount = password.count
  }

  /// The credentials that a description carries; else nil.
  public init?(usernameFragment: String, password: String) {
    let made = usernameFragment.withByteView { fragment in
      password.withByteView { ICECredentials(usernameFragment: fragment, password: $0) }
    }
    guard let made else { return nil }
    self = made
  }

  /// Fresh credentials: a fragment of 8 characters (48 bits; 24 are wanted) and a password of 24 (144 bits; 128 are
  /// wanted).
  public init(randomness: inout Randomness) {
    fragmentCount = 8
    secretCount = 24
    for index in 0..<fragmentCount { fragment[index] = Self.character(&randomness) }
    for index in 0..<secretCount { secret[index] = Self.character(&randomness) }
  }

  /// Calls `body` with a window on the username fragment, valid for the call.
  public func withUsernameFragment<Result>(_ body: (ByteView) -> Result) -> Result {
    withUnsafeBytes(of: fragment) { body(ByteView($0).prefix(fragmentCount)) }
  }

  /// Calls `body` with a window on the password, valid for the call.
  public func withPassword<Result>(_ body: (ByteView) -> Result) -> Result {
    withUnsafeBytes(of: secret) { body(ByteView($0).prefix(secretCount)) }
  }

  /// The username fragment for `a=ice-ufrag`. Allocates.
  public var usernameFragment: String { withUsernameFragment { $0.text() } }

  /// The password for `a=ice-pwd`; never to be logged. Allocates.
  public var password: String { withPassword { $0.text() } }

  private static func character(_ randomness: inout Randomness) -> UInt8 {
    let value = UInt8(randomness.below(64))
    switch value {
    case 0..<26: return 0x41 + value
    case 26..<52: return 0x61 + value - 26
    case 52..<62: return 0x30 + value - 52
    case 62: return 0x2B
    default: return 0x2F
    }
  }
}

extension ICECredentials: Equatable {
  /// Whether both are the same.
  public static func == (left: ICECredentials, right: ICECredentials) -> Bool {
    left.withUsernameFragment { fragment in
      left.withPassword { password in
        right.withUsernameFragment { fragment.elementsEqual($0) }
          && right.withPassword { password.elementsEqual($0) }
      }
    }
  }
}

extension UInt8 {
  /// Whether it is an ice-char: a letter, a digit, + or / (RFC 8839 section 5.1).
  var isICECharacter: Bool {
    switch self {
    case 0x41...0x5A, 0x61...0x7A, 0x30...0x39, 0x2B, 0x2F: true
    default: false
    }
  }
}
