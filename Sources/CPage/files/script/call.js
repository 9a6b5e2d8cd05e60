// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
// The call: the microphone, a session, and another session when the first is lost.
//
// States: idle, microphone, calling, connecting, connected, reconnecting (stateWords). Nothing here depends on being
// visible: a hidden tab keeps its call.

/** How long a connection may be silent before another is made, and how long a reloaded page may ask for its call. */
const silenceMilliseconds = 6000
const returnMilliseconds = 30000
/** Refusals that another attempt may get round, and those that say that the session to replace is not known. */
const passing = [408, 409, 429, 500, 502, 503, 504]
const unknown = [403, 404, 410, 412, 422]

class Call {
  state = "idle"
  /** When voice could flow first, in milliseconds of performance.now(). */
  since
  /** The STUN servers of the intercom's configuration, as URLs. */
  servers = []

  #handlers
  #session
  #lost
  #microphone
  #attempt
  #listen
  #timer
  #wake
  #backoff = new Backoff(1000, 15000)

  /** Handlers: state(state), microphone(stream), far(stream), trouble(trouble), log(text). */
  constructor(handlers) {
    this.#handlers = handlers
    addEventListener("online", () => this.#wake?.())
  }

  /** Calls. `ring`: it answers this ring; `replaces`: it gets that session back; `listen`: without a microphone. */
  async start({ ring, replaces, listen = false } = {}) {
    if (this.state !== "idle") return
    const attempt = (this.#attempt = {})
    this.#listen = listen
    this.#enter("microphone")
    try {
      const microphone = listen ? undefined : this.#openMicrophone(attempt)
      microphone?.catch(() => {})
      // Where the browser asks a person first, nobody is called before the answer.
      if (!listen && !(await microphonePermitted())) await microphone
      if (attempt !== this.#attempt) return
      this.#enter(replaces ? "reconnecting" : "calling")
      await this.#place({ ring, replaces }, attempt)
      await microphone
    } catch (trouble) {
      if (attempt !== this.#attempt) return
      const isOver = replaces && unknown.includes(trouble.status)
      this.#end(isOver ? new Trouble("The call is over meanwhile.", "Call again.") : trouble)
    }
  }

  hangUp() {
    if (this.state !== "idle") this.#end()
  }

  /** The page goes. A call is ended, but may be asked for again: nobody can know a reload from a farewell. */
  leave() {
    const path = this.#session?.path
    if (this.state === "idle") return
    if (path) {
      const saved = JSON.stringify({ path, at: Date.now(), listen: this.#listen })
      try {
        sessionStorage.setItem("call", saved)
      } catch {}
    }
    this.#end()
  }

  /** The page is here again: gets the call back that it had a moment ago. */
  resume() {
    let saved
    try {
      saved = JSON.parse(sessionStorage.getItem("call"))
      sessionStorage.removeItem("call")
    } catch {}
    if (!saved || Date.now() - saved.at > returnMilliseconds) return
    this.start({ replaces: saved.path, listen: saved.listen })
  }

  #enter(state) {
    if (this.state === state) return
    this.state = state
    this.#handlers.state(state)
  }

  async #openMicrophone(attempt) {
    let stream
    try {
      if (!navigator.mediaDevices) throw undefined
      const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true }
      if (navigator.audioSession) navigator.audioSession.type = "play-and-record"
      stream = await navigator.mediaDevices.getUserMedia({ audio })
    } catch (error) {
      throw Trouble.microphone(error)
    }
    if (attempt !== this.#attempt) return release(stream)
    release(this.#microphone)
    this.#microphone = stream
    const [track] = stream.getAudioTracks()
    track.onended = () => {
      // Unplugged: another one takes over, if there is one.
      this.#handlers.log("The microphone went away.")
      this.#openMicrophone(this.#attempt).catch((trouble) => this.#handlers.trouble(trouble))
    }
    this.#handlers.microphone(stream)
    await this.#session?.send(track)
  }

  async #place(headers, attempt) {
    const session = new Session((what) => session === this.#session && this.#hear(what), this.servers)
    this.#session = session
    this.#handlers.far(session.stream)
    session.send(this.#microphone?.getAudioTracks()[0])
    try {
      await session.open(headers)
    } catch (trouble) {
      session.end()
      throw trouble
    }
    if (attempt !== this.#attempt) return
    this.#lost?.end({ replaced: true })
    this.#lost = undefined
    if (this.state === "calling") this.#enter("connecting")
  }

  /** What the session reports. */
  #hear(what) {
    if (what === "connected") {
      clearTimeout(this.#timer)
      this.#backoff.reset()
      this.since ??= performance.now()
      this.#enter("connected")
    } else if (what === "goodbye") {
      this.#handlers.log("The intercom hung up.")
      this.#end()
    } else if (what === "failed" && !this.since && this.state !== "reconnecting") {
      this.#end(Trouble.noPath())
    } else if (what === "failed") {
      this.#redial()
    } else if (what === "disconnected" && this.state === "connected") {
      this.#enter("reconnecting")
      this.#timer = setTimeout(() => this.#redial(), silenceMilliseconds)
    }
  }

  /** Places the call again until it is back. The lost session lives until another takes its place. */
  async #redial() {
    clearTimeout(this.#timer)
    const attempt = (this.#attempt = {})
    this.#enter("reconnecting")
    if (this.#lost) this.#session.end()
    else this.#lost = this.#session
    let replaces = this.#lost.path
    for (;;) {
      try {
        return await this.#place({ replaces }, attempt)
      } catch (trouble) {
        if (attempt !== this.#attempt) return
        if (replaces && unknown.includes(trouble.status)) replaces = undefined
        else if (trouble.status && !passing.includes(trouble.status)) return this.#end(trouble)
        else await this.#pause(Math.max(this.#backoff.pause(), (trouble.retryAfter || 0) * 1000))
      }
      if (attempt !== this.#attempt) return
    }
  }

  /** Waits so long, or until the network is back. */
  #pause(milliseconds) {
    return new Promise((resolve) => {
      this.#wake = resolve
      this.#timer = setTimeout(resolve, milliseconds)
    })
  }

  #end(trouble) {
    this.#attempt = undefined
    clearTimeout(this.#timer)
    this.#wake?.()
    this.#wake = undefined
    this.#session?.end()
    this.#lost?.end()
    this.#session = this.#lost = this.since = undefined
    this.#backoff.reset()
    // Without a call nobody holds the microphone, and the browser's sign goes out.
    release(this.#microphone)
    this.#microphone = undefined
    this.#handlers.far()
    this.#handlers.microphone()
    this.#enter("idle")
    if (trouble && trouble.name !== "AbortError") this.#handlers.trouble(trouble)
  }
}

const release = (stream) => {
  for (const track of stream?.getTracks() ?? []) {
    track.onended = null
    track.stop()
  }
}

const microphonePermitted = async () => {
  try {
    return (await navigator.permissions.query({ name: "microphone" })).state === "granted"
  } catch {
    return false
  }
}
