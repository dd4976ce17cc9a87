/* http_trust.h: which certificate of a server's chain is the one that a fingerprint names. Pure. Thread: any. */
#ifndef TFLTOP_BASE_HTTP_TRUST_H
#define TFLTOP_BASE_HTTP_TRUST_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

/* Hexadecimal, with or without colons; -1 + err when it is not the 32 bytes of a SHA-256. */
int fingerprint_parse(const char *text, uint8_t digest[32], struct error *err);

/* Whether the certificate has that fingerprint. pem: "-----BEGIN CERTIFICATE-----…", anything before it is stepped over. */
bool fingerprint_matches(const char *pem, const uint8_t digest[32]);

#endif
