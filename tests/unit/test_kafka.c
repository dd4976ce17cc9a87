/* What kafka.* may and may not do, and what a feed reads out of the library's statistics. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/log.h"
#include "feed/kafka.h"
#include "feed/kafka_log.h"
#include "feed/rate.h"
#include "feed/statistics.h"

#include <stdlib.h>
#include <string.h>

static struct config *config_with(const char *setting)
{
	struct error err = {0};
	struct config *cfg = config_new();
	char *argv[] = {(char *)"-X", (char *)(setting ? setting : "kafka.client.id=test")};
	setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
	if (config_load(cfg, CMD_FEED, 2, argv, &err))
		fail_msg("%s", err.text);
	return cfg;
}

static void expect_setting(enum kafka_role role, const char *setting, const char *name, const char *value)
{
	struct error err = {0};
	struct config *cfg = config_with(setting);
	rd_kafka_conf_t *conf = kafka_conf(cfg, role, &err);
	assert_non_null(conf);
	char got[128];
	size_t size = sizeof got;
	assert_int_equal(rd_kafka_conf_get(conf, name, got, &size), RD_KAFKA_CONF_OK);
	assert_string_equal(got, value);
	rd_kafka_conf_destroy(conf);
	config_free(cfg);
}

static void clients_keep_the_contracts(void **state)
{
	(void)state;
	expect_setting(KAFKA_CONSUMER, NULL, "isolation.level", "read_committed");
	expect_setting(KAFKA_CONSUMER, NULL, "auto.offset.reset", "error");
	expect_setting(KAFKA_CONSUMER, NULL, "enable.auto.commit", "false");
	expect_setting(KAFKA_CONSUMER, NULL, "queued.max.messages.kbytes", "16384");
	expect_setting(KAFKA_PRODUCER, NULL, "enable.idempotence", "true");
	expect_setting(KAFKA_PRODUCER, NULL, "partitioner", "murmur2_random");
	expect_setting(KAFKA_PRODUCER, NULL, "compression.codec", "lz4");
}

static void users_settings_go_to_the_library(void **state)
{
	(void)state;
	expect_setting(KAFKA_CONSUMER, "kafka.queued.max.messages.kbytes=4096", "queued.max.messages.kbytes", "4096");
	expect_setting(KAFKA_PRODUCER, "kafka.compression.codec=zstd", "compression.codec", "zstd");
	expect_setting(KAFKA_PRODUCER, "kafka.sasl.username=me", "sasl.username", "me");
}

static void expect_preferred(const char *setting, const char *value)
{
	struct error err = {0};
	struct config *cfg = config_with(setting);
	rd_kafka_conf_t *conf = kafka_conf(cfg, KAFKA_CONSUMER, &err);
	assert_non_null(conf);
	char got[32];
	size_t size = sizeof got;
	kafka_prefer(conf, cfg, "queued.max.messages.kbytes", "1024");
	assert_int_equal(rd_kafka_conf_get(conf, "queued.max.messages.kbytes", got, &size), RD_KAFKA_CONF_OK);
	assert_string_equal(got, value);
	rd_kafka_conf_destroy(conf);
	config_free(cfg);
}

static void a_readers_preset_gives_way_to_the_users(void **state)
{
	(void)state;
	expect_preferred("kafka.client.id=me", "1024");
	expect_preferred("kafka.queued.max.messages.kbytes=4096", "4096");
}

static void expect_refusal(const char *setting, const char *key)
{
	struct error err = {0};
	struct config *cfg = config_with(setting);
	assert_null(kafka_conf(cfg, KAFKA_CONSUMER, &err));
	assert_non_null(strstr(err.text, key));
	config_free(cfg);
}

static void bad_settings_are_named(void **state)
{
	(void)state;
	expect_refusal("kafka.no.such.thing=1", "kafka.no.such.thing");
	expect_refusal("kafka.fetch.min.bytes=lots", "kafka.fetch.min.bytes");
}

static void lines_of_one_kind_are_thinned_out(void **state)
{
	(void)state;
	static struct log_line lines[LOG_RING];
	uint64_t before, after;
	struct error err;
	log_open("/dev/null", LOG_DEBUG, LOG_LOGFMT, &err);
	log_tail(lines, LOG_RING, &before);
	for (int i = 0; i < 1000; i++)
		kafka_log(NULL, 3, "FAIL", "Connection refused");
	kafka_log(NULL, 3, "OTHER", "something else");
	size_t count = log_tail(lines, LOG_RING, &after);
	assert_int_equal(after - before, 2);
	assert_non_null(strstr(lines[count - 2].text, "Connection refused"));
	assert_int_equal(lines[count - 2].level, LOG_ERROR);
	log_close();
}

static const char statistics[] =
	"{\"name\":\"c\",\"brokers\":{\"a:1/1\":{\"nodeid\":1,\"state\":\"UP\",\"source\":\"learned\"},"
	"\"b:1/2\":{\"nodeid\":2,\"state\":\"CONNECT\",\"source\":\"learned\"},"
	"\"GroupCoordinator\":{\"nodeid\":1,\"state\":\"UP\",\"source\":\"logical\"}},"
	"\"topics\":{\"t\":{\"partitions\":{\"0\":{\"partition\":0,\"lo_offset\":5,\"hi_offset\":32,\"ls_offset\":22},"
	"\"1\":{\"partition\":1,\"lo_offset\":-1001,\"hi_offset\":-1001,\"ls_offset\":-1001},\"-1\":{\"partition\":-1,\"hi_offset\":1}}}}}";

static void take(void *arg, const struct partition_figures *fig)
{
	struct partition_figures *figures = arg;
	assert_in_range(fig->partition, 0, 1);
	figures[fig->partition] = *fig;
}

static void figures_are_read_from_statistics(void **state)
{
	(void)state;
	struct partition_figures fig[2] = {{0}};
	assert_int_equal(statistics_read(statistics, sizeof statistics - 1, take, fig), 1);
	assert_int_equal(fig[0].low, 5);
	assert_int_equal(fig[0].high, 32);
	assert_int_equal(fig[0].stable, 22);
	assert_int_equal(fig[1].stable, -1);
	assert_int_equal(statistics_read("{", 1, take, fig), -1);
}

static void rates_follow_within_seconds_and_end(void **state)
{
	(void)state;
	struct rate rate = {0};
	int64_t us = 1;
	uint64_t count = 500;
	for (int i = 0; i < 50; i++)
		rate_tell(&rate, count += 100, us += 200000);
	assert_true(rate.per_second > 490 && rate.per_second < 510);
	for (int i = 0; i < 17; i++)
		rate_tell(&rate, count, us += 200000);
	assert_true(rate.per_second == 0);
	rate_tell(&rate, 3, us += 200000); /* the counter began anew */
	assert_true(rate.per_second == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clients_keep_the_contracts),
		cmocka_unit_test(users_settings_go_to_the_library),
		cmocka_unit_test(a_readers_preset_gives_way_to_the_users),
		cmocka_unit_test(bad_settings_are_named),
		cmocka_unit_test(lines_of_one_kind_are_thinned_out),
		cmocka_unit_test(figures_are_read_from_statistics),
		cmocka_unit_test(rates_follow_within_seconds_and_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
