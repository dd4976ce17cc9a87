#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/gzip.h"
#include "base/http.h"
#include "base/http_servers.h"
#include "base/http_trust.h"
#include "base/mem.h"
#include "base/sha256.h"
#include "scripted.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

static void digest_text(const char *text, char hex[65])
{
	uint8_t digest[32];
	sha256(text, strlen(text), digest);
	for (int i = 0; i < 32; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

static void digests_are_those_of_the_standard(void **state)
{
	(void)state;
	char hex[65];
	digest_text("abc", hex);
	assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	digest_text("", hex);
	assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	digest_text("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", hex);
	assert_string_equal(hex, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void fingerprints_find_their_certificate(void **state)
{
	(void)state;
	struct error err;
	uint8_t digest[32];
	assert_int_equal(fingerprint_parse("BA:78:16:bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", digest, &err), 0);
	assert_true(fingerprint_matches("Cert:-----BEGIN CERTIFICATE-----\nYW\nJj\n-----END CERTIFICATE-----\n", digest)); /* "abc" */
	assert_false(fingerprint_matches("-----BEGIN CERTIFICATE-----\nYWJk\n-----END CERTIFICATE-----\n", digest));
	assert_false(fingerprint_matches("YWJj", digest));
	assert_int_equal(fingerprint_parse("ba78", digest, &err), -1);
	assert_int_equal(fingerprint_parse("", digest, &err), -1);
	assert_int_equal(fingerprint_parse("ga7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", digest, &err), -1);
}

static void servers_take_turns_and_rest_after_failures(void **state)
{
	(void)state;
	struct http_servers srv;
	assert_int_equal(http_servers_init(&srv, "http://a:1/, https://b:2/x", "elastic.url", NULL), 0);
	assert_int_equal(srv.count, 2);
	assert_string_equal(srv.list[0].base, "http://a:1");
	assert_string_equal(srv.list[1].base, "https://b:2/x");
	assert_string_equal(srv.list[1].shown, "https://b:2");
	assert_true(srv.list[1].tls);
	struct http_server *a = http_servers_choose(&srv, 1000), *b = http_servers_choose(&srv, 1000);
	assert_ptr_equal(a, &srv.list[0]);
	assert_ptr_equal(b, &srv.list[1]);
	http_server_failed(a, 1000);
	assert_ptr_equal(http_servers_choose(&srv, 1001), b);
	assert_ptr_equal(http_servers_choose(&srv, 1001), b);
	http_server_failed(b, 1500); /* all rest: who comes back first */
	assert_ptr_equal(http_servers_choose(&srv, 1600), a);
	http_server_failed(a, 2000);
	assert_int_equal(a->rest_until_ms, 2000 + 2 * HTTP_REST_MIN_MS);
	for (int i = 0; i < 80; i++)
		http_server_failed(a, 0);
	assert_int_equal(a->rest_until_ms, HTTP_REST_MAX_MS);
	http_server_well(a);
	assert_int_equal(a->rest_until_ms, 0);
	http_servers_fini(&srv);
}

static void refused(struct http_settings set, const char *want)
{
	struct error err = {0};
	set.service = "Elasticsearch";
	set.key = "elastic";
	assert_null(http_new(&set, &err));
	if (!strstr(err.text, want))
		fail_msg("\"%s\" lacks \"%s\"", err.text, want);
	assert_null(strstr(err.text, "geheim"));
}

static void settings_that_cannot_work_are_refused(void **state)
{
	(void)state;
	const char *url = "http://localhost:9200";
	refused((struct http_settings){0}, "elastic.url is not set");
	refused((struct http_settings){.url = "localhost:9200"}, "begins with http://");
	refused((struct http_settings){.url = "http://ich:geheim@localhost:9200"}, "no user and password");
	refused((struct http_settings){.url = url, .password = "geheim"}, "elastic.user is not set");
	refused((struct http_settings){.url = url, .user = "u", .api_key = "geheim"}, "both set");
	refused((struct http_settings){.url = url, .user = "u", .password = "geheim", .password_file = "/dev/null"}, "both set");
	refused((struct http_settings){.url = url, .user = "u", .password_file = "/nowhere/at/all"}, "/nowhere/at/all: No such file");
	refused((struct http_settings){.url = url, .ca = "/nowhere/at/all"}, "elastic.ca: /nowhere/at/all");
	refused((struct http_settings){.url = url, .fingerprint = "12"}, "elastic.fingerprint: not the 64");
}

static size_t read_seven(void *arg, char *room, size_t size)
{
	const char **p = arg;
	size_t n = size < 7 ? size : 7;
	memcpy(room, *p, n);
	*p += n;
	return n;
}

static void what_is_compressed_comes_out_again(void **state)
{
	(void)state;
	size_t len = 300000;
	char *text = xmalloc(len), *back = xmalloc(len + 1);
	for (size_t i = 0; i < len; i++)
		text[i] = (char)(i * i % 251);
	const char *at = text;
	struct strbuf packed = {0};
	gzip_add(&packed, read_seven, &at, len);
	z_stream z = {.next_in = (Bytef *)packed.data, .avail_in = (uInt)packed.len, .next_out = (Bytef *)back, .avail_out = (uInt)len + 1};
	assert_int_equal(inflateInit2(&z, MAX_WBITS + 16), Z_OK);
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(z.total_out, len);
	assert_memory_equal(text, back, len);
	inflateEnd(&z);
	strbuf_fini(&packed);
	free(text);
	free(back);
}

static struct http *client(const char *url, struct http_settings set)
{
	struct error err;
	set.service = "Elasticsearch";
	set.key = "elastic";
	set.url = url;
	struct http *http = http_new(&set, &err);
	assert_non_null(http);
	return http;
}

static void an_answer_is_told_as_it_came(void **state)
{
	(void)state;
	const char *const answers[] = {
	    "HTTP/1.1 429 Slow\r\nX-elastic-product: Elasticsearch\r\nContent-Type: application/json\r\nRetry-After: 7\r\n"
	    "Content-Length: 2\r\n\r\n{}",
	    "HTTP/1.1 503 Gone\r\nRetry-After: 9223372036854775807\r\nContent-Length: 2\r\n\r\n{}"};
	static struct scripted srv;
	struct http_reply reply;
	struct error err = {0};
	char url[64];
	scripted_start(&srv, answers, 2);
	snprintf(url, sizeof url, "http://127.0.0.1:%d/p", srv.port);
	struct http *http = client(url, (struct http_settings){.api_key = "id:key"});
	assert_int_equal(http_call(http, &(struct http_request){.method = "POST", .path = "/_bulk", .body = "abc", .len = 3}, &reply, &err),
			 0);
	assert_int_equal(reply.status, 429);
	assert_string_equal(reply.body, "{}");
	assert_string_equal(reply.product, "Elasticsearch");
	assert_string_equal(reply.content_type, "application/json");
	assert_int_equal(reply.retry_after_ms, 7000);
	assert_non_null(strstr(srv.got[0], "POST /p/_bulk HTTP/1.1\r\n"));
	assert_non_null(strstr(srv.got[0], "Authorization: ApiKey aWQ6a2V5\r\n"));
	assert_non_null(strstr(srv.got[0], "Content-Length: 3\r\n"));
	assert_null(strstr(srv.got[0], "Expect"));
	assert_int_equal(http_call(http, &(struct http_request){.method = "GET", .path = "/"}, &reply, &err), 0);
	assert_int_equal(reply.retry_after_ms, 300000); /* nobody waits for ever because a proxy says so */
	scripted_stop(&srv);
	http_free(http);
}

static void outcomes_tell_whether_it_may_have_happened(void **state)
{
	(void)state;
	const char *const answers[] = {NULL, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}",
				       "HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n012345678901234567890123456789"};
	static struct scripted srv;
	struct http_reply reply;
	struct error err = {0};
	char url[64];
	scripted_start(&srv, answers, 3);
	snprintf(url, sizeof url, "http://127.0.0.1:%d", srv.port);
	struct http *http = client(url, (struct http_settings){.user = "u", .password = "geheim"});
	for (int i = 0; i < 3; i++) { /* closed, cut off, too large */
		struct http_request req = {.method = "POST", .path = "/", .body = "abc", .len = 3, .reply_max = 20};
		assert_int_equal(http_call(http, &req, &reply, &err), -1);
		assert_int_equal(reply.outcome, HTTP_UNKNOWN);
		assert_int_equal(reply.too_large, i == 2);
		assert_int_equal(reply.status, 0);
		assert_null(strstr(err.text, "geheim"));
	}
	assert_non_null(strstr(err.text, "larger than 20 bytes"));
	scripted_stop(&srv);
	assert_int_equal(http_call(http, &(struct http_request){.method = "GET", .path = "/"}, &reply, &err), -1);
	assert_int_equal(reply.outcome, HTTP_NOT_SENT);
	http_free(http);
}

static void the_next_server_is_asked_when_one_is_away(void **state)
{
	(void)state;
	const char *const answers[] = {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab"};
	static struct scripted srv;
	struct http_reply reply;
	struct error err = {0};
	char url[128];
	int gone;
	close(scripted_listen(&gone));
	scripted_start(&srv, answers, 1);
	snprintf(url, sizeof url, "http://127.0.0.1:%d,http://127.0.0.1:%d", gone, srv.port);
	struct http *http = client(url, (struct http_settings){0});
	assert_int_equal(http_call(http, &(struct http_request){.method = "GET", .path = "/"}, &reply, &err), 0);
	assert_string_equal(reply.body, "ab");
	scripted_stop(&srv);
	http_free(http);
}

static void a_wait_ends_when_the_descriptor_is_readable(void **state)
{
	(void)state;
	int ends[2];
	struct http *http = client("http://127.0.0.1:1", (struct http_settings){0});
	assert_int_equal(pipe(ends), 0);
	assert_false(http_wait(http, ends[0], 1));
	assert_int_equal(write(ends[1], "x", 1), 1);
	assert_true(http_wait(http, ends[0], 60000));
	close(ends[0]);
	close(ends[1]);
	http_free(http);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digests_are_those_of_the_standard),
		cmocka_unit_test(fingerprints_find_their_certificate),
		cmocka_unit_test(servers_take_turns_and_rest_after_failures),
		cmocka_unit_test(settings_that_cannot_work_are_refused),
		cmocka_unit_test(what_is_compressed_comes_out_again),
		cmocka_unit_test(an_answer_is_told_as_it_came),
		cmocka_unit_test(outcomes_tell_whether_it_may_have_happened),
		cmocka_unit_test(the_next_server_is_asked_when_one_is_away),
		cmocka_unit_test(a_wait_ends_when_the_descriptor_is_readable),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
