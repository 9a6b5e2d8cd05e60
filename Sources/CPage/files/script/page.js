// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
// Puts the parts together. Who the intercom says that we are decides what is shown.

const sound = new Sound()
const attention = new Attention(sound)
const view = new View(sound)
const far = find("far")
let device = { name: "intercom" }
let ring

const call = new Call({
  state(state) {
    if (state !== "idle") view.trouble()
    attention.awake = state !== "idle"
    view.call()
    if (state !== "microphone") view.log(state === "idle" ? "The call is over." : stateWords[state][0])
    if (latest) view.status(latest, order)
  },
  microphone(stream) {
    talk.track = stream?.getAudioTracks()[0]
    view.meter("mine", stream)
  },
  far(stream) {
    far.srcObject = stream ?? null
    view.meter("far", stream)
    show(find("hear"), false)
    if (stream) hear()
  },
  trouble: (trouble) => tell(trouble),
  log: (text) => view.log(text),
})
const talk = new Talk(() => view.call())
view.bind(call, talk)

/** Plays the far side; a browser that wants a touch first gets a button for it. */
const hear = () =>
  far.play().then(
    () => show(find("hear"), false),
    (error) => error.name === "NotAllowedError" && show(find("hear"), true),
  )

/** Says what is wrong. Where there is no answer the stream of events may be gone unnoticed, so it is begun anew. */
const tell = (trouble) => {
  view.trouble(trouble)
  if (trouble.lost) start()
}

/** Gives the intercom a command. */
const order = async (command) => {
  try {
    const message = await api.command(command)
    if (message) view.log(message)
  } catch (trouble) {
    tell(trouble)
  }
}

/** The intercom calls its pages, or no longer does. */
const ringing = (now) => {
  ring = now
  show(find("ringing"), !!now)
  if (!now) return attention.quiet()
  const words = `${now.from || device.name} is calling`
  write(find("ringing-words"), words)
  view.log(`${words}.`)
  attention.ring(words)
}

let latest
const events = new Events({
  open: () => view.network("Online", "good"),
  lost: () => view.network("No answer, trying again…", "warn"),
  again: () => start(),
  status(status) {
    latest = status
    view.status(status, order)
    if (ring && status.ring === null) ringing()
  },
  levels: (levels) => view.levels(levels),
  log: ({ text, weight }) => view.log(text, weight),
  ring: (now) => call.state === "idle" && now.id !== ring?.id && ringing(now),
  ring_over: ({ id }) => id === ring?.id && ringing(),
  bell() {
    view.log("The bell rang.")
    attention.bell("The bell rang")
  },
})
const pairing = new Pairing(view, () => start())

/** What this browser may do here; where it may not do enough, the panel that helps. */
const panelFor = ({ role, secure, access }) => {
  if (role) return "call"
  if (!secure) return "insecure"
  return access === "token" ? "token" : "pair"
}

let brought = linkedToken()
let retry
const backoff = new Backoff(1000, 15000)
const start = async () => {
  clearTimeout(retry)
  try {
    device = await api.me()
  } catch {
    // A call goes on without: its sound takes another way.
    view.network("No answer, trying again…", "warn")
    retry = setTimeout(start, backoff.pause())
    return
  }
  backoff.reset()
  call.servers = device.ice_servers ?? []
  view.name = attention.title = device.name
  const panel = panelFor(device)
  view.panel(panel)
  view.network("Online", "good")
  write(find("fingerprint"), device.fingerprint ?? "")
  write(find("version"), device.version)
  if (panel !== "call") {
    call.hangUp()
    events.close()
    if (panel === "token" && brought) pairing.bring(brought, start)
    brought = undefined
    return
  }
  events.open()
  show(find("admin-card"), device.role === "admin" && device.access !== "open")
  show(find("unpair"), device.access !== "open")
  if (device.role === "admin" && device.access !== "open") pairing.list()
  if (!window.isSecureContext) view.trouble(Trouble.microphone())
  call.resume()
}

onClick("call", () => call.start())
onClick("hangup", () => call.hangUp())
onClick("answer", () => {
  const { id } = ring
  ringing()
  call.start({ ring: id })
})
onClick("decline", () => ringing())
onClick("hear", hear)
onClick("error-close", () => view.trouble())
onClick("error-listen", () => call.start({ listen: true }))
onClick("device-mute", () => order({ command: find("device-mute").dataset.command }))
onClick("device-answer", () => order({ command: "answer" }))
onClick("device-hangup", () => order({ command: "hangup" }))
for (const button of document.querySelectorAll("[data-bell]"))
  button.addEventListener("click", () =>
    api.bell().then(() => view.log("You rang the bell."), tell))

const notify = find("notify")
show(notify, globalThis.Notification?.permission === "default" && window.isSecureContext)
onClick("notify", () => Notification.requestPermission().then(() => show(notify, false)))

addEventListener("pagehide", () => {
  events.close()
  call.leave()
})
addEventListener("hashchange", () => (brought = linkedToken()) && start())
addEventListener("pageshow", (event) => event.persisted && start())
start()
