// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
// The few things done to the document: find, make, show.

const find = (id) => document.getElementById(id)

/** An element with properties and children; text is always text, never markup. */
const make = (name, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(name), properties)
  element.append(...children)
  return element
}

const show = (element, visible) => {
  if (element.hidden !== visible) return
  const hadFocus = !visible && element.contains(document.activeElement)
  element.hidden = !visible
  if (hadFocus) queueMicrotask(refocus)
}

/** Whoever works by keyboard goes on at what takes the place of what vanished: the first of these that is there. */
const refocus = () => {
  if (document.activeElement !== document.body && document.activeElement.checkVisibility()) return
  const next = ["talk", "hangup", "answer", "call", "token", "pair-code", "trust"].map(find)
  next.find((element) => element.checkVisibility() && !element.disabled)?.focus()
}

/** Writes only what is new, so that screen readers say it once. */
const write = (element, text) => {
  if (element.textContent !== text) element.textContent = text
}

const icon = (button, name) => button.querySelector("use").setAttribute("href", `#i-${name}`)

/** Runs `action` at clicks; a button that a pointer clicked gives the focus back, so that the space bar talks. */
const onClick = (id, action) =>
  find(id).addEventListener("click", (event) => {
    if (event.detail) event.currentTarget.blur()
    action()
  })

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`

/** What a browser keeps for this page, where it may. */
const recall = (key) => {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

const remember = (key, value) => {
  try {
    localStorage.setItem(key, value)
  } catch {}
}
