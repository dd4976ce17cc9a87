#include "command/doctor.h"

#include "base/utf8.h"
#include "ui/format.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define WAL_LARGE (256LL << 20)
#define DISK_LOW (1LL << 30)
#define DISK_FULL (100LL << 20)

struct finding {
	enum grade grade;
	char text[1024];
};

static enum grade say(struct finding *fi, enum grade grade, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

static enum grade say(struct finding *fi, enum grade grade, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	vsnprintf(fi->text, sizeof fi->text, fmt, args);
	va_end(args);
	return fi->grade = grade;
}

static bool reached(const struct facts *fs)
{
	return !*fs->kafka_error;
}

/* ---- configuration ---- */

/* A mistake in it is told by every command before it runs, with its line. */
static void check_file(const struct facts *fs, struct finding *fi)
{
	if (!fs->file.path)
		say(fi, GRADE_WARN, "no file: neither XDG_CONFIG_HOME nor HOME is set; name one with -c");
	else if (!fs->file.exists)
		say(fi, GRADE_OK, "no file %s: defaults, environment and options only", fs->file.path);
	else
		say(fi, GRADE_OK, "%s: %zu keys in force", fs->file.path, fs->file.keys);
}

static void check_secret(const struct facts *fs, struct finding *fi)
{
	if (fs->file.secret && fs->file.mode & 077)
		say(fi, GRADE_WARN, "%s holds a password and is open to others (mode %04o): chmod 600 %s", fs->file.path, fs->file.mode, fs->file.path);
}

/* ---- Kafka ---- */

static void check_broker(const struct facts *fs, struct finding *fi)
{
	const struct cluster *cl = &fs->cluster;
	if (!reached(fs))
		say(fi, GRADE_FAIL, "%s (brokers %s): start it, set another with -b, or try tfl-top --demo, which needs none", fs->kafka_error, fs->brokers);
	else
		say(fi, GRADE_OK, "%s: cluster %s, %d broker%s, protocol %s", fs->brokers, *cl->id ? cl->id : "without id", cl->brokers,
		    cl->brokers == 1 ? "" : "s", *cl->protocol ? cl->protocol : "not told");
}

static void check_copartitioning(const struct facts *fs, struct finding *fi)
{
	const struct topic_facts *in = &fs->topics[TOPIC_ENTRIES], *out = &fs->topics[TOPIC_EXITS], *table = &fs->topics[TOPIC_STATIONS];
	if (!reached(fs) || !in->partitions || !out->partitions || !table->partitions)
		return;
	if (in->partitions == table->partitions && out->partitions == table->partitions)
		say(fi, GRADE_OK, "%s, %s and %s have %d partitions each", in->name, out->name, table->name, in->partitions);
	else
		say(fi, GRADE_FAIL, "%s has %d partitions, %s %d, %s %d: passengers would not meet their station; make topics with equal numbers",
		    in->name, in->partitions, out->name, out->partitions, table->name, table->partitions);
}

/* ---- a topic ---- */

typedef void topic_check(const struct facts *fs, const struct topic_facts *topic, bool table, struct finding *fi);

static void say_alter(const struct facts *fs, const struct topic_facts *topic, const char *setting, enum grade grade, const char *why,
		      struct finding *fi)
{
	say(fi, grade, "%s: kafka-configs --bootstrap-server %s --alter --entity-type topics --entity-name %s --add-config %s", why, fs->brokers,
	    topic->name, setting);
}

static void check_leaders(const struct facts *fs, const struct topic_facts *topic, bool table, struct finding *fi)
{
	(void)fs, (void)table;
	long long needed = topic_number(topic, TOPIC_MIN_IN_SYNC, 1);
	if (topic->leaderless)
		say(fi, GRADE_FAIL, "%d of %d partitions have no leader: start the brokers that hold them", topic->leaderless, topic->partitions);
	else if (topic->in_sync < needed)
		say(fi, GRADE_FAIL, "a partition has %d replicas in sync, min.insync.replicas is %lld: nothing can be written; start the other brokers",
		    topic->in_sync, needed);
}

static void check_described(const struct facts *fs, const struct topic_facts *topic, bool table, struct finding *fi)
{
	(void)fs, (void)table;
	if (!topic->described)
		say(fi, GRADE_WARN, "its settings are not told: allow this user to describe the topic's configuration");
}

static void check_cleanup(const struct facts *fs, const struct topic_facts *topic, bool table, struct finding *fi)
{
	const char *policy = topic->settings[TOPIC_CLEANUP];
	if (!*policy)
		return;
	if (!table && strstr(policy, "compact"))
		say_alter(fs, topic, "cleanup.policy=delete", GRADE_FAIL, "it is compacted, which keeps one passenger a station", fi);
	else if (table && strstr(policy, "delete") && topic_number(topic, TOPIC_RETENTION_MS, -1) >= 0)
		say_alter(fs, topic, "cleanup.policy=compact", GRADE_FAIL, "its stations are deleted in time, then their passengers dropped", fi);
	else if (table && !strstr(policy, "compact"))
		say_alter(fs, topic, "cleanup.policy=compact", GRADE_WARN, "it is not compacted, so it grows with every change of a station", fi);
}

static void check_retention(const struct facts *fs, const struct topic_facts *topic, bool table, struct finding *fi)
{
	char why[192];
	long long keeps_ms = topic_number(topic, TOPIC_RETENTION_MS, -1), keeps_bytes = topic_number(topic, TOPIC_RETENTION_BYTES, -1);
	if (table || !strstr(topic->settings[TOPIC_CLEANUP], "delete"))
		return;
	if (keeps_ms >= 0) {
		snprintf(why, sizeof why, "records older than %s are deleted, counted or not, and no day before can be filled in",
			 format_long(keeps_ms).s);
		say_alter(fs, topic, "retention.ms=-1", GRADE_WARN, why, fi);
	} else if (keeps_bytes >= 0) {
		snprintf(why, sizeof why, "beyond %s a partition loses its oldest records, counted or not", format_bytes(keeps_bytes).s);
		say_alter(fs, topic, "retention.bytes=-1", GRADE_WARN, why, fi);
	}
}

static void check_timestamps(const struct facts *fs, const struct topic_facts *topic, bool table, struct finding *fi)
{
	(void)table;
	if (!strcmp(topic->settings[TOPIC_TIMESTAMP], "LogAppendTime"))
		say_alter(fs, topic, "message.timestamp.type=CreateTime", GRADE_FAIL, "records carry the time they arrived, not their own", fi);
}

static topic_check *const topic_checks[] = {check_leaders, check_described, check_cleanup, check_retention, check_timestamps};

/* ---- database ---- */

static void check_database(const struct facts *fs, struct finding *fi)
{
	const struct db_facts *db = &fs->db;
	if (!fs->db_path)
		say(fi, GRADE_FAIL, "no place for it: neither XDG_DATA_HOME nor HOME is set; name a file with --db");
	else if (!db->exists)
		say(fi, db->writable ? GRADE_OK : GRADE_FAIL, "%s is not there yet; %s%s", fs->db_path,
		    db->writable ? "tfl-top or tfl-top feed history makes it" : "and cannot be made: choose another with --db, or allow writing in ",
		    db->writable ? "" : db->folder);
	else if (!db->readable)
		say(fi, GRADE_FAIL, "%s", db->error);
	else
		say(fi, GRADE_OK, "%s: %s, schema %d, counted up to %s", fs->db_path, format_bytes(db->bytes).s, db->version,
		    db->watermark_ms ? format_when(db->watermark_ms).s : "nothing yet");
}

static void check_pages(const struct facts *fs, struct finding *fi)
{
	if (!fs->db.readable)
		return;
	if (!fs->db.checked)
		say(fi, GRADE_WARN, "not examined to the end, it is large: sqlite3 -readonly %s 'PRAGMA quick_check' takes its time", fs->db_path);
	else if (*fs->db.damage)
		say(fi, GRADE_FAIL, "%s is damaged (%s): move it away and let tfl-top feed history count anew, or restore a copy", fs->db_path,
		    fs->db.damage);
	else
		say(fi, GRADE_OK, "quick_check found no damage");
}

static void check_cluster(const struct facts *fs, struct finding *fi)
{
	if (!fs->db.readable || !reached(fs) || !*fs->cluster.id)
		return;
	if (!*fs->db.cluster)
		say(fi, GRADE_OK, "belongs to no cluster yet");
	else if (strcmp(fs->db.cluster, fs->cluster.id))
		say(fi, GRADE_FAIL, "belongs to cluster %s, the brokers are cluster %s: use --db with another file, or -b with the former's brokers",
		    fs->db.cluster, fs->cluster.id);
	else
		say(fi, GRADE_OK, "belongs to this cluster");
}

static void check_zone(const struct facts *fs, struct finding *fi)
{
	if (*fs->db.zone_error)
		say(fi, GRADE_FAIL, "%s", fs->db.zone_error);
}

static void check_writer(const struct facts *fs, struct finding *fi)
{
	if (fs->db.readable && fs->db.writer)
		say(fi, GRADE_OK, "written by process %d; another dashboard would look on", fs->db.writer);
	else if (fs->db.readable)
		say(fi, GRADE_OK, "nobody writes it now");
}

static void check_wal(const struct facts *fs, struct finding *fi)
{
	if (fs->db.wal_bytes >= WAL_LARGE)
		say(fi, GRADE_WARN, "%s-wal has grown to %s: a reader that stays open keeps it; end it (fuser %s-wal lists readers)", fs->db_path,
		    format_bytes(fs->db.wal_bytes).s, fs->db_path);
	else if (fs->db.readable)
		say(fi, GRADE_OK, "%s", format_bytes(fs->db.wal_bytes).s);
}

static void check_disk(const struct facts *fs, struct finding *fi)
{
	int64_t left = fs->db.free_bytes;
	if (!fs->db_path || left < 0)
		return;
	say(fi, left < DISK_FULL ? GRADE_FAIL : left < DISK_LOW ? GRADE_WARN : GRADE_OK, "%s free in %s%s", format_bytes(left).s,
	    fs->db.folder, left < DISK_LOW ? ": make room, or choose a file on another disk with --db; counting waits while it is full" : "");
}

static void check_permissions(const struct facts *fs, struct finding *fi)
{
	const struct db_facts *db = &fs->db;
	if (!db->exists)
		return;
	if (!db->writable)
		say(fi, GRADE_WARN, "%s cannot be written by this user, who can only look on: change its permissions, or choose another with --db",
		    fs->db_path);
	else if (db->mode & 02)
		say(fi, GRADE_WARN, "everybody may write %s (mode %04o): chmod o-w %s", fs->db_path, db->mode, fs->db_path);
	else
		say(fi, GRADE_OK, "mode %04o, ours to write", db->mode);
}

/* ---- terminal ---- */

static void check_elastic(const struct facts *fs, struct finding *fi)
{
	const struct elastic_facts *el = &fs->elastic;
	if (!el->asked)
		return;
	if (el->error[0])
		say(fi, GRADE_FAIL, "%s", el->error);
	else
		say(fi, GRADE_OK, "%s", el->server.text);
}

static void judge_stream(const struct facts *fs, enum direction direction, struct finding *fi)
{
	const char *name = fs->elastic.stream[direction].name;
	if (!fs->elastic.asked || fs->elastic.error[0])
		return;
	switch (fs->elastic.stream[direction].kind) {
	case STREAM_MISSING:
		say(fi, GRADE_FAIL, "%s is not there: tfl-top setup elastic makes it", name);
		break;
	case STREAM_INDEX:
		say(fi, GRADE_FAIL, "%s is an ordinary index, written before there was a template: copy what is worth it elsewhere, DELETE /%s, then "
		    "tfl-top setup elastic", name, name);
		break;
	case STREAM_PLAIN:
	case STREAM_SERIES:
		say(fi, GRADE_OK, "%s, %s", name, fs->elastic.stream[direction].kind == STREAM_SERIES ? "time series" : "plain");
	}
}

static void check_entry_stream(const struct facts *fs, struct finding *fi)
{
	judge_stream(fs, ENTRY, fi);
}

static void check_exit_stream(const struct facts *fs, struct finding *fi)
{
	judge_stream(fs, EXIT, fi);
}

static void check_terminal(const struct facts *fs, struct finding *fi)
{
	const struct terminal_facts *tm = &fs->terminal;
	if (!tm->tty)
		say(fi, GRADE_OK, "none here: the dashboard would print a line for each change");
	else if (!strcmp(tm->type, "dumb"))
		say(fi, GRADE_WARN, "TERM is dumb: the dashboard prints lines; set TERM to what the terminal is, for example xterm-256color");
	else if (!tm->known)
		say(fi, GRADE_FAIL, "type \"%s\" is not known: set TERM to one that `infocmp -D` finds, for example xterm-256color", tm->type);
	else
		say(fi, GRADE_OK, "%s", tm->type);
}

static void check_colours(const struct facts *fs, struct finding *fi)
{
	if (!fs->terminal.tty || !fs->terminal.known)
		return;
	if (fs->terminal.colours < 8)
		say(fi, GRADE_WARN, "none: signs and weight stand in for them; where the terminal has more, set TERM, for example to xterm-256color");
	else
		say(fi, GRADE_OK, "%d", fs->terminal.colours);
}

static void check_charset(const struct facts *fs, struct finding *fi)
{
	if (strcmp(fs->terminal.charset, "UTF-8"))
		say(fi, GRADE_WARN, "%s: bars and signs are drawn in ASCII; set LC_ALL=C.UTF-8 if the terminal shows UTF-8", fs->terminal.charset);
	else
		say(fi, GRADE_OK, "UTF-8");
}

static void check_size(const struct facts *fs, struct finding *fi)
{
	const struct terminal_facts *tm = &fs->terminal;
	if (!tm->tty || !tm->width || !tm->height)
		return;
	if (tm->width < 80 || tm->height < 24)
		say(fi, GRADE_WARN, "%d columns, %d rows: columns are left out below 80 x 24; make the window larger", tm->width, tm->height);
	else
		say(fi, GRADE_OK, "%d columns, %d rows", tm->width, tm->height);
}

static const struct check {
	const char *subject;
	void (*run)(const struct facts *fs, struct finding *fi);
} before_topics[] = {
	{"configuration", check_file},
	{"configuration", check_secret},
	{"kafka", check_broker},
}, after_topics[] = {
	{"co-partitioning", check_copartitioning},
	{"database", check_database},
	{"database pages", check_pages},
	{"database cluster", check_cluster},
	{"database zone", check_zone},
	{"database writer", check_writer},
	{"write-ahead log", check_wal},
	{"disk", check_disk},
	{"permissions", check_permissions},
	{"elasticsearch", check_elastic},
	{"data stream", check_entry_stream},
	{"data stream", check_exit_stream},
	{"terminal", check_terminal},
	{"terminal colours", check_colours},
	{"terminal charset", check_charset},
	{"terminal size", check_size},
};
#define ROWS(table) (table), sizeof(table) / sizeof *(table)

static enum grade put(const struct finding *fi, const char *subject, struct strbuf *out)
{
	static const char *const words[] = {"ok", "warn", "fail"};
	if (fi->grade == GRADE_NONE)
		return GRADE_OK;
	struct strbuf line = {0};
	strbuf_printf(&line, "%-4s  %-24s  %s", words[fi->grade], subject, fi->text);
	utf8_add_safe(out, line.data, line.len); /* names come from the configuration and the cluster */
	strbuf_addc(out, '\n');
	strbuf_fini(&line);
	return fi->grade;
}

static enum grade worse(enum grade a, enum grade b)
{
	return a > b ? a : b;
}

static enum grade judge_rows(const struct facts *fs, const struct check *rows, size_t count, struct strbuf *out)
{
	enum grade worst = GRADE_OK;
	for (size_t i = 0; i < count; i++) {
		struct finding fi = {.grade = GRADE_NONE};
		rows[i].run(fs, &fi);
		worst = worse(worst, put(&fi, rows[i].subject, out));
	}
	return worst;
}

static enum grade judge_topic(const struct facts *fs, int which, struct strbuf *out)
{
	char subject[64];
	enum grade worst = GRADE_OK;
	const struct topic_facts *topic = &fs->topics[which];
	struct finding fi;
	snprintf(subject, sizeof subject, "topic %s", topic->name);
	if (!topic->partitions) {
		say(&fi, GRADE_FAIL, "is not there: tfl-top setup topics -b %s makes it", fs->brokers);
		return put(&fi, subject, out);
	}
	for (size_t i = 0; i < sizeof topic_checks / sizeof *topic_checks; i++) {
		fi.grade = GRADE_NONE;
		topic_checks[i](fs, topic, which == TOPIC_STATIONS, &fi);
		worst = worse(worst, put(&fi, subject, out));
	}
	if (worst == GRADE_OK) {
		say(&fi, GRADE_OK, "%d partitions, %s", topic->partitions, which == TOPIC_STATIONS ? "compacted" : "kept for ever");
		put(&fi, subject, out);
	}
	return worst;
}

enum grade doctor_judge(const struct facts *fs, struct strbuf *out)
{
	enum grade worst = judge_rows(fs, ROWS(before_topics), out);
	for (int i = 0; i < TOPICS && reached(fs); i++)
		worst = worse(worst, judge_topic(fs, i, out));
	return worse(worst, judge_rows(fs, ROWS(after_topics), out));
}
