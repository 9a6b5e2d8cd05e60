// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
// Being let in by a code, letting others in, and sending them out again.

class Pairing {
  #view
  #timer

  /** `paired` is called when this browser has been let in or out. */
  constructor(view, paired) {
    this.#view = view
    find("pair-name").value = recall("name") ?? browserName()
    find("pair").addEventListener("submit", (event) => {
      event.preventDefault()
      this.#pair(paired)
    })
    onClick("unpair", () => this.#try(async () => {
      await api.unpair()
      paired()
    }))
    onClick("let-in", () => this.#try(() => this.#open()))
  }

  async #pair(paired) {
    const code = find("pair-code").value.replace(/\D/g, "")
    const name = find("pair-name").value.trim()
    const error = find("pair-error")
    if (code.length !== 6) return this.#refuse("The code has six digits.")
    find("pair-submit").disabled = true
    write(error, "")
    try {
      await api.pair(code, name)
      remember("name", name)
      find("pair-code").value = ""
      paired()
    } catch (trouble) {
      const wrong = trouble.status === 401 || trouble.status === 403
      const words = `${trouble.message} ${trouble.remedy}`
      this.#refuse(wrong ? "That code is not valid (any more). Ask for a new one." : words)
    }
    find("pair-submit").disabled = false
  }

  #refuse(text) {
    write(find("pair-error"), text)
    find("pair-code").focus()
    find("pair-code").select()
  }

  async #try(action) {
    try {
      await action()
    } catch (trouble) {
      this.#view.trouble(trouble)
    }
  }

  /** Opens pairing for somebody else: the code, and how long it lives. */
  async #open() {
    const { code, expires_s: seconds } = await api.openPairing()
    const ends = performance.now() + seconds * 1000
    clearInterval(this.#timer)
    const tick = () => {
      const left = Math.ceil((ends - performance.now()) / 1000)
      write(find("let-in-left"), left > 0 ? `Valid for ${clock(left)}` : "This code is over.")
      if (left > 0) return
      clearInterval(this.#timer)
      this.list()
    }
    write(find("let-in-code"), code)
    find("let-in-code").setAttribute("aria-label", [...code].join(" "))
    show(find("let-in-card"), true)
    this.#timer = setInterval(tick, 1000)
    tick()
  }

  /** Shows who is let in. */
  list() {
    return this.#try(async () => {
      const paired = await api.paired()
      find("paired").replaceChildren(...paired.map((one) => this.#row(one)))
    })
  }

  #row({ id, name, role }) {
    const button = make("button", { type: "button", textContent: "Revoke", className: "danger" })
    button.setAttribute("aria-label", `Revoke ${name}`)
    let sure = false
    button.addEventListener("click", () => {
      if (sure) return this.#try(async () => (await api.revoke(id), await this.list()))
      sure = true
      write(button, "Really revoke?")
    })
    return make("li", {}, make("span", {}, name, make("small", { textContent: role })), button)
  }
}

const browserName = () => {
  const named = /iPhone|iPad|Android|Mac|Windows|Linux/.exec(navigator.userAgent)
  const system = navigator.userAgentData?.platform || named?.[0]
  return system ? `Browser on ${system}` : "Browser"
}
