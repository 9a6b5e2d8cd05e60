// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Sound cards that go and come back while a call is up.

extension VOIPService where Channel: ~Copyable {
  /// Says that the microphone has gone and is being looked for; `code` is the system's number. It stays enabled: whoever
  /// drives the service captures silence until it is back, and then it is heard again without a word to the service.
  public mutating func microphoneLost(code: Int32) {
    events.append(.error(.microphoneUnavailable(code: code), nil))
  }
}
