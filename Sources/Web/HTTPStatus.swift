// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The status codes that this house sends or understands.

/// An HTTP status code (RFC 9110 section 15, RFC 6585).
public struct HTTPStatus: Hashable, Sendable, BitwiseCopyable {
  /// The three digits, 100 ... 999.
  public let code: Int

  /// The status of `code`.
  public init(_ code: Int) { self.code = code }

  /// 200.
  public static let ok = HTTPStatus(200)
  /// 201.
  public static let created = HTTPStatus(201)
  /// 204.
  public static let noContent = HTTPStatus(204)
  /// 304.
  public static let notModified = HTTPStatus(304)
  /// 307.
  public static let temporaryRedirect = HTTPStatus(307)
  /// 400.
  public static let badRequest = HTTPStatus(400)
  /// 401.
  public static let unauthorized = HTTPStatus(401)
  /// 403.
  public static let forbidden = HTTPStatus(403)
  /// 404.
  public static let notFound = HTTPStatus(404)
  /// 405.
  public static let methodNotAllowed = HTTPStatus(405)
  /// 406.
  public static let notAcceptable = HTTPStatus(406)
  /// 408.
  public static let requestTimeout = HTTPStatus(408)
  /// 409.
  public static let conflict = HTTPStatus(409)
  /// 412.
  public static let preconditionFailed = HTTPStatus(412)
  /// 413.
  public static let contentTooLarge = HTTPStatus(413)
  /// 414.
  public static let targetTooLong = HTTPStatus(414)
  /// 415.
  public static let unsupportedMediaType = HTTPStatus(415)
  /// 417.
  public static let expectationFailed = HTTPStatus(417)
  /// 422.
  public static let unprocessableContent = HTTPStatus(422)
  /// 428.
  public static let preconditionRequired = HTTPStatus(428)
  /// 429.
  public static let tooManyRequests = HTTPStatus(429)
  /// 431.
  public static let fieldsTooLarge = HTTPStatus(431)
  /// 500.
  public static let internalServerError = HTTPStatus(500)
  /// 501.
  public static let notImplemented = HTTPStatus(501)
  /// 503.
  public static let serviceUnavailable = HTTPStatus(503)
  /// 504.
  public static let gatewayTimeout = HTTPStatus(504)
  /// 505.
  public static let versionNotSupported = HTTPStatus(505)

  /// Whether it is 200 ... 299.
  public var isSuccess: Bool { code >= 200 && code < 300 }

  /// Whether a response of this status never has a body (RFC 9112 section 6.3).
  public var forbidsBody: Bool { code < 200 || code == 204 || code == 304 }

  /// The reason phrase.
  public var reason: String {
    switch code {
    case 100: "Continue"
    case 200: "OK"
    case 201: "Created"
    case 204: "No Content"
    case 304: "Not Modified"
    case 307: "Temporary Redirect"
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 406: "Not Acceptable"
    case 408: "Request Timeout"
    case 409: "Conflict"
    case 412: "Precondition Failed"
    case 413: "Content Too Large"
    case 414: "URI Too Long"
    case 415: "Unsupported Media Type"
    case 417: "Expectation Failed"
    case 422: "Unprocessable Content"
    case 428: "Precondition Required"
    case 429: "Too Many Requests"
    case 431: "Request Header Fields Too Large"
    case 500: "Internal Server Error"
    case 501: "Not Implemented"
    case 503: "Service Unavailable"
    case 504: "Gateway Timeout"
    case 505: "HTTP Version Not Supported"
    default: "Status"
    }
  }
}
