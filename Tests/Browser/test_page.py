# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""The page against a stand-in for the web server: what is shown and asked, by Chromium; no program is needed."""

import contextlib
import gzip
import json
import statistics
import tempfile

import pytest
from chromium import playwright
from processes import environment, executable
from page_server import StandIn, page_files

ARGUMENTS = ["--no-sandbox", "--use-fake-device-for-media-stream", "--allow-loopback-in-peer-connection",
             "--autoplay-policy=no-user-gesture-required", "--disable-features=WebRtcHideLocalIpsWithMdns", "--no-proxy-server"]
ALLOWED = "--use-fake-ui-for-media-stream"
CONNECTED = "#state[data-state=connected]"
# Every stop of the tab key, in the document's order; of a group of choices the chosen one.
STOPS = """() => [...document.querySelectorAll("a[href], button, input, summary, [tabindex]")]
  .filter((element) => element.checkVisibility() && !element.disabled && (element.type !== "radio" || element.checked))
  .map((element) => element.id || element.textContent.trim())"""
# Where the focus is, and whether it is seen there.
FOCUS = """() => { const element = document.activeElement, drawn = element.type === "radio" ? element.parentElement : element
  return [element.id || element.textContent.trim(), getComputedStyle(drawn).outlineStyle !== "none"] }"""

# Contrast of every text that is shown, WCAG 2.2: answers those below 4.5 (3 for large text).
CONTRAST = """() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true })
  const parse = (color) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1)
    return [...canvas.getImageData(0, 0, 1, 1).data] }
  const light = (color) => color.slice(0, 3).map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0)
  const ground = (element) => { for (; element; element = element.parentElement) {
    const color = parse(getComputedStyle(element).backgroundColor); if (color[3] === 255) return color } return [255, 255, 255] }
  const low = []
  for (const element of document.querySelectorAll("body *")) {
    if (!element.checkVisibility() || element.closest(":disabled")) continue
    if (![...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) continue
    const style = getComputedStyle(element)
    const [a, b] = [light(parse(style.color)), light(ground(element))].sort((x, y) => y - x)
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700)
    const ratio = (a + 0.05) / (b + 0.05)
    if (ratio < (large ? 3 : 4.5)) low.push(`${element.id || element.textContent.trim()}: ${ratio.toFixed(2)}`)
  }
  return low
}"""
# What can be pressed and is smaller than 44 pixels, and what has no name.
PRESSABLE = """() => [...document.querySelectorAll("button, a.button, summary, label:has(input[type=radio]), input:not([type=radio])")]
  .filter((element) => element.checkVisibility())
  .filter((element) => element.getBoundingClientRect().height < 43.5
    || !(element.labels?.length || element.ariaLabel || element.textContent.trim()))
  .map((element) => element.id || element.outerHTML)"""


@contextlib.contextmanager
def browser(*more):
    """A Chromium of one's own, ended with the block."""
    with tempfile.TemporaryDirectory() as home:
        running = playwright().chromium.launch(
            executable_path=executable("chromium", "chromium"), args=[*ARGUMENTS, *more], env=environment(home))
        try:
            yield running
        finally:
            running.close()


@pytest.fixture(scope="module")
def chromium_allowed():
    with browser(ALLOWED) as running:
        yield running


@pytest.fixture
def stand_in():
    server = StandIn()
    yield server
    server.close()


@pytest.fixture
def visit(chromium_allowed, stand_in):
    """Opens the page, beside a far side; what breaks the Content-Security-Policy, or is thrown, fails the test."""
    contexts, complaints = [], []

    def open_page(panel="call", **options):
        context = chromium_allowed.new_context(permissions=["microphone"], **options)
        contexts.append(context)
        context.new_page().goto(stand_in.url + "far")
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: "Security Policy" in message.text and complaints.append(message.text))
        page.goto(stand_in.url)
        page.wait_for_selector(f"body[data-panel={panel}]")
        while panel == "call" and not stand_in.streams:
            page.wait_for_timeout(20)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints


def test_the_page_is_small():
    total = sum(len(gzip.compress(data, 9)) for _, data in page_files().values())
    print(f"the page: {total} bytes compressed, {sum(len(data) for _, data in page_files().values())} as it lies")
    assert total <= 60_000


def test_a_code_lets_in_and_a_wrong_one_does_not(visit, stand_in):
    stand_in.me["role"] = None
    page = visit("pair", viewport={"width": 320, "height": 640})
    page.fill("#pair-code", "111111")
    page.click("#pair-submit")
    page.wait_for_selector("#pair-error:not(:empty)")
    page.fill("#pair-code", "123 456")
    page.click("#pair-submit")
    page.wait_for_selector("#stage:visible")
    assert json.loads(stand_in.asked("POST", "/api/pair")[-1][3])["code"] == "123456"


