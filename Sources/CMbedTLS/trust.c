// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Whether a server's certificates are to be believed: an authority of a bundle, a pinned authority that came along in the
// chain, or one pinned certificate.
//
// DESIGN. The library checks signatures, dates, names and usage (RFC 5280 section 6); what it leaves out is done here:
// name constraints for DNS names and addresses. Constraints on other kinds of names are only right where the certificate
// has no such names. Left out: revocation (a device has nobody to ask), certificate policies.
#include "certificates.h"
#include <mbedtls/asn1.h>
#include <mbedtls/oid.h>
#include <string.h>
#include <time.h>

// Authorities between a certificate and the trusted one, that one included.
#define CONSTRAINTS_MAX 8
// A clock before 2026-01-01 has not been set yet: a certificate can't be judged "not valid yet" by it.
#define CLOCK_SET_SECONDS 1767225600

// Kinds of GeneralName (RFC 5280 section 4.2.1.6), as tags in a certificate.
#define NAME_DNS (MBEDTLS_ASN1_CONTEXT_SPECIFIC | 2)
#define NAME_ADDRESS (MBEDTLS_ASN1_CONTEXT_SPECIFIC | 7)
#define TAG_PERMITTED (MBEDTLS_ASN1_CONTEXT_SPECIFIC | MBEDTLS_ASN1_CONSTRUCTED | 0)
#define TAG_EXCLUDED (MBEDTLS_ASN1_CONTEXT_SPECIFIC | MBEDTLS_ASN1_CONSTRUCTED | 1)

typedef struct {
  const mbedtls_x509_crt *authorities[CONSTRAINTS_MAX];
  int count;
  int is_forbidden;
} path;

static int lower(int byte) { return byte >= 'A' && byte <= 'Z' ? byte + 32 : byte; }

// Whether a DNS name is `base` or below it; a dot in front of the base changes nothing, an empty base holds all.
static int is_below(const mbedtls_x509_buf *name, const uint8_t *base, size_t count) {
  if (count > 0 && base[0] == '.') base++, count--;
  if (count == 0) return 1;
  if (name->len < count) return 0;
  const uint8_t *tail = name->p + name->len - count;
  for (size_t index = 0; index < count; index++) {
    if (lower(tail[index]) != lower(base[index])) return 0;
  }
  return name->len == count || tail[-1] == '.';
}

// Whether an address lies in a network: the address of the network, and its mask.
static int is_in_network(const mbedtls_x509_buf *address, const uint8_t *base, size_t count) {
  if (count != 2 * address->len) return 0;
  for (size_t index = 0; index < address->len; index++) {
    uint8_t mask = base[address->len + index];
    if ((address->p[index] & mask) != (base[index] & mask)) return 0;
  }
  return 1;
}

// Looks for `name` in a list of subtrees: whether one holds it, and whether one is of its kind at all. 0 or an error.
static int search(
    const mbedtls_x509_buf *name, unsigned char *start, size_t count, int *is_held, int *has_kind) {
  unsigned char *at = start, *end = start + count;
  while (at < end) {
    size_t size = 0;
    int code = mbedtls_asn1_get_tag(&at, end, &size, MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE);
    if (code != 0) return code;
    unsigned char *next = at + size;
    if (size < 2) return MBEDTLS_ERR_ASN1_OUT_OF_DATA;
    int tag = *at++;
    code = mbedtls_asn1_get_len(&at, next, &size);
    if (code != 0) return code;
    // The constructed bit tells nothing of the kind.
    if ((tag & ~MBEDTLS_ASN1_CONSTRUCTED) == (name->tag & ~MBEDTLS_ASN1_CONSTRUCTED)) {
      *has_kind = 1;
      if (name->tag == NAME_DNS && is_below(name, at, size)) *is_held = 1;
      if (name->tag == NAME_ADDRESS && is_in_network(name, at, size)) *is_held = 1;
      if (name->tag != NAME_DNS && name->tag != NAME_ADDRESS) return MBEDTLS_ERR_ASN1_UNEXPECTED_TAG;
    }
    at = next;
  }
  return 0;
}

// Whether one name may stand in a certificate below an authority with these constraints.
static int is_permitted(const mbedtls_x509_buf *name, unsigned char *start, unsigned char *end) {
  size_t size = 0;
  if (mbedtls_asn1_get_tag(&start, end, &size, MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE) != 0) return 0;
  end = start + size;
  while (start < end) {
    int tag = *start++, is_held = 0, has_kind = 0;
    if (mbedtls_asn1_get_len(&start, end, &size) != 0) return 0;
    if (tag != TAG_PERMITTED && tag != TAG_EXCLUDED) return 0;
    if (search(name, start, size, &is_held, &has_kind) != 0) return 0;
    if (tag == TAG_PERMITTED ? has_kind && !is_held : is_held) return 0;
    start += size;
  }
  return 1;
}

