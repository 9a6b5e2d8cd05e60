/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The intercom authors
 *
 * What of mbedTLS 3.6 intercom uses: the whole configuration, in place of upstream's.
 *
 * Written from the list of what the product speaks, not by trimming the default: DTLS 1.2 with DTLS-SRTP for calls,
 * TLS 1.2 and 1.3 for the web side and for TURN, X.509 for both, AES and HMAC for libsrtp. Whatever is not named here
 * is not in the binary. It is installed as <mbedtls/mbedtls_config.h>, so includers need no macro.
 */

/* ---- Machine ---- */
#define MBEDTLS_HAVE_ASM
#define MBEDTLS_PLATFORM_C
/* Certificates are checked against the date; a board without a clock clears the flag in its verify callback. */
#define MBEDTLS_HAVE_TIME
#define MBEDTLS_HAVE_TIME_DATE
#define MBEDTLS_VERSION_C
#define MBEDTLS_DEPRECATED_REMOVED
/* TLS 1.3 keeps its keys in the one PSA key store of the process; handshakes run on a thread of their own beside the loop
 * thread, which encrypts and decrypts (docs/decisions/handshake-thread.md). */
#define MBEDTLS_THREADING_C
#define MBEDTLS_THREADING_PTHREAD
/* Left out: FS_IO, NET_C, TIMING_C (the Linux room does files, sockets and timers), ERROR_C and DEBUG_C (codes, not
 * text). */

/* ---- Chance ---- */
#define MBEDTLS_ENTROPY_C
#define MBEDTLS_CTR_DRBG_C
#define MBEDTLS_HMAC_DRBG_C
/* RFC 6979: a signature needs no randomness, so a poor source at first boot cannot give the key away. */
#define MBEDTLS_ECDSA_DETERMINISTIC

/* ---- Ciphers ---- */
#define MBEDTLS_CIPHER_C
#define MBEDTLS_AES_C
/* Hardware AES is found at run time; the tables serve the boards without it (Raspberry Pi up to 4), and standing in
 * the read-only part they need no initialisation. */
#define MBEDTLS_AESNI_C
#define MBEDTLS_AESCE_C
#define MBEDTLS_AES_ROM_TABLES
#define MBEDTLS_CIPHER_MODE_CTR
#define MBEDTLS_GCM_C
#define MBEDTLS_CHACHA20_C
#define MBEDTLS_POLY1305_C
#define MBEDTLS_CHACHAPOLY_C

/* ---- Hashes and keys from them ---- */
#define MBEDTLS_MD_C
/* SHA-1 only for SRTP's HMAC-SHA1-80; the X.509 profile refuses it in certificates. */
#define MBEDTLS_SHA1_C
#define MBEDTLS_SHA256_C
#define MBEDTLS_SHA384_C
#define MBEDTLS_SHA512_C
#if defined(__aarch64__)
#define MBEDTLS_SHA256_USE_ARMV8_A_CRYPTO_IF_PRESENT
#endif
#define MBEDTLS_HKDF_C

/* ---- Public keys ---- */
#define MBEDTLS_BIGNUM_C
#define MBEDTLS_ECP_C
#define MBEDTLS_ECP_NIST_OPTIM
#define MBEDTLS_ECP_DP_SECP256R1_ENABLED
/* P-384 for the certificate authorities that sign with it; calls themselves use P-256 and X25519. */
#define MBEDTLS_ECP_DP_SECP384R1_ENABLED
#define MBEDTLS_ECP_DP_CURVE25519_ENABLED
#define MBEDTLS_ECDH_C
#define MBEDTLS_ECDSA_C
#define MBEDTLS_RSA_C
#define MBEDTLS_PKCS1_V15
#define MBEDTLS_PKCS1_V21
#define MBEDTLS_PK_C
#define MBEDTLS_PK_PARSE_C
#define MBEDTLS_PK_WRITE_C
#define MBEDTLS_PK_PARSE_EC_COMPRESSED

