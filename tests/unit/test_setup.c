#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "elastic/setup.h"
#include "scripted.h"

#include <stdio.h>
#include <string.h>

#define JSON(status, body) "HTTP/1.1 " status "\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n" body
#define ES "{\"version\":{\"number\":\"8.11.3\"},\"tagline\":\"You Know, for Search\"}"
#define READY JSON("200 OK", "{\"status\":{\"overall\":{\"level\":\"available\"}}}")

static struct scripted srv;
static struct strbuf lines;
static struct error err;

typedef int setup_fn(const struct config *cfg, bool dry_run, struct strbuf *out, struct error *err);

/* Runs setup against a server that answers so. */
static int set_up(setup_fn *setup, const char *key, bool dry_run, const char *const *answers, size_t count)
{
	struct config *cfg = config_new();
	char url[64];
	assert_int_equal(config_load(cfg, 0, 0, NULL, &err), 0);
	scripted_start(&srv, answers, count);
	snprintf(url, sizeof url, "http://127.0.0.1:%d", srv.port);
	config_override(cfg, key, url);
	config_override(cfg, "topic.station_exits", "out.there");
	strbuf_reset(&lines);
	err.text[0] = '\0';
	int rc = setup(cfg, dry_run, &lines, &err);
	scripted_stop(&srv);
	config_free(cfg);
	return rc;
}

static void said(const char *text)
{
	if (!strstr(strbuf_str(&lines), text))
		fail_msg("not said: %s, but:\n%s", text, strbuf_str(&lines));
}

static void complained(const char *text)
{
	if (!strstr(err.text, text))
		fail_msg("not complained of: %s, but: %s", text, err.text);
}

static void kibana_gets_the_objects(void **state)
{
	(void)state;
	const char *const answers[] = {READY, JSON("200 OK", "{\"success\":true,\"successCount\":1,\"successResults\":[{\"type\":\"dashboard\","
							    "\"id\":\"tfl-dashboard\",\"meta\":{\"title\":\"TfL network\"}}],\"warnings\":[]}")};
	assert_int_equal(set_up(setup_kibana, "kibana.url", false, answers, 2), 0);
	said("dashboard TfL network: imported\n");
	assert_non_null(strstr(srv.got[1], "POST /api/saved_objects/_import?overwrite=true HTTP/1.1\r\n"));
	assert_non_null(strstr(srv.got[1], "kbn-xsrf: true\r\n"));
	assert_non_null(strstr(srv.got[1], "\"title\":\"station_entries,out.there\""));
	assert_non_null(strstr(srv.got[1], "filename=\"tfl.ndjson\"\r\n"));
	assert_non_null(strstr(srv.got[1], "\r\n--tfl-top-saved-objects--\r\n"));
}

static void kibana_that_imports_a_part_is_no_success(void **state)
{
	(void)state;
	const char *const partial[] = {READY, JSON("200 OK", "{\"success\":false,\"successCount\":0,\"errors\":[{\"type\":\"lens\",\"id\":\"tfl-x\","
							    "\"error\":{\"type\":\"missing_references\"}}]}")};
	assert_int_equal(set_up(setup_kibana, "kibana.url", false, partial, 2), -1);
	complained("tfl-x: missing_references");
	const char *const newer[] = {READY, JSON("422 Unprocessable", "{\"statusCode\":422,\"message\":\"belongs to a more recent version of Kibana\"}")};
	assert_int_equal(set_up(setup_kibana, "kibana.url", false, newer, 2), -1);
	complained("more recent version");
}

static void kibana_that_is_not_ready_is_not_asked(void **state)
{
	(void)state;
	const char *const starting[] = {JSON("503 Unavailable", "{\"status\":{\"overall\":{\"level\":\"critical\"}}}")};
	assert_int_equal(set_up(setup_kibana, "kibana.url", false, starting, 1), -1);
	complained("not ready yet (503, critical)");
	const char *const secured[] = {JSON("401 No", "{}")};
	assert_int_equal(set_up(setup_kibana, "kibana.url", false, secured, 1), -1);
	complained("set kibana.user and kibana.password_file");
}

static void what_a_newer_program_made_is_left(void **state)
{
	(void)state;
	const char *const answers[] = {JSON("200 OK", ES), JSON("404 None", "{\"error\":{\"type\":\"resource_not_found_exception\"}}"),
				       JSON("200 OK", "{\"acknowledged\":true}"),
				       JSON("200 OK", "{\"component_templates\":[{\"name\":\"barrier_mappings\",\"component_template\":{\"version\":99,"
						      "\"template\":{},\"_meta\":{\"managed_by\":\"tfl-top\"}}}]}")};
	assert_int_equal(set_up(setup_elastic, "elastic.url", false, answers, 4), -1);
	said("Elasticsearch 8.11.3, time series data streams\nlifecycle policy tfl-barriers: made\n");
	complained("component template barrier_mappings");
	complained("version 99, made by a newer tfl-top");
}

static void a_stranger_gets_nothing(void **state)
{
	(void)state;
	const char *const answers[] = {JSON("200 OK", "{\"hello\":\"world\"}")};
	assert_int_equal(set_up(setup_elastic, "elastic.url", false, answers, 1), -1);
	complained("neither Elasticsearch nor OpenSearch");
	const char *const secured[] = {JSON("401 No", "{}")};
	assert_int_equal(set_up(setup_elastic, "elastic.url", false, secured, 1), -1);
	complained("elastic.password_file");
}

static void an_index_in_the_way_is_named(void **state)
{
	(void)state;
	const char *const none = JSON("404 None", "{}"), *const yes = JSON("200 OK", "{\"acknowledged\":true}");
	const char *const answers[] = {JSON("200 OK", ES), none, yes, none, yes, none, yes, none, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"};
	assert_int_equal(set_up(setup_elastic, "elastic.url", false, answers, 9), -1);
	complained("an ordinary index has the name of the data stream station_entries");
	assert_non_null(strstr(srv.got[6], "\"out.there\""));
	assert_non_null(strstr(srv.got[8], "HEAD /station_entries HTTP"));
}

static void a_dry_run_changes_nothing(void **state)
{
	(void)state;
	const char *const none = JSON("404 None", "{}");
	const char *const answers[] = {JSON("200 OK", ES), none, none, none, none, none, none, none};
	assert_int_equal(set_up(setup_elastic, "elastic.url", true, answers, 8), 0);
	said("PUT /_ilm/policy/tfl-barriers\n{");
	said("PUT /_data_stream/out.there\n");
	for (size_t i = 0; i < 8; i++)
		assert_null(strstr(srv.got[i], "PUT "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kibana_gets_the_objects),
		cmocka_unit_test(kibana_that_imports_a_part_is_no_success),
		cmocka_unit_test(kibana_that_is_not_ready_is_not_asked),
		cmocka_unit_test(what_a_newer_program_made_is_left),
		cmocka_unit_test(a_stranger_gets_nothing),
		cmocka_unit_test(an_index_in_the_way_is_named),
		cmocka_unit_test(a_dry_run_changes_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
