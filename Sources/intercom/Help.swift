// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What `--help` prints, for the program and for each command.

/// What `--help` prints.
enum Help {
  static func isAsked(_ words: [String]) -> Bool { words.contains("--help") || words.contains("-h") }

  static func text(of command: String) -> String? {
    switch command {
    case "run": run
    case "call": call
    case "rooms": rooms
    case "check": check
    case "devices": devices
    case "selftest": selftest
    case "version": version
    case "status": status
    case "mute": mute
    case "unmute": unmute
    case "answer": answer
    case "hangup": hangup
    case "volume": volume
    case "dnd": dnd
    case "talk": talk
    case "trust": trust
    case "pair": pair
    case "paired": paired
    case "doctor": doctor
    case "meters": meters
    default: nil
    }
  }

  static let program = """
    intercom: a voice intercom that speaks WebRTC

      intercom run [--config FILE]      answer calls until stopped
      intercom call URL|NAME            call another intercom, or a peer named in the configuration
      intercom call --stdio             the same, with the signaling on stdin and stdout
      intercom rooms [--listen ADDRESS] let intercoms meet in rooms, over WebSocket
      intercom status                   say what the running service does
      intercom meters                   show its levels and each call's quality as they change
      intercom mute                     mute the running service's microphone
      intercom unmute                   no longer mute it
      intercom answer                   answer what rings
      intercom hangup                   end the call, or refuse what rings
      intercom volume PERCENT|+N|-N     set the speaker's volume, or change it
      intercom dnd on|off               refuse calls as busy, or no longer
      intercom talk on|off              press or let go push-to-talk
      intercom trust                    show how phones and computers trust this device, with a QR code
      intercom pair [--admin]           show a code that lets a browser, a program or another intercom in
      intercom pair URL                 pair this intercom with another one
      intercom paired [revoke ID]       list who was let in, or lock somebody out
      intercom doctor [--config FILE]   look for what is wrong on this machine, and say what helps
      intercom check FILE               say what is wrong with a configuration, if anything
      intercom devices                  list sound cards and GPIO chips
      intercom selftest                 check that this binary works on this machine
      intercom selftest sound           hear what the loudspeaker does to the microphone, and say what helps
      intercom version                  say the version, and those of the libraries inside

    intercom COMMAND --help says more. Exit codes: 0 done, 1 failed, 64 wrong command line, 66 no such file,
    69 not available (port in use, no answer), 78 wrong configuration.
    """

  static let run = """
    intercom run [--config FILE]

    Answers calls at http://ADDRESS/call, /whip and /whep until SIGINT or SIGTERM, and shows its state at http://ADDRESS/ and /api/status.
    Without --config it looks for /etc/intercom/intercom.toml, and without that uses its defaults and says so.
    """

  static let call = """
    intercom call NAME [--json] [--socket PATH]
    intercom call room+ws://HOST:PORT/ROOM [--token FILE|TEXT] [--for SECONDS] [--report FILE] [--config FILE]
    intercom call URL|NAME [--here] [--token FILE|TEXT] [--authority DIGEST | --ca FILE] [--for SECONDS]
                  [--report FILE] [--config FILE]
    intercom call --stdio [--answer] [--for SECONDS] [--report FILE] [--config FILE]

    Where an intercom runs as a service, `intercom call NAME` lets it place the call, says so, and ends. A URL, or one
    of the options --here, --token, --authority, --ca, --for, --report and --config, makes this program hold the call by itself, as it does where no
    service runs:

    Calls the intercom at URL (http:// or https://HOST:PORT/call) or the [[peer]] of that name, until SIGINT, SIGTERM, the far side's
    goodbye, or SECONDS after the call is up. Exit code 0 when the call was up and ended so, 1 when it was lost, 69 when it
    never was up.

    With whip+https:// or whip+http:// it publishes the microphone to a media server (WHIP) and plays nothing; with
    whep+https:// or whep+http:// it plays what the server has (WHEP) and sends nothing.

    With room+ws:// it goes into that room of a room server (`intercom rooms`), and has a call with whom it meets there;
    room+wss:// is the same over TLS, where --authority may say whom to believe.

      --here           hold the call in this program even where a service runs
      --json           print the service's answer as it came, one JSON object
      --socket PATH    the service's control socket; without a service there the command fails
      --token FILE|TEXT
                       show this bearer token, or the room's; the name of a file keeps it out of the list of processes
      --authority DIGEST
                       the authority that the far side's https certificate must come from, such as "sha-256 AA:BB:..";
                       it is believed alone
      --ca FILE        believe the authorities in FILE (PEM) instead of the system's
      --for SECONDS    hang up that many seconds after the call is up
      --report FILE    write what was measured as JSON; docs/reference/command-line.md explains the keys
      --config FILE    the configuration, as for run
      --stdio          exchange offer, answer and candidates as lines of JSON on stdin and stdout instead; this side
                       offers at once, and the end of stdin ends the call
      --answer         with --stdio: wait for the far side's offer, and answer it
    """

