// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
// Draws what there is to see of the call, the intercom, and what happened. Only changes touch the document.

const logLines = 100
const meterMilliseconds = 66

class View {
  #call
  #talk
  #sound
  #meters = {}
  #meterTimer
  #clockTimer
  #ticks = 0
  #peers = ""

  constructor(sound) {
    this.#sound = sound
    document.addEventListener("visibilitychange", () => this.#runMeters())
  }

  /** What the drawings are of. */
  bind(call, talk) {
    this.#call = call
    this.#talk = talk
    this.call()
  }

  set name(name) {
    write(find("name"), name)
    for (const element of document.querySelectorAll(".name")) write(element, name)
  }

  /** The one panel that fits: loading, insecure, token, pair or call. */
  panel(panel) {
    document.body.dataset.panel = panel
    for (const element of document.querySelectorAll("[data-in]"))
      show(element, element.dataset.in.split(" ").includes(panel))
  }

  /** The call's state, and what the buttons do in it. */
  call() {
    const { state, since } = this.#call
    const talk = this.#talk
    const [words, tone] = stateWords[state]
    const up = state === "connected" || state === "reconnecting"
    const element = find("state")
    element.dataset.state = state
    document.body.dataset.tone = tone
    write(find("state-words"), words)
    const button = find("talk")
    show(find("call"), state === "idle")
    show(button, state !== "idle")
    for (const part of document.querySelectorAll(".in-call")) show(part, state !== "idle")
    for (const part of document.querySelectorAll(".no-call")) show(part, state === "idle")

    const hold = talk.mode === "hold"
    const wasDisabled = button.disabled
    button.disabled = !up || !talk.hasMicrophone || (hold && talk.isMuted)
    // Whoever called by keyboard waits at "Hang up", and talks by the next press of the space bar.
    if (wasDisabled && !button.disabled && document.activeElement?.id === "hangup") button.focus()
    button.dataset.sending = talk.isSending && up
    button.setAttribute("aria-pressed", talk.isSending)
    write(find("talk-words"), !up ? "One moment…" : this.#talkWords(hold))
    const hint = talk.isSending ? "let go to stop" : "or hold the space bar"
    write(find("talk-hint"), hold ? hint : "click to mute")
    show(find("talk-hint"), !button.disabled)
    this.#mute("mute-mic", talk.isMuted, "mic", "Microphone")
    this.#mute("mute-speaker", talk.isSpeakerMuted, "speaker", "Speaker")
    if (state === "idle") this.levels({})
    this.#runClock(since)
  }

  #talkWords(hold) {
    const talk = this.#talk
    if (!talk.hasMicrophone) return "You only listen"
    if (talk.isMuted) return "Microphone is off"
    return talk.isSending ? "You are heard" : hold ? "Hold to talk" : "Not heard"
  }

  #mute(id, muted, name, words) {
    const button = find(id)
    button.setAttribute("aria-pressed", muted)
    icon(button, muted ? `${name}-off` : name)
    write(button.querySelector("span"), muted ? `${words} off` : words)
  }

  #runClock(since) {
    const tick = () => write(find("duration"), clock((performance.now() - since) / 1000))
    if (since && !this.#clockTimer) this.#clockTimer = setInterval(tick, 1000)
    if (since) return tick()
    clearInterval(this.#clockTimer)
    this.#clockTimer = undefined
    write(find("duration"), "")
  }

  /** Measures this stream as `mine` or `far`; without one the meter rests. */
  meter(which, stream) {
    this.#meters[which]?.close()
    this.#meters[which] = stream && this.#sound.meter(stream)
    this.#drawMeter(which, 0, true)
    this.#runMeters()
  }

  #runMeters() {
    clearInterval(this.#meterTimer)
    const running = Object.entries(this.#meters).filter(([, meter]) => meter)
    if (document.hidden || !running.length) return
    this.#meterTimer = setInterval(() => {
      this.#ticks += 1
      for (const [which, meter] of running) this.#drawMeter(which, meter.read(), this.#ticks % 15 === 0)
    }, meterMilliseconds)
  }

