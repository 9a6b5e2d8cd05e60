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
  if (element.hidden === visible) element.hidden = !visible
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
