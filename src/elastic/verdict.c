#include "elastic/verdict.h"

#include <string.h>

/* Why this is right, answer by answer.
 *
 * An item's answer is about that document only: its neighbours in the bulk may have fared otherwise, so only what failed is sent again;
 * sending a whole bulk again never converges when the queue takes a part of it each time. `create` makes repeating safe: a document that
 * was stored after all answers 409.
 *
 * 409 therefore is not yet a verdict. The identity of a document in a time series is station, user and millisecond; delta is no part of it.
 * Whether the one that is there is this very one or another passenger's is found out elsewhere.
 *
 * A refusal (400 and what else is not listed) is final: the same document is refused again tomorrow. Three refusals are not about the
 * document: of its time (it is late), of us (403 security_exception: with a wrong key every passenger would be a dead letter), and of what
 * we took the data stream for (an _id where there must be none; no such index).
 *
 * 5xx and 403 write blocks may be the server's trouble or be due to the document or the one old index it goes to; the caller keeps trying,
 * but one item must not hold up a partition's progress for ever. An item that failed with 5xx may have been stored on the way. */

struct item_row {
	int low, high;      /* status */
	const char *type;   /* of the error; NULL = any */
	const char *reason; /* a part of it; NULL = any */
	enum item_verdict verdict;
};

static const struct item_row item_rows[] = {
	{200, 299, NULL, NULL, ITEM_STORED},
	{409, 409, NULL, NULL, ITEM_CONFLICT},
	{429, 429, NULL, NULL, ITEM_RETRY},
	{503, 503, NULL, NULL, ITEM_RETRY},
	{500, 599, NULL, NULL, ITEM_RETRY_BOUNDED},
	{400, 499, "cluster_block_exception", NULL, ITEM_RETRY_BOUNDED},
	{401, 401, NULL, NULL, ITEM_LOCKED},
	{403, 403, "security_exception", NULL, ITEM_LOCKED},
	{400, 499, NULL, "outside of ranges of currently writable indices", ITEM_LATE},
	{400, 400, NULL, "_id must be unset or set to", ITEM_MISFIT},
	{404, 404, "index_not_found_exception", NULL, ITEM_MISFIT},
	{400, 499, NULL, NULL, ITEM_DEAD},
	{0, 999, NULL, NULL, ITEM_RETRY_BOUNDED}, /* no status that an item can have */
};

static bool text_is(struct text text, const char *want)
{
	return text.data && text.len == strlen(want) && !memcmp(text.data, want, text.len);
}

static bool text_holds(struct text text, const char *want)
{
	return text.data && memmem(text.data, text.len, want, strlen(want));
}

static bool item_row_fits(const struct item_row *row, const struct item_answer *ans)
{
	return ans->status >= row->low && ans->status <= row->high && (!row->type || text_is(ans->type, row->type)) &&
	       (!row->reason || text_holds(ans->reason, row->reason));
}

/* status: 0 to 999. */
enum item_verdict item_verdict(const struct item_answer *ans, bool *unsure)
{
	const struct item_row *row = item_rows;
	while (!item_row_fits(row, ans))
		row++;
	*unsure = ans->status >= 500 || ans->status < 200;
	/* Kept aside by the server for somebody to look at, which is not the data stream. */
	if (row->verdict == ITEM_STORED && text_is(ans->failure_store, "used"))
		return ITEM_DEAD;
	return row->verdict;
}

enum { NO_JSON = 1, NO_PRODUCT = 2 };

struct bulk_row {
	int low, high;      /* status */
	unsigned lacks;     /* the row is for answers that lack one of these; 0 = for any */
	const char *type;   /* of the error; NULL = any */
	struct bulk_judgement judgement;
};

static const struct bulk_row bulk_rows[] = {
	{401, 401, 0, NULL, {.verdict = BULK_LOCKED}},
	{403, 403, 0, "cluster_block_exception", {.verdict = BULK_BLOCKED}},
	{403, 403, 0, NULL, {.verdict = BULK_LOCKED}},
	{413, 413, 0, NULL, {.verdict = BULK_HALVE}}, /* has neither body nor headers */
	{429, 429, 0, NULL, {.verdict = BULK_RETRY, .congested = true}},
	{502, 504, 0, NULL, {.verdict = BULK_RETRY, .congested = true, .unsure = true}},
	{500, 599, 0, NULL, {.verdict = BULK_RETRY, .unsure = true}},
	{200, 200, NO_JSON | NO_PRODUCT, NULL, {.verdict = BULK_STRANGER, .unsure = true}},
	{200, 200, 0, NULL, {.verdict = BULK_ITEMS}},
	{400, 400, NO_JSON | NO_PRODUCT, NULL, {.verdict = BULK_STRANGER}},
	{400, 400, 0, NULL, {.verdict = BULK_BISECT}},
	{0, 999, 0, NULL, {.verdict = BULK_STRANGER, .unsure = true}},
};

static bool bulk_row_fits(const struct bulk_row *row, const struct bulk_answer *ans)
{
	unsigned lacks = (ans->json ? 0 : NO_JSON) | (ans->product ? 0 : NO_PRODUCT);
	return ans->status >= row->low && ans->status <= row->high && (!row->lacks || row->lacks & lacks) &&
	       (!row->type || text_is(ans->type, row->type));
}

struct bulk_judgement bulk_verdict(const struct bulk_answer *ans)
{
	if (ans->outcome == HTTP_NOT_SENT)
		return (struct bulk_judgement){.verdict = BULK_RETRY};
	if (ans->too_large) /* it may be one document whose refusal quotes all of it */
		return (struct bulk_judgement){.verdict = BULK_BISECT, .unsure = true};
	if (ans->outcome == HTTP_UNKNOWN)
		return (struct bulk_judgement){.verdict = BULK_RETRY, .unsure = true, .congested = true};
	for (const struct bulk_row *row = bulk_rows;; row++)
		if (bulk_row_fits(row, ans))
			return row->judgement;
}
