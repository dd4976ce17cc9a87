/* sha256.h: SHA-256 (FIPS 180-4), for the fingerprints of certificates. Pure. Thread: any. */
#ifndef TFLTOP_BASE_SHA256_H
#define TFLTOP_BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

void sha256(const void *bytes, size_t len, uint8_t digest[32]);

#endif
