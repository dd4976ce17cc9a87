/* bench/reports FILE: CPU time of every report and of the views as people filter them, on a history such as bench/make_history makes, and how
 * much of 50 ms that is. Warm: each is run once before, and the least of five counts. */
#include "base/zone.h"
#include "store/db.h"
#include "store/query.h"
#include "store/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BUDGET_MS 50.0
#define RUNS 5
#define YEAR_S (365 * 86400)
#define FOR_EVER 253402300800

static const char *const views[] = {
	"SELECT * FROM station",
	"SELECT ts, sum(entries), sum(exits) FROM station_minute WHERE ts > :newest - 3600 GROUP BY ts",
	"SELECT * FROM station_minute WHERE day = :today AND station = 'Angel'",
	"SELECT * FROM station_15m WHERE ts >= :newest - 3600",
	"SELECT * FROM station_15m WHERE day = :yesterday AND station = 'Angel'",
	"SELECT station, sum(entries) FROM station_15m WHERE day = :yesterday GROUP BY station_id",
	"SELECT * FROM station_hour WHERE ts >= :newest - 7200",
	"SELECT * FROM station_hour WHERE day = :yesterday AND station = 'Angel'",
	"SELECT * FROM station_day WHERE day >= :week",
	"SELECT * FROM station_day WHERE station = 'Angel'",
	"SELECT * FROM network_15m WHERE day = :today",
	"SELECT * FROM network_15m WHERE ts >= :newest - 31536000",
	"SELECT day, max(in_network) AS most, bucket FROM network_15m GROUP BY day ORDER BY day",
	"SELECT * FROM busyness",
	"SELECT * FROM feed_offset JOIN ledger USING (feed, topic, partition, epoch)",
	"SELECT * FROM gap",
	"SELECT * FROM dead_letter",
	"SELECT * FROM scenario_event",
	"SELECT * FROM meta",
};

static double cpu_ms(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static int run(struct query *qr, const char *sql)
{
	struct export ex;
	struct error err;
	FILE *null = fopen("/dev/null", "w");
	export_init(&ex, export_format_find("csv"), null, false);
	int rc = query_sql(qr, sql, &ex, &err);
	if (rc)
		fprintf(stderr, "reports: %s: %s\n", sql, err.text);
	export_fini(&ex);
	fclose(null);
	return rc;
}

static int measure(struct query *qr, const char *name, const char *sql)
{
	double least = 1e9;
	if (run(qr, sql))
		return 1;
	for (int i = 0; i < RUNS; i++) {
		double begun = cpu_ms();
		if (run(qr, sql))
			return 1;
		double took = cpu_ms() - begun;
		least = took < least ? took : least;
	}
	printf("%-100s %8.1f %6.2f\n", name, least, least / BUDGET_MS);
	return 0;
}

static int measure_report(struct query *qr, const struct report *rp, int64_t newest_ms, int64_t since, const char *reach)
{
	struct error err;
	char name[100];
	query_set_number(qr, "until", FOR_EVER);
	query_set_number(qr, "since", 0);
	if (report_defaults(rp, qr, newest_ms, &err)) {
		fprintf(stderr, "reports: %s\n", err.text);
		return 1;
	}
	if (since >= 0)
		query_set_number(qr, "since", since);
	query_set_text(qr, "station", "Angel");
	snprintf(name, sizeof name, "%s%s", rp->name, reach);
	return measure(qr, name, rp->sql);
}

static void set_days(struct query *qr, int64_t newest_ts)
{
	static const struct {
		const char *name;
		int back;
	} days[] = {{"today", 0}, {"yesterday", 1}, {"week", 7}};
	query_set_number(qr, "newest", newest_ts);
	for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
		char text[11];
		zone_day_text(zone_service_day(newest_ts) - days[i].back, text);
		query_set_text(qr, days[i].name, text);
	}
}

static int measure_all(struct query *qr)
{
	struct reports rs;
	struct error err;
	int64_t newest_ms = db_meta_int(qr->db, "watermark_ms", 0);
	int rc = reports_load(&rs, &err);
	printf("%-100s %8s %6s\n", "", "CPU ms", "/ 50");
	for (size_t i = 0; i < rs.count && !rc; i++) {
		const struct report *rp = &rs.row[i];
		rc = measure_report(qr, rp, newest_ms, -1, "");
		if (!rc && strstr(rp->sql, ":since"))
			rc = measure_report(qr, rp, newest_ms, newest_ms / 1000 - YEAR_S, ", a year") || measure_report(qr, rp, newest_ms, 0, ", ever");
	}
	set_days(qr, newest_ms / 1000);
	for (size_t i = 0; i < sizeof views / sizeof *views && !rc; i++)
		rc = measure(qr, views[i], views[i]);
	reports_fini(&rs);
	return rc;
}

int main(int argc, char *argv[])
{
	struct query qr;
	struct error err;
	if (argc != 2) {
		fprintf(stderr, "usage: reports FILE\n");
		return 2;
	}
	if (query_open(&qr, argv[1], INT64_MAX, &err) || db_adopt_zone(qr.db, &err)) {
		fprintf(stderr, "reports: %s\n", err.text);
		return 1;
	}
	int rc = measure_all(&qr);
	query_close(&qr);
	return rc;
}
