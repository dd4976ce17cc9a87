/* What an answer to a bulk does to its items. */
#include "elastic/elastic_inside.h"

#include "base/clock.h"
#include "elastic/reply.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { FEW = 10 };

struct walk { /* over the items of one answer */
	struct elastic *el;
	struct lane *ln;
	bool congested;    /* an item was sent away because there are too many */
	size_t conflicts;
};

static void in_words(const struct item_answer *ans, char *out, size_t size)
{
	char type[80], reason[400];
	reply_words(ans->type, type, sizeof type);
	reply_words(ans->reason, reason, sizeof reason);
	if (ans->failure_store.data && ans->status < 300)
		snprintf(out, size, "%d: it was put into the failure store", ans->status);
	else
		snprintf(out, size, "%d %s: %s", ans->status, type, reason);
}

static void on_stored(struct walk *wk, struct item *it, const struct item_answer *ans)
{
	(void)ans;
	elastic_settle(wk->el, it, VERDICT_STORED);
}

/* Whether a document that is in this item's place must be another passenger's: nobody can have stored this one before. */
static bool is_collision(const struct elastic *el, const struct item *it)
{
	return (it->flags & (ITEM_FRESH | ITEM_UNSURE)) == ITEM_FRESH && !el->targets[it->part].plain;
}

static void on_conflict(struct walk *wk, struct item *it, const struct item_answer *ans)
{
	wk->conflicts++;
	if (is_collision(wk->el, it))
		elastic_refuse(wk->el, wk->ln, it, VERDICT_DEAD, "collision",
			       "another passenger of this name passed this station in the same millisecond");
	else if (ans->index.data && ans->id.data)
		elastic_ask(wk->ln, it, ans);
	else if (wk->ln->with_ids)
		wk->ln->trouble = true;
}

static void on_retry(struct walk *wk, struct item *it, const struct item_answer *ans)
{
	char words[200];
	(void)it;
	in_words(ans, words, sizeof words);
	elastic_complain(wk->el, words);
	wk->ln->trouble = true;
	wk->congested |= ans->status == 429;
}

static void on_retry_bounded(struct walk *wk, struct item *it, const struct item_answer *ans)
{
	char words[500];
	in_words(ans, words, sizeof words);
	elastic_complain(wk->el, words);
	/* With few items there may never be another that passes and shows that it is the item's own fault. A write block never is. */
	elastic_failing(wk->el, wk->ln, it, wk->el->fig.items_in_flight <= FEW && ans->status >= 500, words);
	wk->ln->trouble = true;
}

static void refuse(struct walk *wk, struct item *it, const struct item_answer *ans, enum verdict verdict, const char *reason)
{
	char words[500];
	in_words(ans, words, sizeof words);
	elastic_refuse(wk->el, wk->ln, it, verdict, reason, words);
}

static void on_late(struct walk *wk, struct item *it, const struct item_answer *ans)
{
	refuse(wk, it, ans, VERDICT_LATE, "late");
}

static void on_dead(struct walk *wk, struct item *it, const struct item_answer *ans)
{
	refuse(wk, it, ans, VERDICT_DEAD, "refused");
}

static void on_locked(struct walk *wk, struct item *it, const struct item_answer *ans)
{
	char words[300], why[400];
	(void)it;
	in_words(ans, words, sizeof words);
	snprintf(why, sizeof why, "Elasticsearch does not let us write: %s", words);
	gate_close(wk->el, GATE_SLOW_MS, why);
	wk->ln->trouble = true;
}

static void on_misfit(struct walk *wk, struct item *it, const struct item_answer *ans)
{
	char words[300];
	in_words(ans, words, sizeof words);
	gate_recheck(wk->el, words);
	elastic_failing(wk->el, wk->ln, it, false, words);
	wk->ln->trouble = true;
}

static void (*const on_item[])(struct walk *, struct item *, const struct item_answer *) = {
	[ITEM_STORED] = on_stored, [ITEM_CONFLICT] = on_conflict, [ITEM_RETRY] = on_retry, [ITEM_RETRY_BOUNDED] = on_retry_bounded,
	[ITEM_LATE] = on_late,	   [ITEM_DEAD] = on_dead,	  [ITEM_LOCKED] = on_locked, [ITEM_MISFIT] = on_misfit,
};

static void take_item(void *arg, size_t i, const struct item_answer *ans)
{
	struct walk *wk = arg;
	struct item *it = &wk->ln->items[i];
	bool unsure;
	enum item_verdict verdict = item_verdict(ans, &unsure);
	if (it->flags & ITEM_GONE)
		return;
	on_item[verdict](wk, it, ans);
	if (unsure)
		it->flags |= ITEM_UNSURE;
}

static void mark_unsure(struct lane *ln)
{
	for (size_t i = 0; i < ln->in_bulk; i++)
		ln->items[i].flags |= ITEM_UNSURE;
}

static void all_stored(struct elastic *el, struct lane *ln)
{
	for (size_t i = 0; i < ln->in_bulk; i++)
		if (!(ln->items[i].flags & ITEM_GONE))
			elastic_settle(el, &ln->items[i], VERDICT_STORED);
}

static void whole_failed(struct elastic *el, struct lane *ln, const struct http_reply *reply)
{
	el->fig.requests_failed++;
	pace_failed(&el->pace, reply->retry_after_ms, el->now_ms());
	elastic_lane_rest(el, ln, -1);
}

static void failed(struct elastic *el, struct lane *ln, const struct http_reply *reply, const char *words)
{
	elastic_complain(el, words);
	whole_failed(el, ln, reply);
}

