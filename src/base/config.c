#include "base/config_internal.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern char **environ;

struct setting {
	const struct option *row;
	char *key;
	char *text; /* NULL = unset */
	struct config_number number;
	enum config_source source;
	char *place;
};

struct config {
	unsigned command;
	int argc;              /* as given to config_load, … */
	char *const *argv;     /* … borrowed */
	struct setting *settings; /* the rows of options[] in their order, then the kafka.* keys that are no row */
	size_t count, cap;
	char **words;
	size_t nwords, words_cap;
};

/* What stands for a kafka.* key that has no row of its own. */
static const struct option kafka_text = {.key = "kafka.*", .type = OPT_TEXT};
static const struct option kafka_secret = {.key = "kafka.*", .type = OPT_SECRET};

/* Settings of librdkafka that would break what tfl-top promises, and what to use instead. */
static const struct refusal {
	const char *name, *why;
} refusals[] = {
	{"group.id", "every reader has a group of its own: set enrich.group"},
	{"transactional.id", "tfl-top makes it: set enrich.name"},
	{"enable.auto.commit", "tfl-top commits an offset when its records are stored, not before"},
	{"auto.commit.enable", "tfl-top commits an offset when its records are stored, not before"},
	{"enable.auto.offset.store", "tfl-top commits an offset when its records are stored, not before"},
	{"auto.offset.reset", "where to begin is said by --from; an offset that is gone is recorded as a gap"},
	{"isolation.level", "tfl-top always reads read_committed, else counts include what was rolled back"},
	{"enable.idempotence", "tfl-top always produces with it, else retries would double records"},
	{"partitioner", "tfl-top always uses murmur2_random, as Kafka's own clients do, else joins lose records"},
	{"enable.partition.eof", "tfl-top sets it where it needs it"},
	{"metadata.broker.list", "set kafka.bootstrap.servers or -b"},
};

static struct setting *add(struct config *cfg, const struct option *row, const char *key)
{
	cfg->settings = xgrow(cfg->settings, cfg->count, &cfg->cap, sizeof *cfg->settings);
	struct setting *set = &cfg->settings[cfg->count++];
	*set = (struct setting){.row = row, .key = xstrdup(key)};
	return set;
}

struct config *config_new(void)
{
	struct config *cfg = xcalloc(1, sizeof *cfg);
	for (size_t i = 0; i < noptions; i++) {
		struct setting *set = add(cfg, &options[i], options[i].key);
		struct error err;
		if (!options[i].preset)
			continue;
		set->text = xstrdup(options[i].preset);
		if (config_check(&options[i], set->text, &set->number, &err)) {
			fprintf(stderr, "tfl-top: default of %s: %s\n", options[i].key, err.text);
			abort();
		}
	}
	return cfg;
}

void config_free(struct config *cfg)
{
	for (size_t i = 0; i < cfg->count; i++) {
		free(cfg->settings[i].key);
		free(cfg->settings[i].text);
		free(cfg->settings[i].place);
	}
	for (size_t i = 0; i < cfg->nwords; i++)
		free(cfg->words[i]);
	free(cfg->settings);
	free(cfg->words);
	free(cfg);
}

int config_load(struct config *cfg, unsigned command, int argc, char *const argv[], struct error *err)
{
	cfg->command = command;
	cfg->argc = argc;
	cfg->argv = argv;
	if (config_args(cfg, argc, argv, err))
		return -1;
	if (config_bool(cfg, "help") || config_bool(cfg, "version"))
		return 0;
	return config_environment(cfg, environ, err) || config_file(cfg, err) ? -1 : 0;
}

struct config *config_again(const struct config *cfg, struct error *err)
{
	struct config *fresh = config_new();
	if (!config_load(fresh, cfg->command, cfg->argc, cfg->argv, err))
		return fresh;
	config_free(fresh);
	return NULL;
}

static const char *text_of(const struct config *cfg, const char *key)
{
	for (size_t i = 0; i < cfg->count; i++)
		if (!strcmp(cfg->settings[i].key, key) && cfg->settings[i].text)
			return cfg->settings[i].text;
	return "";
}

