#include "feed/mark.h"

#define FNV_OFFSET 0xcbf29ce484222325ULL
#define FNV_PRIME 0x100000001b3ULL

static uint64_t add_bytes(uint64_t hash, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ p[i]) * FNV_PRIME;
	return hash;
}

static uint64_t add_number(uint64_t hash, uint64_t number)
{
	for (int i = 0; i < 8; i++, number >>= 8)
		hash = (hash ^ (number & 0xff)) * FNV_PRIME;
	return hash;
}

static uint64_t add_text(uint64_t hash, const void *bytes, size_t len)
{
	return add_bytes(add_number(hash, bytes ? len : UINT64_MAX), bytes, bytes ? len : 0);
}

uint64_t record_hash(int64_t time_ms, const void *key, size_t key_len, const void *value, size_t value_len)
{
	return add_text(add_text(add_number(FNV_OFFSET, (uint64_t)time_ms), key, key_len), value, value_len);
}

struct mark mark_of(const struct record *rec)
{
	return (struct mark){rec->offset, record_hash(rec->time_ms, rec->key, rec->key_len, rec->value, rec->value_len)};
}
