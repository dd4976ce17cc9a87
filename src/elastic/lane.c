#include "elastic/lane.h"

#include "base/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEEP_MORE = 4 }; /* a lane that has grown beyond so many times its size by a giant gives the memory back */

void lane_init(struct lane *ln, size_t bulk_bytes)
{
	*ln = (struct lane){.cap = bulk_bytes + bulk_bytes / 8};
	ln->normal = ln->cap;
	ln->bytes = xmalloc(ln->cap);
}

void lane_fini(struct lane *ln)
{
	free(ln->bytes);
	free(ln->items);
	strbuf_fini(&ln->body);
	strbuf_fini(&ln->asks);
}

size_t lane_held(const struct lane *ln)
{
	return ln->len + ln->count * sizeof *ln->items + ln->asks.len;
}

static char *room(struct lane *ln, size_t more)
{
	if (ln->len + more > ln->cap) {
		ln->cap = ln->len + more + ln->cap / 2;
		ln->bytes = xreallocarray(ln->bytes, ln->cap, 1);
	}
	return ln->bytes + ln->len;
}

static char *put(char *to, const void *bytes, size_t len)
{
	if (len)
		memcpy(to, bytes, len);
	return to + len;
}

static size_t headers_size(const struct record *rec)
{
	size_t size = 0;
	for (size_t i = 0; i < rec->nheaders; i++)
		size += 2 * sizeof(uint32_t) + strlen(rec->headers[i].name) + 1 + rec->headers[i].len;
	return size;
}

#define NULL_VALUE UINT32_MAX

/* Each header: length of the name with its NUL, of the value, name, value. */
static char *put_headers(char *to, const struct record *rec)
{
	for (size_t i = 0; i < rec->nheaders; i++) {
		const struct header *h = &rec->headers[i];
		uint32_t lens[2] = {(uint32_t)strlen(h->name) + 1, h->value ? (uint32_t)h->len : NULL_VALUE};
		to = put(to, lens, sizeof lens);
		to = put(to, h->name, lens[0]);
		to = put(to, h->value, h->value ? h->len : 0);
	}
	return to;
}

static unsigned digits(uint64_t n)
{
	unsigned count = 1;
	while (n /= 10)
		count++;
	return count;
}

static unsigned signed_digits(int64_t n)
{
	return n < 0 ? 1 + digits(-(uint64_t)n) : digits((uint64_t)n);
}

/* The action of an item in a plain data stream, {"create":{"_index":"t","_id":"t-0-42-1700000000000"}}: the id says which record it is,
 * also after the topic was made anew. */
static const char id_member[] = ",\"_id\":\"";

static size_t action_len(const struct target *to, const struct item *it)
{
	if (!to->plain)
		return to->action_len;
	return to->action_len + sizeof id_member - 1 + strlen(to->topic) + 3 + signed_digits(to->partition) + signed_digits(it->offset) +
	       signed_digits(it->record_ms) + 1;
}

static size_t bulk_size(const struct target *to, const struct item *it)
{
	return action_len(to, it) + it->doc_len + 1;
}

struct item *lane_add(struct lane *ln, const struct record *rec, const struct event *ev, const struct strbuf *doc, const struct target *to)
{
	size_t doc_len = doc ? doc->len : rec->value_len, headers_len = headers_size(rec), key_len = rec->key ? rec->key_len : 0;
	size_t value_len = doc ? rec->value_len : 0, size = doc_len + key_len + headers_len + value_len;
	char *at = room(ln, size);
	at = put(at, doc ? doc->data : rec->value, doc_len);
	at = put(at, rec->key, key_len);
	at = put_headers(at, rec);
	put(at, rec->value, value_len);
	ln->items = xgrow(ln->items, ln->count, &ln->items_cap, sizeof *ln->items);
	struct item *it = &ln->items[ln->count++];
	*it = (struct item){.offset = rec->offset,
			    .record_ms = rec->time_ms,
			    .event_ms = ev->time_ms,
			    .part = rec->part,
			    .at = (uint32_t)ln->len,
			    .doc_len = (uint32_t)doc_len,
			    .key_len = (uint32_t)key_len,
			    .headers_len = (uint32_t)headers_len,
			    .value_len = (uint32_t)value_len,
			    .flags = (uint16_t)((doc ? ITEM_ALTERED : 0) | (rec->key ? 0 : ITEM_NO_KEY))};
	ln->len += size;
	ln->bulk_bytes += bulk_size(to, it);
	return it;
}

static size_t item_size(const struct item *it)
{
	return (size_t)it->doc_len + it->key_len + it->headers_len + it->value_len;
}

size_t lane_size(const struct lane *ln, size_t count)
{
	size_t size = 0;
	for (size_t i = 0; i < count; i++)
		size += item_size(&ln->items[i]);
	return size;
}

const char *lane_document(const struct lane *ln, const struct item *it)
{
	return ln->bytes + it->at;
}

