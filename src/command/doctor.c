/* tfl-top doctor: looks at everything the program rests on and says what to do. Changes nothing. */
#include "command/doctor.h"

#include "command/command.h"
#include "feed/kafka.h"
#include "store/history.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define ANSWER_MS 5000
#define PAGES_MS 30000

static const char *const topic_keys[TOPICS] = {
	[TOPIC_ENTRIES] = "topic.entries",
	[TOPIC_EXITS] = "topic.exits",
	[TOPIC_STATIONS] = "topic.stations",
	[TOPIC_STATION_ENTRIES] = "topic.station_entries",
	[TOPIC_STATION_EXITS] = "topic.station_exits",
};

static void look_at_kafka(const struct config *cfg, struct facts *fs)
{
	struct error err = {0};
	rd_kafka_conf_t *conf = kafka_conf(cfg, KAFKA_PRODUCER, &err);
	rd_kafka_t *rk = conf ? kafka_new(KAFKA_PRODUCER, conf, &err) : NULL;
	for (int i = 0; i < TOPICS; i++)
		fs->topics[i].name = config_text(cfg, topic_keys[i]);
	fs->brokers = config_text(cfg, "kafka.bootstrap.servers");
	if (rk)
		cluster_read(rk, &fs->cluster, fs->topics, TOPICS, ANSWER_MS, &err);
	snprintf(fs->kafka_error, sizeof fs->kafka_error, "%s", err.text);
	if (rk)
		rd_kafka_destroy(rk);
}

static void look_at_file(const struct config *cfg, const char *path, struct facts *fs)
{
	struct stat st;
	fs->file.path = path;
	fs->file.exists = path && !stat(path, &st);
	fs->file.mode = fs->file.exists ? st.st_mode & 07777 : 0;
	fs->file.keys = config_file_keys(cfg);
	fs->file.secret = config_file_secret(cfg);
}

int doctor_run(struct config *cfg)
{
	struct facts fs = {0};
	struct strbuf out = {0};
	char *file = config_file_name(cfg), *db = history_path(cfg, false, NULL);
	look_at_file(cfg, file, &fs);
	look_at_kafka(cfg, &fs);
	fs.db_path = db;
	if (db)
		db_inspect(db, PAGES_MS, &fs.db);
	elastic_inspect(cfg, &fs.elastic);
	terminal_look(&fs.terminal);
	enum grade worst = doctor_judge(&fs, &out);
	bool written = fwrite(strbuf_str(&out), 1, out.len, stdout) == out.len && !fflush(stdout);
	bool said = written || errno == EPIPE;
	strbuf_fini(&out);
	free(file);
	free(db);
	return worst == GRADE_FAIL || !said;
}