// Finds the value of the name constraints of a certificate; 0 when it has none.
static int find_constraints(const mbedtls_x509_crt *certificate, unsigned char **start, unsigned char **end) {
  unsigned char *at = certificate->v3_ext.p;
  size_t size = 0;
  if (at == NULL) return 0;
  unsigned char *last = at + certificate->v3_ext.len;
  if (mbedtls_asn1_get_tag(&at, last, &size, MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE) != 0) return 0;
  last = at + size;
  while (at < last) {
    int is_critical = 0;
    if (mbedtls_asn1_get_tag(&at, last, &size, MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE) != 0) return 0;
    unsigned char *next = at + size;
    mbedtls_asn1_buf oid = {MBEDTLS_ASN1_OID, 0, NULL};
    if (mbedtls_asn1_get_tag(&at, next, &oid.len, MBEDTLS_ASN1_OID) != 0) return 0;
    oid.p = at;
    at += oid.len;
    mbedtls_asn1_get_bool(&at, next, &is_critical);
    if (mbedtls_asn1_get_tag(&at, next, &size, MBEDTLS_ASN1_OCTET_STRING) != 0) return 0;
    if (cmbedtls_is_name_constraints(&oid)) {
      *start = at;
      *end = at + size;
      return 1;
    }
    at = next;
  }
  return 0;
}

static int may_speak_for(const mbedtls_x509_crt *authority, const mbedtls_x509_crt *certificate) {
  unsigned char *start, *end;
  if (!find_constraints(authority, &start, &end)) return 1;
  for (const mbedtls_x509_sequence *name = &certificate->subject_alt_names; name != NULL; name = name->next) {
    if (name->buf.p != NULL && !is_permitted(&name->buf, start, end)) return 0;
  }
  return 1;
}

// Called for each certificate of the path, the trusted one first, the server's own at depth 0 and last.
static int on_certificate(void *context, mbedtls_x509_crt *certificate, int depth, uint32_t *flags) {
  (void)flags;
  path *path = context;
  for (int index = 0; index < path->count; index++) {
    if (!may_speak_for(path->authorities[index], certificate)) path->is_forbidden = 1;
  }
  if (depth == 0) return 0;
  if (path->count == CONSTRAINTS_MAX) return MBEDTLS_ERR_X509_FATAL_ERROR;
  path->authorities[path->count++] = certificate;
  return 0;
}

static int has_digest(const mbedtls_x509_crt *certificate, const cmbedtls_tls_trust *trust) {
  return cmbedtls_digest_fits(trust->hash, trust->digest, certificate);
}

static int32_t verify(mbedtls_x509_crt *chain, mbedtls_x509_crt *trusted, int is_pinned, const char *host) {
  path path = {{NULL}, 0, 0};
  uint32_t flags = 0;
  int code = mbedtls_x509_crt_verify_with_profile(
      chain, trusted, NULL, &mbedtls_x509_crt_profile_default, host, &flags, on_certificate, &path);
  if (code != 0 && code != MBEDTLS_ERR_X509_CERT_VERIFY_FAILED) return CMBEDTLS_TLS_UNFIT_CERTIFICATE;
  if (is_pinned && time(NULL) < CLOCK_SET_SECONDS) flags &= ~(uint32_t)MBEDTLS_X509_BADCERT_FUTURE;
  if (flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED) {
    return is_pinned ? CMBEDTLS_TLS_OTHER_AUTHORITY : CMBEDTLS_TLS_UNKNOWN_AUTHORITY;
  }
  if (path.is_forbidden) return CMBEDTLS_TLS_FORBIDDEN_NAME;
  if (flags & MBEDTLS_X509_BADCERT_CN_MISMATCH) return CMBEDTLS_TLS_WRONG_NAME;
  if (flags & MBEDTLS_X509_BADCERT_EXPIRED) return CMBEDTLS_TLS_EXPIRED;
  if (flags & MBEDTLS_X509_BADCERT_FUTURE) return CMBEDTLS_TLS_NOT_YET_VALID;
  if (flags != 0) return CMBEDTLS_TLS_UNFIT_CERTIFICATE;
  if (mbedtls_x509_crt_check_extended_key_usage(
          chain, MBEDTLS_OID_SERVER_AUTH, MBEDTLS_OID_SIZE(MBEDTLS_OID_SERVER_AUTH)) != 0) {
    return CMBEDTLS_TLS_UNFIT_CERTIFICATE;
  }
  return 0;
}

int32_t cmbedtls_trust(mbedtls_x509_crt *chain, const cmbedtls_tls_trust *trust, const char *host) {
  if (chain == NULL) return CMBEDTLS_TLS_UNFIT_CERTIFICATE;
  switch (trust->kind) {
    case CMBEDTLS_TLS_TRUST_LEAF: return has_digest(chain, trust) ? 0 : CMBEDTLS_TLS_OTHER_CERTIFICATE;
    case CMBEDTLS_TLS_TRUST_BUNDLE:
      return verify(chain, (mbedtls_x509_crt *)&trust->authorities->chain, 0, host);
    default: break;
  }
  // The pinned authority comes along in the chain. The copy stands alone: only it is trusted, not what came behind it.
  for (const mbedtls_x509_crt *one = chain; one != NULL; one = one->next) {
    if (!has_digest(one, trust)) continue;
    mbedtls_x509_crt pinned;
    mbedtls_x509_crt_init(&pinned);
    int32_t result = cmbedtls_read_certificate(&pinned, one->raw.p, one->raw.len) == 0
                         ? verify(chain, &pinned, 1, host)
                         : CMBEDTLS_TLS_UNFIT_CERTIFICATE;
    mbedtls_x509_crt_free(&pinned);
    return result;
  }
  return CMBEDTLS_TLS_OTHER_AUTHORITY;
}
