// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Core's endpoints to and from the shim's.

import CLinux
import Core

extension clinux_endpoint {
  init(_ endpoint: Endpoint) {
    self.init(
      high: endpoint.address.high, low: endpoint.address.low, scope: endpoint.scope, port: endpoint.port,
      family: UInt16(endpoint.address.family.rawValue))
  }

  var endpoint: Endpoint {
    let address =
      family == 4 ? IPAddress(v4: UInt32(truncatingIfNeeded: high >> 32)) : IPAddress(v6High: high, low: low)
    return Endpoint(address, port: port, scope: scope)
  }
}

/// The endpoint that socket `number` is bound to.
func localEndpoint(of number: Int32) throws(LinuxError) -> Endpoint {
  var local = clinux_endpoint()
  _ = try check(clinux_local_endpoint(number, &local), "getsockname")
  return local.endpoint
}
