/* reply.h: reading what the server answers. Nothing is allocated; texts are borrowed from the reply. All or nothing: a reply that is not
 * whole, or does not speak of exactly the items asked about, in their order, says nothing at all. Thread: any. */
#ifndef TFLTOP_ELASTIC_REPLY_H
#define TFLTOP_ELASTIC_REPLY_H

#include "base/json_token.h"
#include "elastic/verdict.h"

#include <stdbool.h>
#include <stddef.h>

/* What is asked of the answer to a bulk, so that it is short and still has an entry for each item. */
#define REPLY_FILTER "errors,items.*.status,items.*.error.type,items.*.error.reason,items.*.failure_store"
#define REPLY_FILTER_IDS REPLY_FILTER ",items.*._index,items.*._id"

/* Whether the answer says of each of `count` items that it was created, in the words that servers use: byte for byte. False: it is to be
 * read. */
bool reply_all_created(const char *json, size_t len, size_t count);

/* Calls fn for each of exactly `count` items. False: nothing can be said about any of them; fn was not called. */
bool reply_items(const char *json, size_t len, size_t count, void (*fn)(void *arg, size_t i, const struct item_answer *ans), void *arg);

enum found { FOUND_NOT, FOUND, FOUND_UNKNOWN /* an error instead */ };

/* The same for the documents of an _mget; what: the source of those that were found, or the error. */
bool reply_documents(const char *json, size_t len, size_t count,
		     void (*fn)(void *arg, size_t i, enum found found, const struct json_value *what), void *arg);

/* The error of a whole request: type and reason; some are only a string. False: it is none. */
bool reply_error(const char *json, size_t len, struct text *type, struct text *reason);

/* The member `name` of the object that is `raw`; kind TOKEN_END when it has none, or is none. */
struct json_value reply_member(const struct json_value *raw, const char *name);

/* A text as it stands in JSON, put into words for a person: escapes undone, cut to size. */
void reply_words(struct text raw, char *out, size_t size);

#endif
