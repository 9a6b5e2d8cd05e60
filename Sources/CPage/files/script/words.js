// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
// What is said to people: states, limits, troubles and their remedies.

/** The call's states: what a person reads, and the tone that colours it. */
const stateWords = {
  idle: ["Ready to call", "quiet"],
  microphone: ["Waiting for the microphone…", "busy"],
  calling: ["Calling…", "busy"],
  connecting: ["Connecting…", "busy"],
  connected: ["Connected", "good"],
  reconnecting: ["Connection lost, getting it back…", "warn"],
}

/** The states of the intercom itself, as /api/status names them. */
const deviceWords = {
  idle: "not in a call",
  calling: "calling",
  ringing: "ringing",
  connecting: "connecting",
  connected: "in a call",
  reconnecting: "getting a call back",
}

const limitWords = { loss: "limited by lost packets", delay: "limited by delay", jitter: "limited by jitter" }

const qualityWord = (value) => (value >= 80 ? "good" : value >= 50 ? "fair" : "poor")

/** What went wrong, in plain words, and what helps. */
class Trouble extends Error {
  constructor(title, remedy, more = {}) {
    super(title)
    this.remedy = remedy
    Object.assign(this, more)
  }

  static noAnswer = () =>
    new Trouble(
      "The intercom does not answer.",
      "Check that it has power and that this device is in the same network.",
      { lost: true },
    )

  static noPath = () =>
    new Trouble(
      "No way was found for the sound.",
      "Guest networks and VPNs often keep devices apart: join the intercom's own network, and call again.",
    )

  /** Why there is no microphone; `error` is what getUserMedia threw, or nothing where there is no getUserMedia. */
  static microphone(error) {
    const name = error?.name
    if (!window.isSecureContext || !navigator.mediaDevices)
      return new Trouble(
        "The browser gives no microphone to this page.",
        "It does so for trusted HTTPS pages only: trust this intercom once, then open its https address.",
        { trust: true },
      )
    if (name === "NotAllowedError" || name === "SecurityError")
      return new Trouble(
        "The microphone is not allowed.",
        "Allow it by the sign beside the address (on a phone perhaps in the settings too), and call again.",
        { listen: true },
      )
    if (name === "NotFoundError" || name === "OverconstrainedError")
      return new Trouble("No microphone was found.", "Plug one in or switch it on, and call again.", { listen: true })
    return new Trouble(
      "The microphone cannot be used.",
      "Another program may hold it: close that program, and call again.",
      { listen: true },
    )
  }

  /** Why a request was refused. */
  static refused(status, detail, retryAfter) {
    const more = { status, retryAfter, detail }
    const again = retryAfter ? `Try again in ${retryAfter} s.` : "Try again in a moment."
    if (status === 401) return new Trouble("This browser is not let in.", "Pair it with the intercom.", more)
    if (status === 429) return new Trouble("That was too often.", again, more)
    if (status === 503) return new Trouble("The intercom is busy.", detail ? `${detail} ${again}` : again, more)
    if (status === 504) return new Trouble("Nobody answered.", "Call again, or ring the bell.", more)
    return new Trouble(detail || "The intercom refused that.", status >= 500 ? again : "", more)
  }
}
