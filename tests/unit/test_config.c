#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/config.h"
#include "base/config_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

#define LENGTH(array) (sizeof(array) / sizeof *(array))

/* Every test begins without a file and without variables of ours. */
static char folder[] = "/tmp/tfl-top-test-config-XXXXXX";

static char *conf_path(void)
{
	static char path[128];
	snprintf(path, sizeof path, "%s/tfl-top/tfl-top.conf", folder);
	return path;
}

static void write_conf(const char *text)
{
	FILE *file = fopen(conf_path(), "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static int clean(void **state)
{
	(void)state;
	char *empty[] = {NULL};
	environ = empty;
	setenv("XDG_CONFIG_HOME", folder, 1);
	setenv("HOME", "/home/ada", 1);
	unlink(conf_path());
	return 0;
}

static int load_words(struct config *cfg, unsigned command, const char *line, struct error *err)
{
	static char copy[1024];
	char *argv[32], *rest = copy;
	int argc = 0;
	snprintf(copy, sizeof copy, "%s", line);
	for (char *word; (word = strsep(&rest, " "));)
		if (*word)
			argv[argc++] = word;
	return config_load(cfg, command, argc, argv, err);
}

static struct config *loaded(unsigned command, const char *line)
{
	struct error err = {{0}};
	struct config *cfg = config_new();
	if (load_words(cfg, command, line, &err))
		fail_msg("%s", err.text);
	return cfg;
}

static void refused(unsigned command, const char *line, const char *text)
{
	struct error err = {{0}};
	struct config *cfg = config_new();
	assert_int_equal(load_words(cfg, command, line, &err), -1);
	assert_string_equal(err.text, text);
	config_free(cfg);
}

static void a_stronger_source_wins(void **state)
{
	(void)state;
	struct config *cfg = loaded(CMD_SIMULATE, "");
	assert_float_equal(config_real(cfg, "sim.rate"), 1, 0);
	assert_false(config_is_set(cfg, "sim.rate"));
	config_free(cfg);

	write_conf("# passengers\n\n  sim.rate = 2 \r\nsim.seed=5\nsim.seed=6\n");
	cfg = loaded(CMD_SIMULATE, "");
	assert_float_equal(config_real(cfg, "sim.rate"), 2, 0);
	assert_int_equal(config_count(cfg, "sim.seed"), 6);
	assert_true(config_is_set(cfg, "sim.rate"));
	config_free(cfg);

	setenv("TFL_TOP_SIM_RATE", "3", 1);
	cfg = loaded(CMD_SIMULATE, "");
	assert_float_equal(config_real(cfg, "sim.rate"), 3, 0);
	config_free(cfg);

	cfg = loaded(CMD_SIMULATE, "--rate 4");
	assert_float_equal(config_real(cfg, "sim.rate"), 4, 0);
	config_free(cfg);
	cfg = loaded(CMD_SIMULATE, "--rate 4 -X sim.rate=5");
	assert_float_equal(config_real(cfg, "sim.rate"), 5, 0);
	config_override(cfg, "sim.rate", "6");
	assert_float_equal(config_real(cfg, "sim.rate"), 6, 0);
	config_free(cfg);
}

static void flags_come_in_every_form(void **state)
{
	(void)state;
	struct config *cfg = loaded(CMD_FEED, "history -eqbb:1 --count=7 -vX topic.exits=out --db ~/h.db -- -x -");
	assert_true(config_bool(cfg, "exit-at-end"));
	assert_true(config_bool(cfg, "quiet"));
	assert_true(config_bool(cfg, "verbose"));
	assert_string_equal(config_text(cfg, "kafka.bootstrap.servers"), "b:1");
	assert_int_equal(config_count(cfg, "count"), 7);
	assert_string_equal(config_text(cfg, "topic.exits"), "out");
	assert_string_equal(config_text(cfg, "history.db"), "/home/ada/h.db");
	assert_int_equal(config_words(cfg), 3);
	assert_string_equal(config_word(cfg, 0), "history");
	assert_string_equal(config_word(cfg, 1), "-x");
	assert_string_equal(config_word(cfg, 2), "-");
	assert_null(config_word(cfg, 3));
	config_free(cfg);

	cfg = loaded(CMD_QUERY, "--since -2h --format csv");
	assert_string_equal(config_text(cfg, "since"), "-2h");
	assert_string_equal(config_text(cfg, "format"), "csv");
	assert_int_equal(config_ms(cfg, "timeout"), 30000);
	config_free(cfg);
	cfg = loaded(CMD_FRAME, "--ascii");
	assert_true(config_bool(cfg, "ui.ascii"));
	assert_string_equal(config_text(cfg, "format"), "text");
	config_free(cfg);
	cfg = loaded(CMD_FRAME, "--ascii=false");
	assert_false(config_bool(cfg, "ui.ascii"));
	config_free(cfg);
}

static void speed_may_be_max(void **state)
{
	(void)state;
	struct config *cfg = loaded(CMD_SIMULATE, "--speed max");
	assert_float_equal(config_real(cfg, "sim.speed"), 0, 0);
	assert_true(config_is_set(cfg, "sim.speed"));
	config_free(cfg);
}

static void an_empty_value_unsets(void **state)
{
	(void)state;
	setenv("TFL_TOP_LOG_FILE", "/x", 1);
	struct config *cfg = loaded(CMD_TOP, "--log=");
	assert_null(config_text(cfg, "log.file"));
	config_free(cfg);
	refused(CMD_TOP, "-X topic.exits=", "-X topic.exits: an empty value is not possible here (default: exits)");
}

static void help_needs_no_sound_configuration(void **state)
{
	(void)state;
	write_conf("nonsense\n");
	struct config *cfg = loaded(CMD_TOP, "--help --spede");
	assert_true(config_bool(cfg, "help"));
	config_free(cfg);
	cfg = loaded(CMD_TOP, "--version");
	assert_true(config_bool(cfg, "version"));
	config_free(cfg);
}

static void each_mistake_is_named(void **state)
{
	(void)state;
	static const struct {
		unsigned command;
		const char *line, *text;
	} rows[] = {
		{CMD_SIMULATE, "--spede 3", "no option is called --spede (did you mean --speed?)"},
		{CMD_SIMULATE, "--zzz=3", "no option is called --zzz"},
		{CMD_QUERY, "--rate 3", "--rate is an option of another command"},
		{CMD_QUERY, "-vZ", "no option is called -Z"},
		{CMD_SIMULATE, "--rate", "--rate needs a value: X"},
		{CMD_QUERY, "--format", "--format needs a value: table|csv|json|ndjson"},
		{CMD_FEED, "--exit-at-end=yes", "--exit-at-end takes no value"},
		{CMD_SIMULATE, "--rate 0", "--rate: \"0\" is not a number above 0, such as 0.5"},
		{CMD_SIMULATE, "--rate inf", "--rate: \"inf\" is not a number above 0, such as 0.5"},
		{CMD_SIMULATE, "--rate 1x", "--rate: \"1x\" is not a number above 0, such as 0.5"},
		{CMD_SIMULATE, "--speed -1", "--speed: \"-1\" is neither max nor a number above 0, such as 10"},
		{CMD_SIMULATE, "--seed -1", "--seed: \"-1\" is not a whole number of 0 or more"},
		{CMD_SIMULATE, "--seed 18446744073709551616", "--seed: \"18446744073709551616\" is not a whole number of 0 or more"},
		{CMD_SIMULATE, "--duration 5", "--duration: \"5\" is no duration: say 200ms, 90s, 15m, 2h, 1d, 1h30m or forever"},
		{CMD_QUERY, "--format jsno", "--format: \"jsno\" is none of table|csv|json|ndjson (did you mean json?)"},
		{CMD_FRAME, "--format csv", "--format: \"csv\" is none of text|ansi"},
		{CMD_FRAME, "--ascii=1", "--ascii: \"1\" is neither true nor false"},
		{CMD_TOP, "-X history.mode=0440", "-X history.mode: \"0440\" is not a file's permissions in octal, from 0600 to 0666"},
		{CMD_TOP, "-X history.mode=0680", "-X history.mode: \"0680\" is not a file's permissions in octal, from 0600 to 0666"},
		{CMD_TOP, "-X topic.entires=x", "-X topic.entires: no key is called \"topic.entires\" (did you mean topic.entries?)"},
		{CMD_TOP, "-X demo=true", "-X demo: no key is called \"demo\""},
		{CMD_TOP, "-X topic.exits", "-X topic.exits: key=value is wanted"},
		{CMD_TOP, "-X kafka.=1", "-X kafka.: kafka. is no key: the name of a setting of librdkafka belongs after it"},
		{CMD_TOP, "-c /nonexistent/x.conf", "cannot read the configuration /nonexistent/x.conf: No such file or directory"},
	};
	for (size_t i = 0; i < LENGTH(rows); i++)
		refused(rows[i].command, rows[i].line, rows[i].text);
}

static void mistakes_in_the_environment_are_named(void **state)
{
	(void)state;
	setenv("TFL_TOP_SIM_RAET", "3", 1);
	refused(CMD_TOP, "", "TFL_TOP_SIM_RAET in the environment stands for no key (did you mean TFL_TOP_SIM_RATE?)");
	clean(NULL);
	setenv("TFL_TOP_DEMO", "true", 1);
	refused(CMD_TOP, "", "TFL_TOP_DEMO in the environment stands for no key");
	clean(NULL);
	setenv("TFL_TOP_UI_MOUSE", "on", 1);
	refused(CMD_TOP, "", "TFL_TOP_UI_MOUSE: \"on\" is neither true nor false");
	clean(NULL);
	setenv("TFL_TOP_KAFKA_GROUP_ID", "g", 1);
	refused(CMD_TOP, "", "TFL_TOP_KAFKA_GROUP_ID: kafka.group.id cannot be set: every reader has a group of its own: set enrich.group");
	clean(NULL);
	setenv("TFL_TOP", "/usr/bin/tfl-top", 1);
	config_free(loaded(CMD_TOP, ""));
}

static void file_refused(const char *conf, const char *text)
{
	char want[512];
	write_conf(conf);
	snprintf(want, sizeof want, "%s %s", conf_path(), text);
	refused(CMD_TOP, "", want);
}

static void mistakes_in_the_file_are_named(void **state)
{
	(void)state;
	file_refused("# one\n\nui.mouse=yes\n", "line 3: ui.mouse: \"yes\" is neither true nor false");
	file_refused("ui.mouse\n", "line 1: \"ui.mouse\" is no line of the form key=value");
	file_refused("=1", "line 1: \"=1\" is no line of the form key=value");
	file_refused("ui.fpss=1\n", "line 1: no key is called \"ui.fpss\" (did you mean ui.fps?)");
	file_refused("demo=true\n", "line 1: no key is called \"demo\"");
	file_refused("kafka.isolation.level=read_uncommitted\n",
		     "line 1: kafka.isolation.level cannot be set: tfl-top always reads read_committed, else counts include what was rolled back");
	FILE *file = fopen(conf_path(), "w");
	fwrite("a\0b", 1, 3, file);
	fclose(file);
	char want[256];
	snprintf(want, sizeof want, "%s is not a text file", conf_path());
	refused(CMD_TOP, "", want);
}

/* What a value is shadowed by does not excuse it. */
static void a_shadowed_value_is_checked_too(void **state)
{
	(void)state;
	setenv("TFL_TOP_SIM_RATE", "fast", 1);
	refused(CMD_SIMULATE, "--rate 2", "TFL_TOP_SIM_RATE: \"fast\" is not a number above 0, such as 0.5");
}

static void contract_breaking_keys_are_refused(void **state)
{
	(void)state;
	static const char *const names[] = {"group.id", "transactional.id", "enable.auto.commit", "enable.auto.offset.store", "auto.offset.reset",
					    "isolation.level", "enable.idempotence", "partitioner", "enable.partition.eof"};
	for (size_t i = 0; i < LENGTH(names); i++) {
		char line[128], want[160];
		struct error err = {{0}};
		struct config *cfg = config_new();
		snprintf(line, sizeof line, "-X kafka.%s=x", names[i]);
		snprintf(want, sizeof want, "-X kafka.%s: kafka.%s cannot be set: ", names[i], names[i]);
		assert_int_equal(load_words(cfg, CMD_TOP, line, &err), -1);
		assert_memory_equal(err.text, want, strlen(want));
		config_free(cfg);
	}
}

static void collect(const char *name, const char *value, void *arg)
{
	strbuf_printf(arg, "%s=%s\n", name, value);
}

static void kafka_keys_pass_through(void **state)
{
	(void)state;
	write_conf("kafka.sasl.password = s3cret#1 \nkafka.socket.timeout.ms=1000\n");
	setenv("TFL_TOP_KAFKA_SOCKET_TIMEOUT_MS", "2000", 1);
	setenv("TFL_TOP_KAFKA_BOOTSTRAP_SERVERS", "e:1", 1);
	struct strbuf out = {0};
	struct config *cfg = loaded(CMD_TOP, "-X kafka.client.id=me -X kafka.client.id=you");
	config_each_kafka(cfg, collect, &out);
	assert_string_equal(strbuf_str(&out),
			    "bootstrap.servers=e:1\nclient.id=you\nsocket.timeout.ms=2000\nsasl.password=s3cret#1\n");
	strbuf_reset(&out);
	config_print(cfg, &out);
	assert_null(strstr(strbuf_str(&out), "s3cret"));
	assert_non_null(strstr(strbuf_str(&out), "kafka.sasl.password=********  "));
	assert_non_null(strstr(strbuf_str(&out), "  TFL_TOP_KAFKA_SOCKET_TIMEOUT_MS\n"));
	strbuf_fini(&out);
	config_free(cfg);
}

/* Every user of the machine sees the words of a command line. */
static void a_secret_is_refused_on_the_command_line(void **state)
{
	(void)state;
	static const char *const names[][2] = {
		{"kafka.sasl.password", "TFL_TOP_KAFKA_SASL_PASSWORD"},
		{"kafka.ssl.key.pem", "TFL_TOP_KAFKA_SSL_KEY_PEM"},
		{"kafka.sasl.oauthbearer.client.secret", "TFL_TOP_KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET"},
	};
	for (size_t i = 0; i < LENGTH(names); i++) {
		char line[128], text[512];
		snprintf(line, sizeof line, "-X %s=hunter2", names[i][0]);
		snprintf(text, sizeof text, "-X %s: every user of this machine can see a command line: set it in the configuration file, or as %s in "
			 "the environment", names[i][0], names[i][1]);
		refused(CMD_TOP, line, text);
	}
	struct config *cfg = loaded(CMD_TOP, "-X kafka.sasl.password= -X kafka.sasl.username=ada -X kafka.ssl.key.location=/k.pem");
	config_free(cfg);
}

static void print_shows_control_bytes(void **state)
{
	(void)state;
	write_conf("topic.entries=a\033[2Jb\n");
	struct strbuf out = {0};
	struct config *cfg = loaded(CMD_TOP, "-X kafka.client.id=\033]0;x\007");
	config_print(cfg, &out);
	assert_non_null(strstr(strbuf_str(&out), "\ntopic.entries=a\\x1b[2Jb "));
	assert_non_null(strstr(strbuf_str(&out), "\nkafka.client.id=\\x1b]0;x\\x07 "));
	assert_null(strchr(strbuf_str(&out), '\033'));
	strbuf_fini(&out);
	config_free(cfg);
}

static void print_says_where_values_come_from(void **state)
{
	(void)state;
	write_conf("sim.seed=9\n");
	setenv("TFL_TOP_SIM_SPEED", "max", 1);
	char want[256];
	struct strbuf out = {0};
	struct config *cfg = loaded(CMD_SIMULATE, "--rate 2 -X ui.fps=5");
	config_print(cfg, &out);
	snprintf(want, sizeof want, "\nsim.seed=9                                       %s line 1\n", conf_path());
	const char *const lines[] = {
		want,
		"\nsim.rate=2                                       --rate\n",
		"\nsim.speed=max                                    TFL_TOP_SIM_SPEED\n",
		"\nui.fps=5                                         -X ui.fps\n",
		"\nui.clock=auto                                    default\n",
		"\nlog.file=                                        unset\n",
	};
	for (size_t i = 0; i < LENGTH(lines); i++)
		if (!strstr(strbuf_str(&out), lines[i]))
			fail_msg("missing:%s", lines[i]);
	assert_null(strstr(strbuf_str(&out), "\ndemo="));
	strbuf_fini(&out);
	config_free(cfg);
}

static bool is_word(const char *text, const char *letters)
{
	return *text && !text[strspn(text, letters)];
}

static void check_row(const struct option *row)
{
	static const char lower[] = "abcdefghijklmnopqrstuvwxyz";
	bool configurable = !row->pure_flag;
	if (!is_word(row->key, configurable ? "abcdefghijklmnopqrstuvwxyz._" : "abcdefghijklmnopqrstuvwxyz-") || !row->help || !*row->help ||
	    row->help[strlen(row->help) - 1] == '.' || strchr(lower, row->key[0]) == NULL || configurable != !!strchr(row->key, '.'))
		fail_msg("row %s is not well-formed", row->key);
	if (!row->flag != !row->commands)
		fail_msg("row %s: a flag and the commands that take it belong together", row->key);
	if (row->pure_flag && !row->flag)
		fail_msg("row %s can be set nowhere", row->key);
	if ((row->type == OPT_CHOICE) != !!row->choices)
		fail_msg("row %s: choices belong to OPT_CHOICE", row->key);
	bool alone = row->type == OPT_FLAG || row->type == OPT_BOOL;
	if (row->flag && alone == (row->value || row->choices))
		fail_msg("row %s: help must show the value's name, if it takes one", row->key);
}

/* Beside the form of each row: no two rows that one command takes share a flag or a key, nor two keys a variable. */
static void every_row_is_well_formed(void **state)
{
	(void)state;
	config_free(config_new()); /* aborts on a default that does not pass its own check */
	for (size_t i = 0; i < noptions; i++) {
		check_row(&options[i]);
		for (size_t j = 0; j < i; j++) {
			unsigned both = options[i].commands & options[j].commands;
			bool same_key = !strcmp(options[i].key, options[j].key);
			if (same_key && (both || !options[i].pure_flag))
				fail_msg("two rows of key %s", options[i].key);
			if (both && !strcmp(options[i].flag, options[j].flag))
				fail_msg("two rows of flag %s", options[i].flag);
		}
	}
}

static void help_shows_what_a_command_takes(void **state)
{
	(void)state;
	struct strbuf out = {0};
	config_help(CMD_QUERY, &out);
	assert_non_null(strstr(strbuf_str(&out), "      --format table|csv|json|ndjson\n"));
	assert_non_null(strstr(strbuf_str(&out), "  -b, --brokers HOST:PORT,...     Kafka brokers [kafka.bootstrap.servers] (default: localhost:9092)\n"));
	assert_null(strstr(strbuf_str(&out), "--rate"));
	strbuf_fini(&out);
}

static void nearest_name_forgives_a_third(void **state)
{
	(void)state;
	static const char *const names[] = {"stations", "network", "pipeline", "top"};
	static const struct {
		const char *word, *nearest;
	} rows[] = {
		{"staitons", "stations"}, {"stions", "stations"}, {"Network", "network"}, {"netwrok", "network"}, {"pipes", NULL},
		{"tpo", "top"},		  {"to", NULL},		  {"", NULL},		  {"xyz", NULL},	  {"pipelines", "pipeline"},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const char *got = nearest_name(rows[i].word, names, LENGTH(names));
		if (!got != !rows[i].nearest || (got && strcmp(got, rows[i].nearest)))
			fail_msg("%s: %s", rows[i].word, got ? got : "none");
	}
}

static void add_key(const char *key, void *arg)
{
	strbuf_printf(arg, "%s ", key);
}

static void it_is_read_again_and_changes_are_named(void **state)
{
	(void)state;
	static char *argv[] = {(char *)"-X", (char *)"sim.rate=2", NULL};
	struct error err;
	struct strbuf keys = {0};
	write_conf("log.level=info\nsim.rate=3\nelastic.url=http://a:1\nkafka.client.id=x\nkafka.retries=2\nkibana.user=me\n");
	struct config *before = config_new();
	assert_int_equal(config_load(before, CMD_FEED, 2, argv, &err), 0);
	write_conf("log.level=debug\nsim.rate=4\nelastic.url=http://a:1\nkafka.retries=3\nkafka.linger.ms=5\n");
	struct config *now = config_again(before, &err);
	assert_non_null(now);
	assert_string_equal(config_text(now, "log.level"), "debug");
	assert_float_equal(config_real(now, "sim.rate"), 2, 0); /* the command line is as strong as ever */
	config_changes(before, now, add_key, &keys);
	assert_string_equal(strbuf_str(&keys), "kibana.user log.level kafka.retries kafka.linger.ms kafka.client.id ");
	strbuf_reset(&keys);
	config_changes(before, before, add_key, &keys);
	assert_string_equal(strbuf_str(&keys), "");
	write_conf("log.level=loud\n");
	assert_null(config_again(before, &err));
	assert_non_null(strstr(err.text, "log.level"));
	strbuf_fini(&keys);
	config_free(now);
	config_free(before);
}

int main(void)
{
	char sub[128];
	if (!mkdtemp(folder))
		return 1;
	snprintf(sub, sizeof sub, "%s/tfl-top", folder);
	if (mkdir(sub, 0700))
		return 1;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_stronger_source_wins, clean),
		cmocka_unit_test_setup(flags_come_in_every_form, clean),
		cmocka_unit_test_setup(speed_may_be_max, clean),
		cmocka_unit_test_setup(an_empty_value_unsets, clean),
		cmocka_unit_test_setup(help_needs_no_sound_configuration, clean),
		cmocka_unit_test_setup(each_mistake_is_named, clean),
		cmocka_unit_test_setup(mistakes_in_the_environment_are_named, clean),
		cmocka_unit_test_setup(mistakes_in_the_file_are_named, clean),
		cmocka_unit_test_setup(a_shadowed_value_is_checked_too, clean),
		cmocka_unit_test_setup(contract_breaking_keys_are_refused, clean),
		cmocka_unit_test_setup(kafka_keys_pass_through, clean),
		cmocka_unit_test_setup(a_secret_is_refused_on_the_command_line, clean),
		cmocka_unit_test_setup(print_shows_control_bytes, clean),
		cmocka_unit_test_setup(print_says_where_values_come_from, clean),
		cmocka_unit_test_setup(every_row_is_well_formed, clean),
		cmocka_unit_test_setup(help_shows_what_a_command_takes, clean),
		cmocka_unit_test_setup(nearest_name_forgives_a_third, clean),
		cmocka_unit_test_setup(it_is_read_again_and_changes_are_named, clean),
	};
	int rc = cmocka_run_group_tests(tests, NULL, NULL);
	clean(NULL);
	rmdir(sub);
	rmdir(folder);
	return rc;
}