  static let rooms = """
    intercom rooms [--listen ADDRESS:PORT] [--config FILE]

    Lets intercoms meet in rooms at ws://ADDRESS:PORT/, and at wss:// where [web] https is, until SIGINT or SIGTERM: it
    carries their signaling and cannot hear them. It stores nothing but its certificate.

      --listen ADDRESS:PORT   where to listen, instead of [web] listen of the configuration
      --config FILE           the configuration: [web] says where to listen and who may come in (access =
                              "open" or "token"), [token] whose tokens are taken
    """

  static let check = """
    intercom check FILE
    intercom check --board NAME [--boards FOLDER] [FILE]

    Reads a configuration and prints what is wrong with it: file, line, column, key, what was found, what is allowed.
    With --board it reads the board's file (and FILE, if there is one), and then tells what of it this machine has: the
    model, sound cards, lines, SPI devices. Exit code 0 when no file has a mistake, 78 when one has, 66 when there is no
    such file or board. What is not on this machine is told, and no mistake.

      --board NAME      the board's folder: NAME/intercom.toml
      --boards FOLDER   where the boards are; else INTERCOM_BOARDS, else ./board, else /usr/local/share/intercom/boards
                        (flashed) or /usr/share/intercom/boards (the package)
    """

  static let devices = """
    intercom devices

    Lists the sound cards with what they can do, and the GPIO chips, as this binary sees them.
    """

  static let selftest = """
    intercom selftest
    intercom selftest sound [--config FILE]

    Runs the self-tests inside this binary: test vectors, the linked libraries, whole calls in virtual time. Prints each
    failure and the number of cases. Exit code 0 when all hold, 1 when not.

    With sound it plays ten seconds of chirps and noise at the configured output, records the configured input, and says how
    late and how loud the loudspeaker comes back, how much of it the echo canceller takes away, the noise floor and clipping,
    with advice. The service must not run. Exit code 0 when all is well, 1 when something needs a remedy, 69 when a card
    cannot be opened or the service runs, 78 when input or output are neither sound cards nor files.
    """

  static let version = """
    intercom version

    Prints the version, the commit it was built from, and the versions of the C libraries inside.
    """

  static let status = """
    intercom status [--json] [--socket PATH] [--config FILE]

    Says what the running service does: its state, its calls, its microphone and speaker.

      --json           print the service's answer as it came, one JSON object
      --socket PATH    the service's control socket; without it [control] socket of the configuration, else
                       /run/intercom/control
      --config FILE    the configuration that names the socket; without it /etc/intercom/intercom.toml

    Exit code 0 when it was done, 1 when the service refused, 69 when no service answers or it may not be asked.
    """

  static let meters = """
    intercom meters [--lines] [--seconds N] [--socket PATH] [--config FILE]

    Shows the running service's levels, and of each call level, quality, delay and loss, and how the echo stands: bars
    on a terminal until Ctrl-C, elsewhere a line a second.

      --lines          lines on a terminal too
      --seconds N      end after N seconds
      --socket PATH    the service's control socket; without it [control] socket of the configuration, else
                       /run/intercom/control
      --config FILE    the configuration that names the socket; without it /etc/intercom/intercom.toml

    Exit code 0 when it was ended, 69 when no service answers or it has gone.
    """

  static let mute = """
    intercom mute [--json] [--socket PATH] [--config FILE]

    Mutes the running service's microphone.

      --json           print the service's answer as it came, one JSON object
      --socket PATH    the service's control socket; without it [control] socket of the configuration, else
                       /run/intercom/control
      --config FILE    the configuration that names the socket; without it /etc/intercom/intercom.toml

    Exit code 0 when it was done, 1 when the service refused, 69 when no service answers or it may not be asked.
    """

  static let unmute = """
    intercom unmute [--json] [--socket PATH] [--config FILE]

    No longer mutes the running service's microphone. A mute by the button on the device stays: only the button lifts
    it.

      --json           print the service's answer as it came, one JSON object
      --socket PATH    the service's control socket; without it [control] socket of the configuration, else
                       /run/intercom/control
      --config FILE    the configuration that names the socket; without it /etc/intercom/intercom.toml

    Exit code 0 when it was done, 1 when the service refused, 69 when no service answers or it may not be asked.
    """

  static let answer = """
    intercom answer [--json] [--socket PATH] [--config FILE]

    Answers what rings.

      --json           print the service's answer as it came, one JSON object
      --socket PATH    the service's control socket; without it [control] socket of the configuration, else
                       /run/intercom/control
      --config FILE    the configuration that names the socket; without it /etc/intercom/intercom.toml

    Exit code 0 when it was done, 1 when the service refused, 69 when no service answers or it may not be asked.
    """