def test_a_token_lets_in_by_its_field_and_by_a_link(visit, stand_in):
    stand_in.me.update(role=None, access="token")
    stand_in.token = "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjQwMDAwMDAwMDB9.c2lnbmVk"
    page = visit("token")
    assert page.is_visible("#pair-code"), "a code lets in as well"
    for shown, answer in (("nonsense", "three parts"), ("a.b.c", "expired")):
        page.fill("#token", shown)
        page.press("#token", "Enter")
        page.wait_for_selector(f"#token-error:has-text('{answer}')")
    assert not page.context.cookies()
    page.fill("#token", stand_in.token)
    page.press("#token", "Enter")
    page.wait_for_selector("#stage:visible")
    page.click("#unpair")
    page.wait_for_selector("body[data-panel=token]")
    assert not page.context.cookies()
    page.goto(f"{stand_in.url}#token={stand_in.token}")
    page.wait_for_selector("#stage:visible")
    assert page.url == stand_in.url
    assert page.context.cookies()[0]["expires"] > 0


def test_without_https_the_one_step_is_explained(visit, stand_in):
    stand_in.me.update(role=None, secure=False)
    page = visit("insecure")
    assert page.get_attribute("#trust", "href") == "/trust"
    page.click("[data-in=insecure] [data-bell]")
    page.wait_for_timeout(200)
    assert stand_in.asked("POST", "/bell")


def test_a_call_talks_by_space_bar_and_pointer_and_not_otherwise(visit):
    page = visit()
    page.click("#call")
    page.wait_for_selector(CONNECTED)
    sending = lambda: page.get_attribute("#talk", "data-sending")  # noqa: E731
    assert sending() == "false"
    page.keyboard.down("Space")
    assert sending() == "true"
    page.evaluate("dispatchEvent(new Event('blur'))")
    assert sending() == "false"
    page.keyboard.up("Space")
    page.hover("#talk")
    page.mouse.down()
    assert sending() == "true"
    page.mouse.up()
    assert sending() == "false"
    page.focus("#mute-speaker")
    page.keyboard.press("Space")
    assert sending() == "false" and page.get_attribute("#mute-speaker", "aria-pressed") == "true"
    page.click("#mute-mic")
    assert page.is_disabled("#talk")
    page.click("#hangup")
    page.wait_for_selector("#state[data-state=idle]")


def test_the_tab_key_goes_through_the_page_in_its_order(visit, stand_in):
    stand_in.me["role"] = "admin"
    page = visit(viewport={"width": 390, "height": 844})
    page.wait_for_selector("#paired li")
    for step in ("idle", "call"):
        if step == "call":
            page.click("#call")
            page.wait_for_selector(CONNECTED)
        expected, seen = page.evaluate(STOPS), []
        for _ in expected:
            page.keyboard.press("Tab")
            name, is_drawn = page.evaluate(FOCUS)
            assert is_drawn, f"{step}: the focus on {name} is not seen"
            seen.append(name)
        start = expected.index(seen[0])
        assert seen == expected[start:] + expected[:start], step
        page.evaluate("document.activeElement.blur()")


def test_the_focus_stays_and_goes_on_where_its_place_vanishes(visit, stand_in):
    page = visit()
    focus = lambda: page.evaluate(FOCUS)[0]  # noqa: E731
    page.focus("#bell")
    stand_in.push("ring", {"id": "r1", "from": "Front door"})
    page.wait_for_selector("#ringing:visible")
    stand_in.set_status(trouble="The sound card is gone.", waiting=2, state="ringing", ring="r1")
    page.wait_for_selector("#device-answer:visible")
    assert focus() == "bell"
    page.press("#decline", "Enter")
    assert focus() == "call"
    stand_in.refuse["POST", "/call"] = (503, {}, "It is in another call.")
    page.keyboard.press("Enter")
    page.wait_for_selector("#error:visible")
    assert focus() == "call"
    page.press("#error-close", "Enter")
    assert focus() == "call"
    stand_in.refuse.clear()
    page.keyboard.press("Enter")
    page.wait_for_selector(CONNECTED)
    assert focus() == "talk"
    page.keyboard.down("Space")
    assert page.get_attribute("#talk", "data-sending") == "true"
    page.keyboard.up("Space")
    assert page.get_attribute("#talk", "data-sending") == "false"
    page.press("#hangup", "Enter")
    page.wait_for_selector("#state[data-state=idle]")
    assert focus() == "call"


