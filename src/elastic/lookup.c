/* What a 409 means for a record that may have been stored before: the document that is there in its place is looked up, by the index and id
 * that the answer named. The same passenger: a duplicate. Another one: a collision. None: it has gone meanwhile, the record is sent again.
 */
#include "elastic/elastic_inside.h"

#include "elastic/document.h"
#include "elastic/reply.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { DOCUMENTS_MAX = 1000, PER_DOCUMENT = 64 * 1024 };

bool elastic_asking(const struct lane *ln)
{
	return ln->asks_done < ln->asks.len;
}

void elastic_ask(struct lane *ln, struct item *it, const struct item_answer *ans)
{
	it->flags |= ITEM_ASKED;
	strbuf_puts(&ln->asks, "{\"_index\":\"");
	strbuf_add(&ln->asks, ans->index.data, ans->index.len);
	strbuf_puts(&ln->asks, "\",\"_id\":\"");
	strbuf_add(&ln->asks, ans->id.data, ans->id.len);
	strbuf_puts(&ln->asks, "\"}\n");
}

static const char may_not_read[] =
    "Elasticsearch does not let us read what is stored, which is needed to tell duplicates from collisions: give the "
    "user or key the privilege read";

struct walk { /* over the documents of one answer */
	struct elastic *el;
	struct lane *ln;
	size_t next;       /* item to look at for the next one asked about */
};

static void compare(struct walk *wk, struct item *it, const struct json_value *source)
{
	const char *doc = lane_document(wk->ln, it);
	struct content ours = document_content(doc, it->doc_len), there = document_content(source->raw, source->len);
	if (content_same(&ours, &there))
		elastic_settle(wk->el, it, VERDICT_DUPLICATE);
	else
		elastic_refuse(wk->el, wk->ln, it, VERDICT_DEAD, "collision",
			       "another passenger of this name passed this station in the same millisecond");
}

static void not_said(struct walk *wk, const struct json_value *error)
{
	struct json_value type = reply_member(error, "type");
	if (type.kind == TOKEN_STRING && type.len == 18 && !memcmp(type.raw, "security_exception", 18))
		gate_close(wk->el, GATE_SLOW_MS, may_not_read);
}

static void take_document(void *arg, size_t i, enum found found, const struct json_value *what)
{
	struct walk *wk = arg;
	struct lane *ln = wk->ln;
	(void)i; /* they are in the order of the items that were asked about */
	while (!(ln->items[wk->next].flags & ITEM_ASKED))
		wk->next++;
	struct item *it = &ln->items[wk->next];
	it->flags &= (uint16_t)~ITEM_ASKED;
	if (it->flags & ITEM_GONE)
		return;
	if (found == FOUND)
		compare(wk, it, what);
	else
		ln->trouble = true; /* not there: sent again, but not at once, lest it is refused and missed without end */
	if (found == FOUND_UNKNOWN)
		not_said(wk, what);
}

static void finish(struct elastic *el, struct lane *ln)
{
	if (!elastic_asking(ln)) {
		strbuf_reset(&ln->asks);
		ln->asks_done = 0;
		elastic_lane_rest(el, ln, -1);
	}
}

static void not_answered(struct elastic *el, const struct http_reply *reply)
{
	char words[400];
	if (reply->outcome == HTTP_ANSWERED)
		snprintf(words, sizeof words, "what is stored cannot be looked up: HTTP status %d", reply->status);
	else
		snprintf(words, sizeof words, "what is stored cannot be looked up: %s", reply->error);
	el->fig.requests_failed++;
	pace_failed(&el->pace, reply->retry_after_ms, el->now_ms());
	elastic_complain(el, words);
	if (reply->status == 401 || reply->status == 403)
		gate_close(el, GATE_SLOW_MS, may_not_read);
}

static void on_documents(void *arg, const struct http_reply *reply)
{
	struct lane *ln = arg;
	struct elastic *el = ln->owner;
	struct walk wk = {.el = el, .ln = ln};
	size_t asked = ln->asked;
	bool fit = reply->outcome == HTTP_ANSWERED && reply->status == 200 && strcasestr(reply->content_type, "json");
	el->fig.requests++;
	ln->asked = 0;
	if (fit && reply_documents(reply->body, reply->body_len, asked, take_document, &wk)) {
		ln->asks_done = ln->asks_begun;
		pace_well(&el->pace, 0, reply->ms, el->now_ms());
		finish(el, ln);
		return;
	}
	not_answered(el, reply);
}

/* The next lines of what is to be asked. */
static void take_lines(struct lane *ln)
{
	const char *p = ln->asks.data + ln->asks_done, *end = ln->asks.data + ln->asks.len;
	ln->asked = 0;
	strbuf_reset(&ln->body);
	strbuf_puts(&ln->body, "{\"docs\":[");
	while (p < end && ln->asked < DOCUMENTS_MAX) {
		const char *line_end = memchr(p, '\n', (size_t)(end - p));
		if (ln->asked++)
			strbuf_addc(&ln->body, ',');
		strbuf_add(&ln->body, p, (size_t)(line_end - p));
		p = line_end + 1;
	}
	strbuf_puts(&ln->body, "]}");
	ln->asks_begun = (size_t)(p - ln->asks.data);
}

void elastic_lookup(struct elastic *el, struct lane *ln)
{
	take_lines(ln);
	ln->sent_ms = el->now_ms();
	const struct http_request req = {
		.method = "POST",
		.path = "/_mget?_source=delta,location&filter_path=docs.found,docs._source,docs.error.type",
		.body = ln->body.data,
		.len = ln->body.len,
		.reply_max = (size_t)DOCUMENTS_MAX * PER_DOCUMENT,
		.done = on_documents,
		.arg = ln,
	};
	http_send(el->http, &req);
}
