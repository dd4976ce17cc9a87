/* doctor.h: what was found out about configuration, Kafka, database and terminal, and what is to be said of it. Judging is pure: facts in,
 * findings out. Thread: main. */
#ifndef TFLTOP_COMMAND_DOCTOR_H
#define TFLTOP_COMMAND_DOCTOR_H

#include "base/strbuf.h"
#include "elastic/inspect.h"
#include "feed/cluster.h"
#include "store/inspect.h"
#include "ui/terminal.h"

enum grade { GRADE_OK, GRADE_WARN, GRADE_FAIL, GRADE_NONE /* nothing to say: what it rests on is not there */ };

enum { TOPIC_ENTRIES, TOPIC_EXITS, TOPIC_STATIONS, TOPIC_STATION_ENTRIES, TOPIC_STATION_EXITS, TOPICS };

struct facts {
	struct {
		const char *path; /* NULL: no home folder */
		bool exists, secret;
		unsigned mode;
		size_t keys;
	} file;
	const char *brokers;
	char kafka_error[512]; /* "" if one answered */
	struct cluster cluster;
	struct topic_facts topics[TOPICS];
	const char *db_path; /* NULL: no home folder */
	struct db_facts db;
	struct elastic_facts elastic;
	struct terminal_facts terminal;
};

/* Every check in its order, one line a finding: grade, what it is about, what it is and what to do. The worst grade. */
enum grade doctor_judge(const struct facts *fs, struct strbuf *out);

#endif
