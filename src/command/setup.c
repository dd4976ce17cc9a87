/* tfl-top setup: makes what the pipeline needs. Idempotent: what is there is left as it is. */
#include "base/mem.h"
#include "command/command.h"
#include "elastic/setup.h"
#include "feed/kafka.h"
#include "mariadb/setup.h"
#include "pipeline/stations_topic.h"
#include "sim/travellers.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define BROKER_MS 10000

struct part {
	const char *name;
	int (*run)(const struct config *cfg, bool dry_run, struct error *err);
	bool unasked; /* done when no part is named */
};

static const struct {
	const char *key;
	bool compacted;
} topics[] = {
	{"topic.entries", false},         {"topic.exits", false},         {"topic.stations", true},
	{"topic.station_entries", false}, {"topic.station_exits", false},
};
#define TOPICS (sizeof topics / sizeof *topics)

static void say(const struct topic_want *want, int before, bool dry_run)
{
	if (!before)
		printf("topic %s: %s, %d partitions\n", want->name, dry_run ? "would be created" : "created", want->partitions);
	else if (before == want->partitions)
		printf("topic %s: there, %d partitions\n", want->name, before);
	else
		printf("topic %s: there with %d partition%s, not %d: left as it is\n", want->name, before, before == 1 ? "" : "s", want->partitions);
}

static int ensure_topics(rd_kafka_t *rk, const struct config *cfg, bool dry_run, struct error *err)
{
	struct topic_want want[TOPICS];
	int before[TOPICS];
	for (size_t i = 0; i < TOPICS; i++) {
		want[i] = (struct topic_want){config_text(cfg, topics[i].key), (int)config_count(cfg, "topic.partitions"), topics[i].compacted};
		before[i] = kafka_partitions(rk, want[i].name, BROKER_MS, err);
		if (before[i] < 0)
			return -1;
	}
	if (kafka_topics_ensure(rk, cfg, want, TOPICS, dry_run, err))
		return -1;
	for (size_t i = 0; i < TOPICS; i++)
		say(&want[i], before[i], dry_run);
	return 0;
}

static int setup_topics(const struct config *cfg, bool dry_run, struct error *err)
{
	rd_kafka_conf_t *conf = kafka_conf(cfg, KAFKA_PRODUCER, err);
	rd_kafka_t *rk = conf ? kafka_new(KAFKA_PRODUCER, conf, err) : NULL;
	if (!rk)
		return -1;
	int rc = ensure_topics(rk, cfg, dry_run, err);
	rd_kafka_destroy(rk);
	return rc;
}

static int setup_stations(const struct config *cfg, bool dry_run, struct error *err)
{
	uint64_t published;
	bool only_if_empty = config_bool(cfg, "only-if-empty");
	if (stations_publish(cfg, only_if_empty, dry_run, &published, err))
		return -1;
	if (published)
		printf("stations: %" PRIu64 " rows written to topic %s\n", published, config_text(cfg, "topic.stations"));
	else if (!dry_run)
		printf("stations: topic %s holds rows already: left as it is\n", config_text(cfg, "topic.stations"));
	return 0;
}

static int print(int rc, struct strbuf *lines)
{
	fputs(strbuf_str(lines), stdout);
	strbuf_fini(lines);
	return rc;
}

static int setup_part_elastic(const struct config *cfg, bool dry_run, struct error *err)
{
	struct strbuf lines = {0};
	return print(setup_elastic(cfg, dry_run, &lines, err), &lines);
}

static int setup_part_kibana(const struct config *cfg, bool dry_run, struct error *err)
{
	struct strbuf lines = {0};
	return print(setup_kibana(cfg, dry_run, &lines, err), &lines);
}

static size_t traveller_name(const void *arg, uint32_t who, char *out)
{
	return travellers_name(arg, who, out);
}

/* Its users are those whom the simulator sends through the barriers. */
static int setup_part_mariadb(const struct config *cfg, bool dry_run, struct error *err)
{
	_Static_assert(USER_NAME_MAX >= TRAVELLER_NAME_MAX, "a traveller's name has room");
	struct strbuf lines = {0};
	struct travellers *people = travellers_new(config_count(cfg, "sim.seed"), err);
	if (!people)
		return -1;
	int rc = print(setup_mariadb(cfg, dry_run, traveller_name, people, &lines, err), &lines);
	travellers_free(people);
	return rc;
}

static const struct part parts[] = {
	{"topics", setup_topics, true},
	{"stations", setup_stations, true},
	{"elastic", setup_part_elastic, false},
	{"kibana", setup_part_kibana, false},
	{"mariadb", setup_part_mariadb, false},
};
#define PARTS (sizeof parts / sizeof *parts)

static bool wanted(const struct part *part, const struct config *cfg)
{
	for (size_t i = 0; i < config_words(cfg); i++)
		if (!strcmp(config_word(cfg, i), part->name))
			return true;
	return !config_words(cfg) && part->unasked;
}

static int check_words(const struct config *cfg, struct error *err)
{
	const char *names[PARTS];
	for (size_t i = 0; i < PARTS; i++)
		names[i] = parts[i].name;
	for (size_t i = 0; i < config_words(cfg); i++) {
		const char *word = config_word(cfg, i), *near = nearest_name(word, names, PARTS);
		if (!near || strcmp(near, word))
			return error_set(err, "no part is called \"%.80s\"%s%s%s", word, near ? " (did you mean " : "", near ? near : "",
					 near ? "?)" : "");
	}
	return 0;
}

void setup_words(struct strbuf *out)
{
	for (size_t i = 0; i < PARTS; i++)
		strbuf_printf(out, " %s", parts[i].name);
}

int setup_run(struct config *cfg)
{
	struct error err = {0};
	if (check_words(cfg, &err)) {
		fprintf(stderr, "tfl-top setup: %s\n", err.text);
		return EXIT_USAGE;
	}
	for (size_t i = 0; i < PARTS; i++) {
		if (!wanted(&parts[i], cfg) || !parts[i].run(cfg, config_bool(cfg, "dry-run"), &err))
			continue;
		fprintf(stderr, "tfl-top setup %s: %s\n", parts[i].name, err.text);
		return 1;
	}
	return 0;
}