  #drawMeter(which, level, say) {
    const element = find(`meter-${which}`)
    element.firstElementChild.style.transform = `scaleX(${level / 100})`
    if (which === "mine") find("talk").style.setProperty("--level", level / 100)
    if (say) element.setAttribute("aria-valuenow", level)
  }

  /** How good the call is, as the intercom measures it. */
  levels({ quality, limited_by: limit }) {
    const known = quality !== undefined && this.#call.state === "connected"
    const element = find("quality")
    show(element, known)
    if (!known) return
    element.dataset.quality = quality
    element.dataset.limit = limit ?? ""
    find("quality-bar").style.transform = `scaleX(${quality / 100})`
    const why = limitWords[limit]
    write(find("quality-words"), `Quality ${quality}, ${qualityWord(quality)}${why ? `: ${why}` : ""}`)
  }

  /** What the intercom says of itself; `order(command)` sends it a command. */
  status(status, order) {
    const other = this.#call.state === "idle" && status.state !== "idle"
    const whom = status.calls?.[0]?.peer
    const words = deviceWords[status.state] ?? status.state
    write(find("device-state"), other && whom ? `${words} with ${whom}` : words)
    const hardware = status.microphone_muted && status.muted_by_hardware
    write(
      find("device-mic"),
      hardware ? "switched off at the intercom" : status.microphone_muted ? "muted" : status.talking ? "heard" : "not muted",
    )
    find("device-mic").dataset.tone = status.microphone_muted ? "warn" : "quiet"
    show(find("device-hardware"), hardware)
    const mute = find("device-mute")
    show(mute, !hardware)
    write(mute, status.microphone_muted ? "Unmute its microphone" : "Mute its microphone")
    mute.dataset.command = status.microphone_muted ? "unmute" : "mute"
    write(find("device-speaker"), status.speaker_muted ? "muted" : `volume ${status.volume}`)
    show(find("device-answer"), other && status.state === "ringing")
    show(find("device-hangup"), other)
    show(find("device-dnd"), status.do_not_disturb)
    show(find("device-trouble"), !!status.trouble)
    write(find("device-trouble"), status.trouble ?? "")
    const waiting = Array.isArray(status.waiting) ? status.waiting.length : (status.waiting ?? 0)
    show(find("device-waiting"), waiting > 0)
    write(find("device-waiting"), waiting === 1 ? "One caller is waiting." : `${waiting} callers are waiting.`)
    this.#drawPeers(status.peers ?? [], order)
  }

  #drawPeers(peers, order) {
    show(find("peers-card"), peers.length > 0)
    const drawn = JSON.stringify(peers)
    if (drawn === this.#peers) return
    this.#peers = drawn
    find("peers").replaceChildren(
      ...peers.map((peer) => {
        const button = make("button", { type: "button", textContent: `Call ${peer}` })
        button.dataset.peer = peer
        button.addEventListener("click", () => order({ command: "call", peers: [peer] }))
        return make("li", {}, button)
      }),
    )
  }

  network(words, tone) {
    const element = find("network")
    write(element, words)
    element.dataset.tone = tone
  }

  log(text, weight = "info") {
    const log = find("log")
    const time = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" })
    const line = make("li", {}, make("time", { textContent: time }), ` ${text}`)
    line.dataset.weight = weight
    log.prepend(line)
    while (log.childElementCount > logLines) log.lastElementChild.remove()
  }

  trouble(trouble) {
    show(find("error"), !!trouble)
    if (!trouble) return
    write(find("error-title"), trouble.message)
    write(find("error-remedy"), trouble.remedy ?? "")
    show(find("error-trust"), !!trouble.trust)
    show(find("error-listen"), !!trouble.listen)
    this.log(trouble.message, "error")
  }
}
