// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
// Being noticed: ringing, the bell, the window's title, notifications, and a screen that stays on.

class Attention {
  #sound
  #title = ""
  #timer
  #notice
  #lock
  #awake = false

  constructor(sound) {
    this.#sound = sound
    // Only what somebody has touched may sound.
    for (const kind of ["pointerdown", "keydown"])
      addEventListener(kind, () => { sound.wake(), sound.sleep() }, { once: true })
    document.addEventListener("visibilitychange", () => this.#keepAwake())
  }

  set title(title) {
    document.title = this.#title = title
  }

  /** Rings until `quiet()`. */
  ring(text) {
    this.quiet()
    const once = () => {
      this.#sound.play(ringNotes)
      navigator.vibrate?.([300, 200, 300])
      document.title = document.title === this.#title ? `● ${text}` : this.#title
    }
    once()
    this.#timer = setInterval(once, 2000)
    this.#notify(text)
  }

  quiet() {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#notice?.close()
    this.#notice = undefined
    document.title = this.#title
    this.#sound.sleep()
  }

  bell(text) {
    this.#sound.play(bellNotes)
    this.#notify(text)
    if (this.#timer) return
    document.title = `● ${text}`
    this.#timer = setTimeout(() => this.quiet(), 8000)
  }

  #notify(text) {
    if (!document.hidden || globalThis.Notification?.permission !== "granted") return
    try {
      this.#notice?.close()
      this.#notice = new Notification(text, { icon: "/icon.svg", tag: "intercom" })
      this.#notice.onclick = () => focus()
    } catch {} // Some phones have notifications for service workers only.
  }

  /** In a call the screen stays on, where a browser can do that. */
  set awake(awake) {
    this.#awake = awake
    this.#keepAwake()
  }

  async #keepAwake() {
    if (!this.#awake) {
      this.#lock?.release()
      this.#lock = undefined
    } else if (!document.hidden && (!this.#lock || this.#lock.released)) {
      try {
        this.#lock = await navigator.wakeLock?.request("screen")
        if (!this.#awake) this.#keepAwake()
      } catch {}
    }
  }
}
