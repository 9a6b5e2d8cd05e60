// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
// What the intercom tells by itself (server-sent events). A stream that ends is opened again.

class Events {
  #handlers
  #source
  #timer
  #backoff = new Backoff(1000, 15000)

  /** `handlers` has a function for each event's name, and `open` and `lost`. */
  constructor(handlers) {
    this.#handlers = handlers
  }

  open() {
    this.close()
    const source = (this.#source = new EventSource("/api/events"))
    source.onopen = () => {
      this.#backoff.reset()
      this.#handlers.open()
    }
    source.onerror = () => {
      // A browser comes back by itself unless it was refused; then the page asks first whether it is still let in.
      const refused = source.readyState === EventSource.CLOSED
      this.#handlers.lost(refused)
      if (!refused) return
      this.close()
      this.#timer = setTimeout(() => this.#handlers.again(), this.#backoff.pause())
    }
    for (const name of ["status", "levels", "log", "ring", "ring_over", "bell"])
      source.addEventListener(name, (event) => {
        let data
        try {
          data = event.data ? JSON.parse(event.data) : {}
        } catch {
          return
        }
        this.#handlers[name](data)
      })
  }

  close() {
    clearTimeout(this.#timer)
    this.#source?.close()
    this.#source = undefined
  }
}
