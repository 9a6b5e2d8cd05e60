// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
// One connection: an RTCPeerConnection, and the exchange by /call (docs/reference/signaling.md).

/** A connection that a lost network took with it may be silent for minutes. */
const replaceMilliseconds = 8000

class Session {
  /** The session's path, once there is one. */
  path = ""
  /** What is heard of the far side. */
  stream

  #connection
  #sender
  #report
  #abort = new AbortController()
  #etag
  #candidates = []
  #patching = false
  #over = false

  /**
   * `report` is told connected, disconnected, failed, and goodbye when the far side hung up; `urls` are the STUN servers
   * of the intercom's configuration.
   */
  constructor(report, urls = []) {
    this.#report = report
    const iceServers = urls.length ? [{ urls }] : []
    const connection = (this.#connection = new RTCPeerConnection({ bundlePolicy: "max-bundle", iceServers }))
    const { sender, receiver } = connection.addTransceiver("audio", { direction: "sendrecv" })
    this.#sender = sender
    this.stream = new MediaStream([receiver.track])
    connection.onicecandidate = ({ candidate }) => {
      this.#candidates.push(candidate?.candidate ? `a=${candidate.candidate}` : "a=end-of-candidates")
      this.#trickle()
    }
    connection.onconnectionstatechange = () => report(connection.connectionState)
  }

  /** Sends this track, or nothing. */
  send(track) {
    return this.#over ? undefined : this.#sender.replaceTrack(track ?? null)
  }

  /** Offers, and waits for the answer as long as it rings; a session that is to replace one does not ring. */
  async open({ ring, replaces }) {
    const connection = this.#connection
    await connection.setLocalDescription()
    const { transport } = this.#sender
    if (transport) transport.onstatechange = () => transport.state === "closed" && this.#report("goodbye")
    const headers = { "Content-Type": "application/sdp", Accept: "application/sdp" }
    const name = recall("name")
    if (name) headers["Intercom-Name"] = encodeURIComponent(name)
    if (ring) headers["Intercom-Ring"] = ring
    if (replaces) headers["Intercom-Replaces"] = replaces
    const timeout = replaces && setTimeout(() => this.#abort.abort(Trouble.noAnswer()), replaceMilliseconds)
    const { signal } = this.#abort
    const response = await request("POST", "/call", { headers, body: connection.localDescription.sdp, signal })
    clearTimeout(timeout)
    this.path = new URL(response.headers.get("Location"), location.href).pathname
    const sdp = await response.text()
    if (this.#over) return this.#delete()
    await connection.setRemoteDescription({ type: "answer", sdp })
    this.#etag = response.headers.get("ETag")
    this.#trickle()
  }

  /** Sends the candidates that came up meanwhile, one request at a time. */
  async #trickle() {
    if (this.#patching || !this.#etag || !this.#candidates.length || this.#over) return
    this.#patching = true
    const { sdp } = this.#connection.localDescription
    const line = (name) => sdp.match(new RegExp(`^a=${name}:.*$`, "m")) ?? []
    const fragment = [
      ...line("group"),
      ...line("ice-options"),
      "m=audio 9 UDP/TLS/RTP/SAVPF 0",
      ...line("mid"),
      ...line("ice-ufrag"),
      ...line("ice-pwd"),
      ...this.#candidates.splice(0),
      "",
    ].map((line) => line.trim())
    const headers = { "Content-Type": "application/trickle-ice-sdpfrag", "If-Match": this.#etag }
    // One that is refused is no loss: checks come from it all the same, and the far side learns of it by them.
    await request("PATCH", this.path, { headers, body: fragment.join("\r\n") }).catch(() => {})
    this.#patching = false
    this.#trickle()
  }

  /** Closes the connection; the intercom is told, unless another session has replaced this one there. */
  end({ replaced = false } = {}) {
    if (this.#over) return
    this.#over = true
    this.#abort.abort()
    this.#connection.onicecandidate = this.#connection.onconnectionstatechange = null
    if (this.#sender.transport) this.#sender.transport.onstatechange = null
    this.#connection.close()
    if (!replaced) this.#delete()
  }

  #delete() {
    if (this.path) fetch(this.path, { method: "DELETE", keepalive: true }).catch(() => {})
  }
}
