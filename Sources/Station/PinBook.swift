// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Whose certificate is known here: peers of the configuration with a fingerprint, and devices that were paired. Signaling
// may be anybody's; the handshake proves the fingerprint of the description, so it is what names are held against.

public import Config
public import Core

/// A device that was paired: it is let in by its certificate.
public struct KnownDevice: Equatable, Sendable {
  /// What it is called.
  public let name: String
  /// The digest of its certificate for calls (DTLS).
  public let fingerprint: Fingerprint

  /// A device.
  public init(name: String, fingerprint: Fingerprint) {
    self.name = name
    self.fingerprint = fingerprint
  }
}

/// The certificates that are known.
public struct PinBook: Sendable {
  /// Who shows a certificate, as far as certificates tell.
  public enum Holder: Equatable, Sendable {
    /// This peer of the configuration, whatever it says it is called.
    case peer(String)
    /// This paired device, which is no peer of the configuration.
    case device(String)
    /// The name is one whose certificate is known, and is another.
    case changed(String)
    /// Nobody known, who claims no known name.
    case unknown
  }

  private let peers: [PeerSetting]
  private let devices: [KnownDevice]

  /// The certificates of `peers`, and of `devices`; a peer without one has that of the devices of its name.
  public init(_ peers: [PeerSetting], _ devices: [KnownDevice]) {
    self.peers = peers
    self.devices = devices
  }

  /// Whoever calls itself `name` and shows `fingerprint`; nil: none that could be used.
  public func holder(of fingerprint: Fingerprint?, named name: String) -> Holder {
    if let fingerprint {
      for peer in peers where peer.fingerprint == fingerprint { return .peer(peer.name) }
      for device in devices where device.fingerprint == fingerprint {
        guard let peer = peers.first(where: { sameBytes($0.name, device.name) }) else { return .device(device.name) }
        // The configuration's own word goes first: a device of the peer's name is not the peer.
        return peer.fingerprint == nil ? .peer(peer.name) : .changed(peer.name)
      }
    }
    return name.isEmpty || pins(of: name).isEmpty ? .unknown : .changed(name)
  }

  /// Whether whoever is called `name` may show `fingerprint`; nil: none that could be used.
  public func admits(_ fingerprint: Fingerprint?, as name: String) -> Bool {
    let pins = pins(of: name)
    guard let fingerprint else { return pins.isEmpty }
    return pins.isEmpty || pins.contains(fingerprint)
  }

  /// The certificates of which one must be `name`'s; none: any is taken.
  public func pins(of name: String) -> [Fingerprint] {
    if let pin = peers.first(where: { sameBytes($0.name, name) })?.fingerprint { return [pin] }
    var pins: [Fingerprint] = []
    for device in devices where sameBytes(device.name, name) { pins.append(device.fingerprint) }
    return pins
  }
}