/* ---- Certificates ---- */
#define MBEDTLS_ASN1_PARSE_C
#define MBEDTLS_ASN1_WRITE_C
#define MBEDTLS_OID_C
#define MBEDTLS_BASE64_C
#define MBEDTLS_PEM_PARSE_C
#define MBEDTLS_PEM_WRITE_C
#define MBEDTLS_X509_USE_C
#define MBEDTLS_X509_CRT_PARSE_C
#define MBEDTLS_X509_CREATE_C
#define MBEDTLS_X509_CRT_WRITE_C
#define MBEDTLS_X509_RSASSA_PSS_SUPPORT
#define MBEDTLS_X509_REMOVE_INFO

/* ---- PSA, which TLS 1.3 computes with. Keys live only in memory. ---- */
#define MBEDTLS_PSA_CRYPTO_C
#define MBEDTLS_PSA_KEY_STORE_DYNAMIC

/* ---- TLS and DTLS ---- */
#define MBEDTLS_SSL_TLS_C
#define MBEDTLS_SSL_CLI_C
#define MBEDTLS_SSL_SRV_C
#define MBEDTLS_SSL_PROTO_TLS1_2
#define MBEDTLS_SSL_PROTO_TLS1_3
#define MBEDTLS_SSL_TLS1_3_COMPATIBILITY_MODE
#define MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL_ENABLED
#define MBEDTLS_KEY_EXCHANGE_ECDHE_ECDSA_ENABLED
#define MBEDTLS_KEY_EXCHANGE_ECDHE_RSA_ENABLED
#define MBEDTLS_SSL_ALL_ALERT_MESSAGES
#define MBEDTLS_SSL_ALPN
#define MBEDTLS_SSL_SERVER_NAME_INDICATION
/* RFC 7627: what the SRTP keys are exported from is bound to the whole handshake. */
#define MBEDTLS_SSL_EXTENDED_MASTER_SECRET
/* Not SSL_KEYING_MATERIAL_EXPORT: a DTLS server that calls it when the handshake returns reads through a null pointer
 * (3.6.6 keeps the handshake's transform until the client's first record). The key callback and the PRF do the same. */
/* The fingerprint in the session description is compared with the certificate after the handshake. */
#define MBEDTLS_SSL_KEEP_PEER_CERTIFICATE
#define MBEDTLS_SSL_PROTO_DTLS
#define MBEDTLS_SSL_DTLS_ANTI_REPLAY
#define MBEDTLS_SSL_DTLS_HELLO_VERIFY
#define MBEDTLS_SSL_COOKIE_C
#define MBEDTLS_SSL_DTLS_SRTP
/* Left out: renegotiation, session tickets and caches (a handshake a call, a few a page), connection ids, pre-shared
 * keys, static RSA and finite-field key exchange, CBC and with it encrypt-then-MAC, context serialisation. */

/* ---- Sizes ---- */
/* A TLS peer may send records of 16 KiB and cannot be told not to. What we send is cut: 8 KiB hold the longest
 * handshake message of ours, a certificate chain of three RSA certificates, and save 8 KiB a connection. */
#define MBEDTLS_SSL_IN_CONTENT_LEN 16384
#define MBEDTLS_SSL_OUT_CONTENT_LEN 8192
/* A DTLS handshake message is put together from its fragments here; the largest we accept is a certificate chain. */
#define MBEDTLS_SSL_DTLS_MAX_BUFFERING 32768
/* RSA to 4,096 bits; checking one needs no more. */
#define MBEDTLS_MPI_MAX_SIZE 512
#define MBEDTLS_SSL_CIPHERSUITES \
    MBEDTLS_TLS1_3_AES_128_GCM_SHA256, MBEDTLS_TLS1_3_CHACHA20_POLY1305_SHA256, MBEDTLS_TLS1_3_AES_256_GCM_SHA384, \
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, \
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, \
    MBEDTLS_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