static void take_items(struct elastic *el, struct lane *ln, const struct http_reply *reply)
{
	struct walk wk = {.el = el, .ln = ln};
	double ms = reply->ms;
	if (reply_all_created(reply->body, reply->body_len, ln->in_bulk)) {
		all_stored(el, ln);
	} else if (!reply_items(reply->body, reply->body_len, ln->in_bulk, take_item, &wk)) {
		mark_unsure(ln);
		failed(el, ln, reply, "the answer to a bulk does not speak of all its items: it is sent again");
		return;
	}
	ln->most_items = 0;
	if (wk.congested)
		pace_congested(&el->pace, ln->sent_ms, el->now_ms());
	pace_well(&el->pace, wk.congested ? 0 : ln->sent_bytes, ms, el->now_ms());
	if (ln->with_ids || wk.conflicts)
		el->ask_ids = wk.conflicts;
	elastic_lane_rest(el, ln, reply->retry_after_ms);
}

static void halve(struct elastic *el, struct lane *ln, const struct http_reply *reply, const char *words)
{
	(void)reply;
	el->fig.requests_failed++;
	if (ln->in_bulk > 1)
		pace_too_large(&el->pace, ln->sent_bytes);
	else if (!(ln->items[0].flags & ITEM_GONE))
		elastic_refuse(el, ln, &ln->items[0], VERDICT_DEAD, "refused", words);
	elastic_lane_rest(el, ln, -1);
}

/* A bulk is refused whole for what one of its documents is, or for what we are: halved until one is left, which then is only tried so
 * often. */
static void bisect(struct elastic *el, struct lane *ln, const struct http_reply *reply, const char *words)
{
	ln->most_items = ln->in_bulk > 1 ? ln->in_bulk / 2 : 1;
	if (ln->in_bulk == 1 && !(ln->items[0].flags & ITEM_GONE))
		elastic_failing(el, ln, &ln->items[0], false, words);
	failed(el, ln, reply, words);
}

static void locked(struct elastic *el, struct lane *ln, const struct http_reply *reply, const char *words)
{
	char why[256];
	snprintf(why, sizeof why, "%s does not let us write; check elastic.user and elastic.password, or elastic.api_key: %s",
		 reply->server, words);
	gate_close(el, GATE_SLOW_MS, why);
	whole_failed(el, ln, reply);
}

static void stranger(struct elastic *el, struct lane *ln, const struct http_reply *reply, const char *words)
{
	char why[256];
	snprintf(why, sizeof why, "%s answers, but not as Elasticsearch does: check elastic.url: %s", reply->server, words);
	gate_close(el, GATE_SLOW_MS, why);
	whole_failed(el, ln, reply);
}

static void (*const on_bulk[])(struct elastic *, struct lane *, const struct http_reply *, const char *words) = {
	[BULK_RETRY] = failed,   [BULK_HALVE] = halve,	  [BULK_BISECT] = bisect,
	[BULK_BLOCKED] = failed, [BULK_LOCKED] = locked, [BULK_STRANGER] = stranger,
};

static struct bulk_answer answer_of(const struct elastic *el, const struct http_reply *reply, struct text *reason)
{
	struct bulk_answer ans = {
		.outcome = reply->outcome,
		.too_large = reply->too_large,
		.status = reply->status,
		.json = strcasestr(reply->content_type, "json"),
		.product = !el->gate.named || !strcmp(reply->product, "Elasticsearch"),
	};
	if (reply->status != 200)
		reply_error(reply->body, reply->body_len, &ans.type, reason);
	return ans;
}

static void bulk_in_words(const struct http_reply *reply, struct text type, struct text reason, char *out, size_t size)
{
	char type_words[80], reason_words[200];
	reply_words(type, type_words, sizeof type_words);
	reply_words(reason, reason_words, sizeof reason_words);
	if (reply->outcome != HTTP_ANSWERED)
		snprintf(out, size, "%s", reply->error);
	else
		snprintf(out, size, "HTTP status %d%s%s%s%s", reply->status, type_words[0] ? " " : "", type_words,
			 reason_words[0] ? ": " : "", reason_words);
}

/* One in so many items is enough to know how long they take. */
static void note_times(struct elastic *el, const struct lane *ln, const struct http_reply *reply)
{
	enum { SAMPLES = 8 };
	int64_t now_ms = el->now_ms(), wall_ms = clock_wall_ms();
	size_t step = ln->in_bulk / SAMPLES + 1;
	spread_add(&el->request, reply->ms, now_ms);
	durations_add(&el->fig.request, reply->ms);
	for (size_t i = 0; i < ln->in_bulk; i += step) {
		double ms = (double)(wall_ms - ln->items[i].event_ms);
		spread_add(&el->end_to_end, ms, now_ms);
		durations_add(&el->fig.end_to_end, ms);
	}
}

void elastic_bulk_done(void *arg, const struct http_reply *reply)
{
	struct lane *ln = arg;
	struct elastic *el = ln->owner;
	struct text reason = {0};
	struct bulk_answer ans = answer_of(el, reply, &reason);
	struct bulk_judgement judgement = bulk_verdict(&ans);
	char words[600];
	el->fig.requests++;
	snprintf(el->fig.endpoint, sizeof el->fig.endpoint, "%s", reply->server);
	if (judgement.unsure || reply->resent)
		mark_unsure(ln);
	if (judgement.congested)
		pace_congested(&el->pace, ln->sent_ms, el->now_ms());
	if (judgement.verdict == BULK_ITEMS) {
		note_times(el, ln, reply);
		take_items(el, ln, reply);
		return;
	}
	bulk_in_words(reply, ans.type, reason, words, sizeof words);
	on_bulk[judgement.verdict](el, ln, reply, words);
}
