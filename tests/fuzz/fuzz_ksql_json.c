/* fuzz_ksql_json.c: the join's lenient reader against jansson: every object that jansson takes is a row with the same values, and whatever
 * becomes a text can be written as JSON and read again unchanged. */
#include "base/mem.h"
#include "fuzz.h"
#include "pipeline/ksql_json.h"
#include "pipeline/ksql_text.h"

static const struct ksql_column columns[] = {{"user", KSQL_STRING}, {"delta", KSQL_INT}};

static void check_user(const struct ksql_cell *cell, const json_t *want)
{
	struct strbuf text = {0};
	MUST(cell->null == (!want || json_is_null(want)));
	if (json_is_string(want))
		units_add_utf8(&text, (struct text){json_string_value(want), json_string_length(want)});
	else if (json_is_integer(want))
		strbuf_printf(&text, "%lld", (long long)json_integer_value(want));
	else if (json_is_boolean(want))
		strbuf_puts(&text, json_is_true(want) ? "true" : "false");
	if (want && !json_is_null(want) && !json_is_real(want) && !json_is_array(want) && !json_is_object(want))
		MUST(cell->text.len == text.len && (!text.len || !memcmp(cell->text.data, text.data, text.len)));
	strbuf_fini(&text);
}

static void check_delta(enum ksql_bad bad, const struct ksql_cell *cell, const json_t *want)
{
	if (json_is_boolean(want) || json_is_array(want) || json_is_object(want))
		MUST(bad);
	if (!bad && json_is_integer(want))
		MUST(cell->number == (int32_t)json_integer_value(want));
}

/* Text → JSON → text. */
static void check_round_trip(struct text units)
{
	static struct ksql_reader *again;
	struct strbuf json = {0};
	struct ksql_cell cells[2];
	if (!again)
		again = ksql_reader_new(columns, 2);
	strbuf_puts(&json, "{\"user\":\"");
	units_add_json(&json, units, UNITS_ESCAPED_SURROGATES);
	strbuf_puts(&json, "\"}");
	MUST(ksql_read(again, json.data, json.len, cells) == KSQL_GOOD);
	MUST(cells[0].text.len == units.len && (!units.len || !memcmp(cells[0].text.data, units.data, units.len)));
	strbuf_fini(&json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ksql_reader *rd;
	struct ksql_cell cells[2] = {0};
	if (!rd)
		rd = ksql_reader_new(columns, 2);
	char *value = xmalloc(size); /* exactly as long: a read beyond it is seen */
	if (size)
		memcpy(value, data, size);
	enum ksql_bad bad = ksql_read(rd, value, size, cells);
	json_t *want = size && memchr(data, '\0', size) ? NULL : json_loadb((const char *)data, size, JSON_ALLOW_NUL, NULL);
	bool exponents = size && (memchr(data, 'e', size) || memchr(data, 'E', size)); /* ksqlDB refuses some that jansson rounds to 0 */
	if (json_is_object(want) && !(exponents && bad == KSQL_BAD_JSON)) {
		MUST(bad != KSQL_BAD_JSON && bad != KSQL_NO_OBJECT);
		check_delta(bad, &cells[1], json_object_get(want, "delta"));
		if (!bad)
			check_user(&cells[0], json_object_get(want, "user"));
	}
	if (!bad && !cells[0].null)
		check_round_trip(cells[0].text);
	json_decref(want);
	free(value);
	return 0;
}