def test_the_intercoms_stun_servers_are_used_and_fragments_are_whole(visit, stand_in):
    stand_in.me["ice_servers"] = servers = ["stun:127.0.0.1:9", "stun:[::1]:3478"]
    page = visit()
    page.evaluate("""() => {
      globalThis.made = []
      globalThis.RTCPeerConnection = class extends RTCPeerConnection {
        constructor(configuration) {
          super(configuration)
          made.push(configuration.iceServers)
        }
      }
    }""")
    page.click("#call")
    page.wait_for_selector(CONNECTED)
    assert page.evaluate("made") == [[{"urls": servers}]]
    while not (patches := stand_in.asked("PATCH", f"/call/{1:032x}")):
        page.wait_for_timeout(20)
    offer = stand_in.asked("POST", "/call")[-1][3].decode().splitlines()
    lines = patches[0][3].decode().split("\r\n")
    assert lines[2] == "m=audio 9 UDP/TLS/RTP/SAVPF 0" and lines[-1] == ""
    assert [line.split(":")[0] for line in lines[:6] if line[0] == "a"] == [
        "a=group", "a=ice-options", "a=mid", "a=ice-ufrag", "a=ice-pwd"]
    assert all(line in offer for line in lines[:6] if line[0] == "a"), lines
    assert all(line.startswith(("a=candidate:", "a=end-of-candidates")) for line in lines[6:-1]), lines


def test_a_ring_is_answered_and_a_reload_gets_the_call_back(visit, stand_in):
    page = visit()
    stand_in.push("ring", {"id": "r1", "from": "Front door"})
    page.click("#answer")
    page.wait_for_selector(CONNECTED)
    assert stand_in.asked("POST", "/call")[-1][2]["Intercom-Ring"] == "r1"
    page.reload()
    page.wait_for_selector(CONNECTED)
    assert stand_in.asked("POST", "/call")[-1][2]["Intercom-Replaces"] == f"/call/{1:032x}"


def test_troubles_are_said_with_their_remedies(visit, stand_in):
    page = visit()
    stand_in.set_status(microphone_muted=True, muted_by_hardware=True, trouble="The sound card is gone.")
    page.wait_for_selector("#device-hardware:visible")
    assert not page.is_visible("#device-mute")
    stand_in.refuse["POST", "/call"] = (503, {"Retry-After": 5}, "It is in another call.")
    page.click("#call")
    page.wait_for_selector("#error:visible")
    assert "busy" in page.inner_text("#error") and "5 s" in page.inner_text("#error")


def test_an_intercom_that_is_gone_is_not_called_online(visit, stand_in):
    page = visit()
    page.context.set_offline(True)
    page.click("#call")
    page.wait_for_selector("#error:has-text('does not answer')")
    page.wait_for_selector("#network[data-tone=warn]")
    page.context.set_offline(False)
    page.wait_for_selector("#network[data-tone=good]")
    page.click("#call")
    page.wait_for_selector(CONNECTED)


def test_a_microphone_that_is_denied_is_explained(stand_in):
    with browser() as running:
        page = running.new_page()
        page.goto(stand_in.url)
        page.click("#call")
        page.wait_for_selector("#error-listen:visible")
        assert "not allowed" in page.inner_text("#error")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_can_be_read_and_pressed(visit, stand_in, scheme):
    stand_in.me["role"] = "admin"
    page = visit(viewport={"width": 320, "height": 640}, color_scheme=scheme, reduced_motion="reduce")
    stand_in.set_status(microphone_muted=True, muted_by_hardware=True, trouble="The sound card is gone.", waiting=2)
    stand_in.push("ring", {"id": "r1", "from": "Front door"})
    page.click("#let-in")
    page.wait_for_selector("#answer:visible")
    page.wait_for_selector("#paired li")
    for step in ("ring", "call"):
        if step == "call":
            page.click("#answer")
            page.wait_for_selector(CONNECTED)
            stand_in.push("levels", {"quality": 61, "limited_by": "loss"})
            page.wait_for_selector("#quality:visible")
        assert page.evaluate(CONTRAST) == [], step
        assert page.evaluate(PRESSABLE) == [], step
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), step


def test_the_log_is_bounded(visit, stand_in):
    page = visit()
    for number in range(500):
        stand_in.push("log", {"text": f"line {number}", "weight": "notice"})
    page.wait_for_selector("#log li:has-text('line 499')")  # not by wait_for_function, which the page's policy forbids
    assert page.evaluate("document.querySelector('#log').childElementCount") <= 100


def test_the_first_paint_comes_soon(visit):
    page = visit()
    paints = []
    for _ in range(12):
        page.reload()
        page.wait_for_selector("#stage:visible")
        paints.append(page.evaluate("performance.getEntriesByType('paint')[0].startTime"))
    print(f"first paint: best {min(paints):.0f} ms, median of 12 {statistics.median(paints):.0f} ms")
    assert min(paints) <= 100
