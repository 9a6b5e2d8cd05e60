// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// An RSA identity as some far sides present it; made for these tests with `openssl req -x509 -newkey rsa:2048`.

enum RSAFixture {
  /// Its digests, as `openssl x509 -fingerprint` prints them.
  static let sha256 =
    "f71c1a7d510859c237e6e4246275b55f63b047e347694f2dac8420b38f4cc6fc"
  static let sha384 =
    "1381ef9ba35556b99ec29d75c7f168b2c6bdc657675beaeebb4a8e9af5feee916061f52d9115f043a4ced6267080d823"
  static let sha512 =
    "b14ed946a97e12c2f50ea7b85174c990c360af91c65c36a82176d13da72071c81e36bc4f918f6f2fbc3dcf3565d613b1"
    + "32fc39ebf2b2c4cd50596ba62df0852b"

  static let pem = """
    -----BEGIN PRIVATE KEY-----
    MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQDO6Ou+d+6hq4Im
    qMh8OrY6M+FjU3SNJxGEEVHXTPi3hshzG6LJR5Z3/BRrZDxkrcciazhuGmQ4lwoN
    ouGLfp7Buunh+aEl1zUiM+nmRNuvb7eyseRrdwlzNWEU975IVBhk2Zz2jD5IeGo6
    ev1mDZoyuCLEz2T1CAs4G/2PTVq9Uk7u+YW3YQSyPqsPjdwHkKwbIMc++nKtdgkY
    gwR7bsPHCjgd/x7tjRu8tOgWVv3g1grAwGLn6/CYN9cddjS+xoqly3yxmLwJ2lcN
    SMbXqzxq/t9f/xOc/vTcJn9jLJ03FskPI2HGh8yx20jKXkHe0LRwHCWZcxaqrXjE
    v9B3i0e7AgMBAAECggEAD55PZUJCVhvPKEHnWFFKPhx6b/f1vU3sqY5xIhJiV+Ap
    s16rrAvmVMpHdE/Nqz/e3z8+tDjzxb3I+XyJD/GP5EnKq88fFe8nyJwolMQv3Q9O
    y4NYHbCPmw21dVK6H1WRvdMbYRT3AptsUVvFUvXF5Pw3S6noEgL4bdTXEAEjz1SL
    SvJP7DKDt11RX2N9VNLbNR8qkJ2PtuOtVhv3rFLyDX0FrHNSexAtTmJ/quL4IAyE
    KNmTyXhQbli29aWbByDVQpsMf0vgu0qgWVk0ud0Ula3L0dAfSjEFQfscEVrFfZ9s
    XzWi7Tacjs84U9UWQt1+Ze0ok4qFpPk9bTGuI23YyQKBgQD+d8Br31qLP5JIJLBn
    G06uc97WfAnWdzStiE4KH2F2UiJkR037Na0SoH2Fb7BbICyXRup5atcH8xIAWm9P
    w8h7CtJdXiOlqPbL6vyhMadyijDP1Fi6sEmNdvPiE4GKXiZBhRgfdt9DQnZYBWZv
    kw297qL1+pTPEvqWQfV/2Sh8FQKBgQDQJ9x6VBh8xB+yG56LhVH6wa6GbfZWU/2O
    LzbnZ49Tv14rAq2tCfdNpeCm8GlQKTZnPouetaM47LVfnjRYtDUnLhQGukMmDKzq
    Z4Id7zJ+i3OulsdbjC544uA6co4aOiC1JhC8wYdt/JNnUpUUlppGYj1+cvr9kQd5
    E6EAnBwYjwKBgFzvYWBER245vnQIqkBN0dOWz9innnQsPxntgQrjYRX0c0kKXamU
    dewqnw0fuFnfi0mIhdPoODZYCMgGP0bzawG89w1Qd1ZmOhRJcxBv8Qa8/4y3sdwk
    zAgVXIbBtvrQ3cnqEOBU6r9Gw6/r8PhozYkDYZLSfIyQEuLTnhSeO9HtAoGAWwTj
    GraFEqFrvqTnGdkNNNnWJ8ATlEIbwD2TA3K8MIGgeqwsJ1sRQWnEJxs+4adzu4eU
    46xHGBAhaxMxjowWJfC3Hw35aLzoK4NhWReL+9uclP4nZDeS5pdGNyh6TKuYO73O
    WctCHezww6BPwfXstdQlUZKTf6cYHnBf2XVpr68CgYBwNXcK1KhXesB4VJfnlyKx
    i5ECn4cz6VmbfmfyOmhC8bF8h63JvQClJa8Y+jyNd+cnT/ZF7X+KxGPjtzxEOWvp
    JY1+hGdAdZKW0mUz3U0LUQs1pu4CNsrlRrAbNQP01YOw3Vxm6/8CgclB46cuqlHV
    cdHD5fkcriF404DP/GsoDg==
    -----END PRIVATE KEY-----
    -----BEGIN CERTIFICATE-----
    MIIC/zCCAeegAwIBAgIUYlWgUNRzt9TV4QxYz3vOErvyfv8wDQYJKoZIhvcNAQEL
    BQAwDjEMMAoGA1UEAwwDcnNhMCAXDTI2MTEyMjE1Mzc0MFoYDzIxMjYxMDI5MTUz
    NzQwWjAOMQwwCgYDVQQDDANyc2EwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEK
    AoIBAQDO6Ou+d+6hq4ImqMh8OrY6M+FjU3SNJxGEEVHXTPi3hshzG6LJR5Z3/BRr
    ZDxkrcciazhuGmQ4lwoNouGLfp7Buunh+aEl1zUiM+nmRNuvb7eyseRrdwlzNWEU
    975IVBhk2Zz2jD5IeGo6ev1mDZoyuCLEz2T1CAs4G/2PTVq9Uk7u+YW3YQSyPqsP
    jdwHkKwbIMc++nKtdgkYgwR7bsPHCjgd/x7tjRu8tOgWVv3g1grAwGLn6/CYN9cd
    djS+xoqly3yxmLwJ2lcNSMbXqzxq/t9f/xOc/vTcJn9jLJ03FskPI2HGh8yx20jK
    XkHe0LRwHCWZcxaqrXjEv9B3i0e7AgMBAAGjUzBRMB0GA1UdDgQWBBRqyREdaV/G
    ojTqvWelq2EIbCQTTjAfBgNVHSMEGDAWgBRqyREdaV/GojTqvWelq2EIbCQTTjAP
    BgNVHRMBAf8EBTADAQH/MA0GCSqGSIb3DQEBCwUAA4IBAQAyPabgCOz+BN0EPu+W
    tmtRv0Q376voz1fvrCk2AIdPUYWnrsXhmV6HCFw8QO9Nr9sGvVGc3YkLgEf+vETA
    csc0A8QHkuFHpzScENaoTfK/Q1k7YfzaycQvkkIC7TNkzNOGFP1Ns9on+YzUi7u2
    Ya921kzYL9DPa8lshtvKU9FI0X48MpBPzm8P0+KOo3SL/budj8+Bv1DFl4p+lW27
    5xh6JQN+Cy75JjWH2IknpQ8/BSn1yxrD8RCDbvliAmnJ5AeCUQ+9p2ps4BFfQl5I
    Qh0kQQXyhUb9PKVAtzVYzKvB4tpof2XkM6TaYoJ4xpH7nfuBW5SFfIcfizI7i5pU
    Ebk8
    -----END CERTIFICATE-----
    """
}
