// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
// Requests to the intercom.

/** Asks, and answers the response; a Trouble is thrown when it is refused or does not come. */
const request = async (method, path, { json, body, headers = {}, ...rest } = {}) => {
  if (json !== undefined) {
    body = JSON.stringify(json)
    headers = { ...headers, "Content-Type": "application/json" }
  }
  let response
  try {
    response = await fetch(path, { method, body, headers, cache: "no-store", ...rest })
  } catch (error) {
    throw error.name === "AbortError" ? error : Trouble.noAnswer()
  }
  if (response.ok) return response
  let problem = {}
  try {
    problem = await response.json()
  } catch {}
  throw Trouble.refused(response.status, problem.detail || problem.error, Number(response.headers.get("Retry-After")))
}

const api = {
  status: () => request("GET", "/api/status"),
  me: async () => (await request("GET", "/api/me")).json(),
  pair: (code, name) => request("POST", "/api/pair", { json: { code, name } }),
  unpair: () => request("POST", "/api/unpair"),
  openPairing: async () => (await request("POST", "/api/pairing")).json(),
  paired: async () => {
    const answer = await (await request("GET", "/api/paired")).json()
    return Array.isArray(answer) ? answer : (answer.paired ?? [])
  },
  revoke: (id) => request("DELETE", `/api/paired/${encodeURIComponent(id)}`),
  bell: () => request("POST", "/bell"),

  /** A command as on the control socket. */
  command: async (command) => {
    const answer = await (await request("POST", "/api/command", { json: command })).json()
    if (!answer.ok) throw new Trouble(answer.error || "The intercom did not do that.", "")
    return answer.message ?? ""
  },
}

/** Growing pauses with chance in them (full jitter), so that many pages do not come back at once. */
class Backoff {
  #first
  #longest
  #next

  constructor(firstMilliseconds, longestMilliseconds) {
    this.#first = this.#next = firstMilliseconds
    this.#longest = longestMilliseconds
  }

  reset() {
    this.#next = this.#first
  }

  pause() {
    const pause = this.#next * (0.5 + Math.random() / 2)
    this.#next = Math.min(this.#next * 2, this.#longest)
    return pause
  }
}
