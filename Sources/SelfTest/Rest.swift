extension SelfTest {
  static var iceCases: [SelfTestCase] { [] }
  static var mediaCases: [SelfTestCase] { [] }
  static var descriptionCases: [SelfTestCase] { [] }
  static var securityCases: [SelfTestCase] { [] }
  static var voiceCases: [SelfTestCase] { [] }
  static var productCases: [SelfTestCase] { [] }
  static var callCases: [SelfTestCase] { [] }
}