static struct header *take_headers(const char *p, const char *end, size_t *count)
{
	struct header *list = NULL;
	size_t cap = 0;
	while (p < end) {
		uint32_t lens[2];
		memcpy(lens, p, sizeof lens);
		p += sizeof lens;
		list = xgrow(list, *count, &cap, sizeof *list);
		size_t len = lens[1] == NULL_VALUE ? 0 : lens[1];
		list[(*count)++] = (struct header){.name = p, .value = lens[1] == NULL_VALUE ? NULL : p + lens[0], .len = len};
		p += lens[0] + len;
	}
	return list;
}

struct record lane_record(const struct lane *ln, const struct item *it, struct header **headers)
{
	const char *doc = ln->bytes + it->at, *key = doc + it->doc_len, *heads = key + it->key_len, *value = heads + it->headers_len;
	bool altered = it->flags & ITEM_ALTERED;
	struct record rec = {.part = it->part, .offset = it->offset, .time_ms = it->record_ms, .key = it->flags & ITEM_NO_KEY ? NULL : key,
			     .key_len = it->key_len, .value = altered ? value : doc, .value_len = altered ? it->value_len : it->doc_len};
	rec.headers = *headers = take_headers(heads, value, &rec.nheaders);
	return rec;
}

size_t lane_begin_bulk(struct lane *ln, const struct target *targets, size_t most)
{
	size_t bytes = 0, n = 0;
	for (; n < ln->count; n++) {
		size_t size = bulk_size(&targets[ln->items[n].part], &ln->items[n]);
		if (n && (bytes + size > most || n == ln->most_items))
			break;
		bytes += size;
		ln->items[n].flags |= ITEM_SENT;
	}
	ln->targets = targets;
	ln->in_bulk = n;
	ln->sent_bytes = bytes;
	lane_rewind(ln);
	return bytes;
}

/* {"create":{"_index":"t"}}\n with the id put in before the two braces and the end of the line. */
static void write_action(struct lane *ln, const struct target *to, const struct item *it)
{
	int head = (int)to->action_len - 3;
	ln->action_len = (size_t)snprintf(ln->action, sizeof ln->action, "%.*s%s%s-%" PRId32 "-%" PRId64 "-%" PRId64 "\"}}\n", head,
					  to->action, id_member, to->topic, to->partition, it->offset, it->record_ms);
}

/* The piece of the bulk that is to be read: action, document or end of line of an item. */
static const char *piece(struct lane *ln, size_t *len)
{
	const struct item *it = &ln->items[ln->read_item];
	const struct target *to = &ln->targets[it->part];
	if (ln->read_part == 1) {
		*len = it->doc_len;
		return ln->bytes + it->at;
	}
	if (ln->read_part == 2) {
		*len = 1;
		return "\n";
	}
	if (!to->plain) {
		*len = to->action_len;
		return to->action;
	}
	if (!ln->read_at)
		write_action(ln, to, it);
	*len = ln->action_len;
	return ln->action;
}

size_t lane_read(void *arg, char *out, size_t size)
{
	struct lane *ln = arg;
	size_t done = 0;
	while (done < size && ln->read_item < ln->in_bulk) {
		size_t len;
		const char *from = piece(ln, &len);
		size_t n = len - ln->read_at < size - done ? len - ln->read_at : size - done;
		memcpy(out + done, from + ln->read_at, n);
		done += n;
		ln->read_at += n;
		if (ln->read_at < len)
			break;
		ln->read_at = 0;
		ln->read_part = (ln->read_part + 1) % 3;
		ln->read_item += ln->read_part == 0;
	}
	return done;
}

void lane_rewind(void *arg)
{
	struct lane *ln = arg;
	ln->read_item = ln->read_part = ln->read_at = 0;
}

static void give_back(struct lane *ln)
{
	if (ln->cap <= KEEP_MORE * ln->normal)
		return;
	ln->cap = ln->normal;
	free(ln->bytes);
	ln->bytes = xmalloc(ln->cap);
}

void lane_compact(struct lane *ln, const struct target *targets)
{
	size_t kept = 0, len = 0;
	ln->bulk_bytes = 0;
	for (size_t i = 0; i < ln->count; i++) {
		struct item it = ln->items[i];
		if (it.flags & ITEM_GONE)
			continue;
		memmove(ln->bytes + len, ln->bytes + it.at, item_size(&it));
		it.at = (uint32_t)len;
		len += item_size(&it);
		ln->bulk_bytes += bulk_size(&targets[it.part], &it);
		ln->items[kept++] = it;
	}
	ln->count = kept;
	ln->len = len;
	if (!kept)
		give_back(ln);
}

void lane_move(struct lane *to, struct lane *from, size_t count, const struct target *targets)
{
	for (size_t i = 0; i < count; i++) {
		struct item it = from->items[i];
		put(room(to, item_size(&it)), from->bytes + it.at, item_size(&it));
		it.at = (uint32_t)to->len;
		to->len += item_size(&it);
		to->bulk_bytes += bulk_size(&targets[it.part], &it);
		to->items = xgrow(to->items, to->count, &to->items_cap, sizeof *to->items);
		to->items[to->count++] = it;
		from->items[i].flags |= ITEM_GONE;
	}
	lane_compact(from, targets);
}
