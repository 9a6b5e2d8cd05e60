// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
// Whether the voice goes out: hold to talk or open, the microphone's mute; and the speaker's mute.

class Talk {
  #track
  #far = find("far")
  #mode = recall("mode") === "open" ? "open" : "hold"
  #pressed = false
  #muted = false
  #changed

  /** `changed` is called after every change. */
  constructor(changed) {
    this.#changed = changed
    const button = find("talk")
    button.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return
      button.setPointerCapture(event.pointerId)
      this.press(true)
    })
    for (const kind of ["pointerup", "pointercancel", "lostpointercapture"])
      button.addEventListener(kind, () => this.press(false))
    button.addEventListener("contextmenu", (event) => event.preventDefault())
    addEventListener("keydown", (event) => this.#key(event, true))
    addEventListener("keyup", (event) => this.#key(event, false))
    addEventListener("blur", () => this.press(false))
    document.addEventListener("visibilitychange", () => document.hidden && this.press(false))
    for (const mode of ["hold", "open"]) {
      const choice = find(`mode-${mode}`)
      choice.checked = mode === this.#mode
      choice.addEventListener("change", () => {
        this.#mode = mode
        remember("mode", mode)
        this.press(false)
      })
    }
    const mute = () => {
      this.#muted = !this.#muted
      this.#apply()
    }
    onClick("mute-mic", mute)
    // An open microphone has nothing to hold: there the big button mutes.
    button.addEventListener("click", () => this.#mode === "open" && mute())
    onClick("mute-speaker", () => {
      this.#far.muted = !this.#far.muted
      this.#apply()
    })
  }

  get hasMicrophone() { return !!this.#track }
  get mode() { return this.#mode }
  get isMuted() { return this.#muted }
  get isSpeakerMuted() { return this.#far.muted }
  get isSending() { return !!this.#track && !this.#muted && (this.#mode === "open" || this.#pressed) }

  /** The microphone's track while there is a call. */
  set track(track) {
    this.#track = track
    if (!track) this.#pressed = this.#muted = this.#far.muted = false
    this.#apply()
  }

  press(pressed) {
    this.#pressed = pressed && !!this.#track && this.#mode === "hold"
    this.#apply()
  }

  /** The space bar talks, but not where it types, or presses another button. */
  #key(event, down) {
    if (event.code !== "Space" || !this.#track || this.#mode !== "hold") return
    if (!down) return this.press(false)
    if (event.ctrlKey || event.altKey || event.metaKey) return
    const { target } = event
    const takes = target.closest?.("button, a, input, select, textarea, summary, [contenteditable]")
    if (takes && target.id !== "talk" && !target.matches(":checked")) return
    event.preventDefault()
    if (!event.repeat) this.press(true)
  }

  #apply() {
    if (this.#track) this.#track.enabled = this.isSending
    this.#changed()
  }
}
