# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""The `/call` exchange (docs/reference/signaling.md) in the browser's stead, so that a case sees every byte of it."""

import re
import urllib.error
import urllib.request

from harness import PATIENCE_SECONDS

# Loopback needs no proxy, whatever the environment says.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def ask(url, method, body="", **fields):
    """One request; answers its status, its fields and its body, whatever the status is."""
    headers = {name.replace("_", "-"): value for name, value in fields.items()}
    request = urllib.request.Request(url, body.encode() if body else None, headers, method=method)
    try:
        with OPENER.open(request, timeout=PATIENCE_SECONDS) as response:
            return response.status, response.headers, response.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.headers, refused.read().decode()


class Call:
    """A call that the page offers to the intercom; `trickle` sends its candidates after its offer."""

    def __init__(self, page, intercom, *, trickle=False, name="Browser"):
        self.page = page
        self.offer = page.evaluate("() => browserTest.offer()")
        self.sent = self.offer["bare" if trickle else "full"]
        self.status, self.fields, self.answer = ask(
            intercom.url + "/call", "POST", self.sent, Content_Type="application/sdp", Intercom_Name=name)
        self.fragment_status = None
        if self.status != 201:
            page.evaluate("() => browserTest.hangUp()")
            return
        self.session = intercom.url + self.fields["Location"]
        page.evaluate("(sdp) => browserTest.take(sdp)", self.answer)
        if trickle:
            self.fragment_status, _, _ = ask(
                self.session, "PATCH", fragment(self.offer["full"]),
                Content_Type="application/trickle-ice-sdpfrag", If_Match=self.fields["ETag"])

    def delete(self):
        """What a page does when its person hangs up."""
        status, _, _ = ask(self.session, "DELETE")
        self.page.evaluate("() => browserTest.hangUp()")
        return status


def fragment(description):
    """What RFC 8840 wants of a description: its credentials and candidates."""
    lines = description.split("\r\n")
    wanted = [next(line for line in lines if line.startswith(prefix))
              for prefix in ("a=ice-ufrag:", "a=ice-pwd:", "m=audio", "a=mid:")]
    wanted += [line for line in lines if line.startswith("a=candidate:")]
    return "\r\n".join([*wanted, "a=end-of-candidates", ""])


def setup_role(description):
    return re.search(r"a=setup:(\w+)", description).group(1)