void config_changes(const struct config *before, const struct config *now, void (*fn)(const char *key, void *arg), void *arg)
{
	for (size_t i = 0; i < now->count; i++)
		if (!now->settings[i].row->pure_flag && strcmp(text_of(before, now->settings[i].key), text_of(now, now->settings[i].key)))
			fn(now->settings[i].key, arg);
	for (size_t i = noptions; i < before->count; i++) /* kafka.* keys that have gone */
		if (!*text_of(now, before->settings[i].key))
			fn(before->settings[i].key, arg);
}

unsigned config_command(const struct config *cfg)
{
	return cfg->command;
}

void config_add_word(struct config *cfg, const char *word)
{
	cfg->words = xgrow(cfg->words, cfg->nwords, &cfg->words_cap, sizeof *cfg->words);
	cfg->words[cfg->nwords++] = xstrdup(word);
}

size_t config_words(const struct config *cfg)
{
	return cfg->nwords;
}

const char *config_word(const struct config *cfg, size_t i)
{
	return i < cfg->nwords ? cfg->words[i] : NULL;
}

/* Takes `text`, which was checked. */
static void keep(struct setting *set, char *take_text, const struct config_number *number, enum config_source source, const char *place)
{
	free(set->text);
	free(set->place);
	set->text = *take_text ? take_text : NULL;
	if (!*take_text)
		free(take_text);
	set->number = *number;
	set->source = source;
	set->place = xstrdup(place);
}

static char *expanded(const struct option *row, const char *text)
{
	const char *home = getenv("HOME");
	if (row->type == OPT_PATH && home && !strncmp(text, "~/", 2))
		return xasprintf("%s%s", home, text + 1);
	return xstrdup(text);
}

static int refuse_seen(const struct setting *set, const char *place, struct error *err)
{
	struct strbuf name = {0};
	config_env_name(set->key, &name);
	error_set(err, "%s: every user of this machine can see a command line: set it in the configuration file, or as %s in the environment", place,
		  strbuf_str(&name));
	strbuf_fini(&name);
	return -1;
}

static int assign(struct setting *set, const char *text, enum config_source source, const char *place, struct error *err)
{
	struct config_number number;
	if (set->row->type == OPT_SECRET && source == FROM_FLAG && *text)
		return refuse_seen(set, place, err);
	if (config_check(set->row, text, &number, err)) {
		if (source == FROM_FILE)
			error_prefix(err, "%s", set->key);
		return error_prefix(err, "%s", place);
	}
	if (set->row->type == OPT_SECRET)
		log_keep_secret(text);
	if (source >= set->source)
		keep(set, expanded(set->row, text), &number, source, place);
	return 0;
}

int config_set_row(struct config *cfg, const struct option *row, const char *text, enum config_source source, const char *place,
		   struct error *err)
{
	return assign(&cfg->settings[row - options], text, source, place, err);
}

static bool secret_name(const char *name)
{
	static const char *const signs[] = {"password", "secret", "ssl.key.pem", "oauthbearer.config", "jaas"};
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (strstr(name, signs[i]))
			return true;
	return false;
}

static int set_kafka(struct config *cfg, const char *key, const char *text, enum config_source source, const char *place, struct error *err)
{
	const char *name = key + strlen("kafka.");
	for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
		if (!strcmp(name, refusals[i].name))
			return error_set(err, "%s: %s cannot be set: %s", place, key, refusals[i].why);
	if (!*name)
		return error_set(err, "%s: kafka. is no key: the name of a setting of librdkafka belongs after it", place);
	for (size_t i = noptions; i < cfg->count; i++)
		if (!strcmp(cfg->settings[i].key, key))
			return assign(&cfg->settings[i], text, source, place, err);
	return assign(add(cfg, secret_name(name) ? &kafka_secret : &kafka_text, key), text, source, place, err);
}

static int unknown_key(const char *key, const char *place, struct error *err)
{
	const char **names = xcalloc(noptions, sizeof *names);
	size_t count = 0;
	for (size_t i = 0; i < noptions; i++)
		if (!options[i].pure_flag)
			names[count++] = options[i].key;
	error_set(err, "%s: no key is called \"%.80s\"", place, key);
	config_suggest(err, key, names, count);
	free(names);
	return -1;
}