  static let hangup = """
    intercom hangup [--json] [--socket PATH] [--config FILE]

    Ends the running service's call, gives up calling, or refuses what rings.

      --json           print the service's answer as it came, one JSON object
      --socket PATH    the service's control socket; without it [control] socket of the configuration, else
                       /run/intercom/control
      --config FILE    the configuration that names the socket; without it /etc/intercom/intercom.toml

    Exit code 0 when it was done, 1 when the service refused, 69 when no service answers or it may not be asked.
    """

  static let volume = """
    intercom volume PERCENT|+N|-N [--json] [--socket PATH] [--config FILE]

    Sets the speaker's volume, 0 to 100, or makes it N steps louder or quieter.

      --json           print the service's answer as it came, one JSON object
      --socket PATH    the service's control socket; without it [control] socket of the configuration, else
                       /run/intercom/control
      --config FILE    the configuration that names the socket; without it /etc/intercom/intercom.toml

    Exit code 0 when it was done, 1 when the service refused, 69 when no service answers or it may not be asked.
    """

  static let pair = """
    intercom pair [--admin] [--no-wait] [--socket PATH] [--config FILE]
    intercom pair URL [--code CODE] [--config FILE]

    Lets the running service show a code of six digits, which lives two minutes and lets one browser, program or intercom in, and waits
    until somebody has used it. With the URL of another intercom (its http:// address), this one and that one learn each other's
    certificates: the code is the one that `intercom pair` shows over there, and the configuration gets a [[peer]].

      --admin          whoever uses the code may let others in and lock them out, too
      --no-wait        do not wait until somebody has used it
      --code CODE      the other intercom's code; without it, it is asked for
      --socket PATH    the service's control socket; without it [control] socket of the configuration, else
                       /run/intercom/control
      --config FILE    the configuration; without it /etc/intercom/intercom.toml

    Exit code 0 when somebody was paired, 1 when nobody was, 69 when no service answers or it may not be asked.
    """

  static let paired = """
    intercom paired [--json] [--socket PATH] [--config FILE]
    intercom paired revoke ID [--json] [--socket PATH] [--config FILE]

    Lists who was let in by pairing, with a number each, or locks number ID out.

      --json           print the service's answer as it came, one JSON object
      --socket PATH    the service's control socket; without it [control] socket of the configuration, else
                       /run/intercom/control
      --config FILE    the configuration that names the socket; without it /etc/intercom/intercom.toml

    Exit code 0 when it was done, 1 when the service refused, 69 when no service answers or it may not be asked.
    """

  static let dnd = """
    intercom dnd on|off [--json] [--socket PATH] [--config FILE]

    Lets the running service refuse every call as busy, or no longer.

      --json           print the service's answer as it came, one JSON object
      --socket PATH    the service's control socket; without it [control] socket of the configuration, else
                       /run/intercom/control
      --config FILE    the configuration that names the socket; without it /etc/intercom/intercom.toml

    Exit code 0 when it was done, 1 when the service refused, 69 when no service answers or it may not be asked.
    """

  static let talk = """
    intercom talk on|off [--json] [--socket PATH] [--config FILE]

    Presses push-to-talk, or lets it go.

      --json           print the service's answer as it came, one JSON object
      --socket PATH    the service's control socket; without it [control] socket of the configuration, else
                       /run/intercom/control
      --config FILE    the configuration that names the socket; without it /etc/intercom/intercom.toml

    Exit code 0 when it was done, 1 when the service refused, 69 when no service answers or it may not be asked.
    """

  static let trust = """
    intercom trust [--certificate] [--no-qr] [--config FILE]

    Shows where phones and computers come to trust this device's HTTPS, once, and the fingerprint to compare: address,
    SHA-256 digest, and on a terminal a QR code with both. It reads the state directory, so it works whether or not the
    service runs; mostly it takes root or the service's user.

      --certificate   print the authority's certificate (PEM), to install it by other means
      --no-qr         no QR code
      --config FILE   the configuration; without it /etc/intercom/intercom.toml

    Exit code 0 when it was shown, 66 when a file cannot be read, 69 when there is no certificate yet.
    """

  static let doctor = """
    intercom doctor [--config FILE]

    Looks at what an intercom needs on this machine: the configuration, sound cards, buttons and lights, real-time
    rights, disk, clock, Wi-Fi, the running service. Prints a line for each, `ok`, `warn` or `FAIL`, and what helps. Run
    it as the user that the service runs as to see what that one sees. Exit code 0 when nothing failed, 1 when something
    did.

      --config FILE    the configuration; without it /etc/intercom/intercom.toml
    """
}
