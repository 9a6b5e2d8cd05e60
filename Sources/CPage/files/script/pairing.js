// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
// Being let in by a code or a token, letting others in, and sending them out again.

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
    find("bring").addEventListener("submit", (event) => {
      event.preventDefault()
      this.bring(find("token").value.trim(), paired)
    })
    onClick("unpair", () => this.#try(async () => {
      keepToken("", 0)
      await api.unpair().catch((trouble) => {
        // Who came by a token is a stranger without it.
        if (trouble.status !== 401) throw trouble
      })
      paired()
    }))
    onClick("let-in", () => this.#try(() => this.#open()))
  }

  async #pair(paired) {
    const code = find("pair-code").value.replace(/\D/g, "")
    const name = find("pair-name").value.trim()
    if (code.length !== 6) return this.#refuse("pair", "The code has six digits.")
    find("pair-submit").disabled = true
    write(find("pair-error"), "")
    try {
      await api.pair(code, name)
      remember("name", name)
      find("pair-code").value = ""
      paired()
    } catch (trouble) {
      const wrong = trouble.status === 401 || trouble.status === 403
      const words = `${trouble.message} ${trouble.remedy}`
      this.#refuse("pair", wrong ? "That code is not valid (any more). Ask for a new one." : words)
    }
    find("pair-submit").disabled = false
  }

  /** Comes in by a signed token: it becomes the cookie that a code would have given. */
  async bring(token, done) {
    write(find("token-error"), "")
    if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token))
      return this.#refuse("token", "That is no token: it has three parts, with a dot between them.")
    keepToken(token)
    try {
      await api.status()
    } catch (trouble) {
      keepToken("", 0)
      return this.#refuse("token", trouble.detail || `${trouble.message} ${trouble.remedy}`)
    }
    // It was taken, so it may outlive the browser's being closed.
    const expiry = tokenExpiry(token)
    if (expiry > Date.now() / 1000) keepToken(token, expiry)
    find("token").value = ""
    done()
  }

  #refuse(which, text) {
    write(find(`${which}-error`), text)
    const field = find(which === "pair" ? "pair-code" : which)
    field.focus()
    field.select()
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
      const hadFocus = find("paired").contains(document.activeElement)
      find("paired").replaceChildren(...paired.map((one) => this.#row(one)))
      if (hadFocus) find("let-in").focus()
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

/** The cookie by which the intercom knows this browser: until then (seconds since 1970), or until it is closed. */
const keepToken = (token, expiry) => {
  const secure = location.protocol === "https:" ? "; Secure" : ""
  const expires = expiry === undefined ? "" : `; Expires=${new Date(expiry * 1000).toUTCString()}`
  document.cookie = `intercom=${token}; Path=/; SameSite=Strict${secure}${expires}`
}

/** Until when a signed token says that it is good; the intercom judges that, this only clears up. */
const tokenExpiry = (token) => {
  try {
    return JSON.parse(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"))).exp
  } catch {
    return 0
  }
}

/** The token that a link brought (#token=…), which leaves the address and the history with that. */
const linkedToken = () => {
  const token = /^#token=([\w.-]+)$/.exec(location.hash)?.[1]
  if (token) history.replaceState(null, "", location.pathname)
  return token
}

const browserName = () => {
  const named = /iPhone|iPad|Android|Mac|Windows|Linux/.exec(navigator.userAgent)
  const system = navigator.userAgentData?.platform || named?.[0]
  return system ? `Browser on ${system}` : "Browser"
}