int config_set_key(struct config *cfg, const char *key, const char *text, enum config_source source, const char *place, struct error *err)
{
	for (size_t i = 0; i < noptions; i++)
		if (!options[i].pure_flag && !strcmp(options[i].key, key))
			return config_set_row(cfg, &options[i], text, source, place, err);
	if (!strncmp(key, "kafka.", strlen("kafka.")))
		return set_kafka(cfg, key, text, source, place, err);
	return unknown_key(key, place, err);
}

void config_override(struct config *cfg, const char *key, const char *value)
{
	struct error err;
	if (config_set_key(cfg, key, value, FROM_FLAG, "tfl-top itself", &err)) {
		fprintf(stderr, "tfl-top: %s\n", err.text);
		abort();
	}
}

/* The row that this command takes, or one of that name that no flag can have set. */
static const struct setting *get(const struct config *cfg, const char *key, unsigned types)
{
	const struct setting *found = NULL;
	for (size_t i = 0; i < noptions; i++)
		if (!strcmp(options[i].key, key) && (!found || (options[i].commands & cfg->command)))
			found = &cfg->settings[i];
	if (!found || !(1u << found->row->type & types)) {
		fprintf(stderr, "tfl-top: no option %s of the type asked for\n", key);
		abort();
	}
	return found;
}

const char *config_text(const struct config *cfg, const char *key)
{
	return get(cfg, key, 1u << OPT_TEXT | 1u << OPT_SECRET | 1u << OPT_PATH | 1u << OPT_TIME | 1u << OPT_CHOICE)->text;
}

bool config_bool(const struct config *cfg, const char *key)
{
	return get(cfg, key, 1u << OPT_FLAG | 1u << OPT_BOOL)->number.whole;
}

uint64_t config_count(const struct config *cfg, const char *key)
{
	return get(cfg, key, 1u << OPT_COUNT)->number.whole;
}

double config_real(const struct config *cfg, const char *key)
{
	return get(cfg, key, 1u << OPT_REAL | 1u << OPT_SPEED)->number.real;
}

int64_t config_ms(const struct config *cfg, const char *key)
{
	return get(cfg, key, 1u << OPT_DURATION)->number.ms;
}

unsigned config_mode(const struct config *cfg, const char *key)
{
	return (unsigned)get(cfg, key, 1u << OPT_MODE)->number.whole;
}

bool config_is_set(const struct config *cfg, const char *key)
{
	return get(cfg, key, ~0u)->source != FROM_DEFAULT;
}

size_t config_file_keys(const struct config *cfg)
{
	size_t count = 0;
	for (size_t i = 0; i < cfg->count; i++)
		count += cfg->settings[i].source == FROM_FILE;
	return count;
}

bool config_file_secret(const struct config *cfg)
{
	for (size_t i = 0; i < cfg->count; i++)
		if (cfg->settings[i].source == FROM_FILE && cfg->settings[i].row->type == OPT_SECRET)
			return true;
	return false;
}

void config_each_kafka(const struct config *cfg, void (*fn)(const char *name, const char *value, void *arg), void *arg)
{
	for (size_t i = 0; i < cfg->count; i++) {
		const struct setting *set = &cfg->settings[i];
		if (!strncmp(set->key, "kafka.", strlen("kafka.")) && set->text)
			fn(set->key + strlen("kafka."), set->text, arg);
	}
}

void config_print(const struct config *cfg, struct strbuf *out)
{
	struct strbuf line = {0};
	for (size_t i = 0; i < cfg->count; i++) {
		const struct setting *set = &cfg->settings[i];
		if (set->row->pure_flag)
			continue;
		const char *text = !set->text ? "" : set->row->type == OPT_SECRET ? "********" : set->text;
		int width = 46 - (int)strlen(set->key);
		strbuf_reset(&line);
		strbuf_printf(&line, "%s=%-*s  %s", set->key, width > 0 ? width : 0, text, set->place ? set->place : set->text ? "default" : "unset");
		utf8_add_safe(out, line.data, line.len);
		strbuf_addc(out, '\n');
	}
	strbuf_fini(&line);
}
