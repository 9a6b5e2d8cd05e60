// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What kind of call is counted.

import Core

/// How a `CallLoad` is set up.
struct CallPlan {
  /// What is done to the microphones' sound.
  var processing = SoundProcessing.none
  /// Each so many-th voice packet is lost, both ways; 0: none.
  var losesEach = 0
  /// How many far sides the first side talks with at once.
  var farSides = 1
  /// Seconds that pass before anything is counted.
  var warmUpSeconds = 2

  /// The plan named `name`; nil where there is none.
  static func named(_ name: String) -> CallPlan? {
    var plan = CallPlan()
    switch name {
    case "call": return plan
    case "processed": plan.processing = SoundProcessing()
    case "copies": plan.losesEach = 10
    case "whole", "cycles":
      plan.processing = SoundProcessing()
      plan.losesEach = 10
    case "crowd":
      plan.processing = SoundProcessing()
      plan.farSides = Limits.talkersMax
    default: return nil
    }
    // Until copies go along, which takes some reports.
    if plan.losesEach > 0 { plan.warmUpSeconds = 14 }
    return plan
  }
}
