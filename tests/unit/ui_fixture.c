#include "ui_fixture.h"

#include "base/mem.h"
#include "base/zone.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name, *zone, *lines;
	double weight; /* 0: never seen */
} made[FIXTURE_STATIONS] = {
	{"Waterloo", "1", "Bakerloo|Jubilee|Northern|Waterloo & City", 14},
	{"King's Cross St. Pancras", "1", "Circle|Hammersmith & City|Metropolitan|Northern|Piccadilly|Victoria", 12},
	{"Victoria", "1", "Circle|District|Victoria", 11},
	{"Liverpool Street", "1", "Central|Circle|Elizabeth line|Hammersmith & City|Metropolitan|Weaver", 10},
	{"Stratford", "2|3", "Central|DLR|Elizabeth line|Jubilee|Mildmay", 9},
	{"Oxford Circus", "1", "Bakerloo|Central|Victoria", 7.5},
	{"London Bridge", "1", "Jubilee|Northern", 7},
	{"Bank & Monument", "1", "Central|Circle|District|DLR|Northern|Waterloo & City", 6.5},
	{"Paddington", "1", "Bakerloo|Circle|District|Elizabeth line|Hammersmith & City", 6},
	{"Canary Wharf", "2", "Jubilee", 5},
	{"Brixton", "2", "Victoria", 3},
	{"Angel", "1", "Northern", 2.4},
	{"Hammersmith (D&P)", "2", "District|Piccadilly", 2.2},
	{"Edgware Road", "1", "Bakerloo", 0.6},
	{"Edgware Road", "1", "Circle|District|Hammersmith & City", 0.7},
	{"West Croydon", "Trams fare zone", "Tram|Windrush", 0.5},
	{"Brent Cross West", "", "", 0},
	{"Chesham", "9", "Metropolitan", 0.01},
	{"Evil\033[31mRed\033]0;owned\007", "1", "Central", 1.1},
	{"\346\261\237\346\210\270\345\267\235\346\251\213 Edogawabashi", "2", "Y\305\253rakuch\305\215", 0.9},
	{"\327\252\327\234 \327\220\327\221\327\231\327\221 Savidor", "3", "Tram", 0.8},
	{"Cafe\314\201 Zu\314\210rich", "1", "Victoria", 0.45},
	{"bad \377\300utf8 \xc2\x9b" "31m \342\200\256evil", "1", "", 0.4},
	{"Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch and a very long way on from there to the end of the line, where the "
	 "name still does not stop because two hundred bytes are allowed, and are used here!!!!!", "6", "National Rail", 0.3},
	{"\t", "", "", 0.2},
};

#define DAY_START_TS 1795494600 /* 2026-11-24 04:30 London */
#define NOW_MS 1795508262000    /* 08:17:42 */

/* A smooth morning with some noise that depends on nothing but its place. */
static uint32_t made_count(size_t station, int64_t minute, bool exits)
{
	uint64_t noise = (uint64_t)station * 2654435761u ^ (uint64_t)minute * 40503u ^ (exits ? 977u : 0);
	noise = (noise * 6364136223846793005u + 1442695040888963407u) >> 40;
	double peak = exits ? 265 : 235 - (double)(station % 5) * 12, spread = 60 + (double)(station % 3) * 15;
	double at = ((double)minute - peak) / spread;
	double busy = exp(-at * at / 2) * made[station].weight * (exits ? 12.5 : 15);
	return (uint32_t)(busy * (0.8 + (double)(noise % 1000) / 2500) + 0.3);
}

static void make_stations(struct snapshot *snap)
{
	for (size_t i = 0; i < FIXTURE_STATIONS; i++) {
		char id[24];
		snprintf(id, sizeof id, "940GZZLU%03zu", i);
		struct station st = {.id = id, .name = (char *)(uintptr_t)made[i].name, .zone = (char *)(uintptr_t)made[i].zone,
				     .lines = (char *)(uintptr_t)made[i].lines, .lat = NAN, .lon = NAN, .known = true};
		stations_put(&snap->stations, &st);
	}
	snap->nbaselines = FIXTURE_STATIONS;
	snap->baselines = xcalloc(FIXTURE_STATIONS, sizeof *snap->baselines);
	for (size_t i = 0; i < FIXTURE_STATIONS; i++)
		snap->baselines[i] = (struct baseline){.max = (uint32_t)(made[i].weight * (330 + (double)(i % 7) * 70)),
						       .typical = made[i].weight * 260, .n = 6};
}

static void make_board(struct snapshot *snap)
{
	for (size_t i = 0; i < FIXTURE_STATIONS; i++)
		for (int64_t minute = 0; minute <= 227; minute++) {
			struct delta dl = {.station = (uint32_t)i, .day = zone_service_day(DAY_START_TS), .ts = DAY_START_TS + minute * 60};
			dl.entries = made[i].weight > 0 ? made_count(i, minute, false) : 0;
			dl.exits = made[i].weight > 0 ? made_count(i, minute, true) : 0;
			dl.last_event_ms = minute == 227 ? NOW_MS - (int64_t)(i % 9) * 1700 : dl.ts * 1000;
			if (dl.entries + dl.exits)
				board_apply(&snap->board, &dl, 1, dl.last_event_ms);
		}
}

static void make_partition(struct partition_status *ps, const char *topic, int32_t partition, uint64_t consumed)
{
	*ps = (struct partition_status){.partition = partition,
					.epoch = 1,
					.next_offset = (int64_t)consumed + 2,
					.stable = (int64_t)consumed + 2,
					.high = (int64_t)consumed + 2,
					.low = 0,
					.rate = 5.5 + partition};
	snprintf(ps->topic, sizeof ps->topic, "%s", topic);
	ps->ledger = (struct ledger){.consumed = consumed, .stored = consumed - 3, .dead = 2, .skipped = 1};
}

static void make_feed(struct snapshot *snap)
{
	struct feed_status *fd = &snap->feed[0];
	snap->feeds = 1;
	*fd = (struct feed_status){.name = "history",
				   .state = FEED_LIVE,
				   .brokers_up = 3,
				   .lag = 0,
				   .rate = 41.4,
				   .last_arrival_ms = NOW_MS - 200,
				   .caught_up_ms = NOW_MS - 100,
				   .catch_up = -1,
				   .catch_up_left_ms = -1,
				   .watermark_ms = NOW_MS - 300,
				   .commits = 68123,
				   .commit_ms = 3.4,
				   .commit_ms_max = 41,
				   .gaps = 1};
	snprintf(fd->cluster, sizeof fd->cluster, "Jq2rTz5bQ3ymZ1h0d0g7Rw");
	snprintf(fd->brokers, sizeof fd->brokers, "%s", snap->brokers);
	for (int32_t i = 0; i < 4; i++) {
		make_partition(&fd->partition[fd->partitions++], i < 2 ? "station_entries" : "station_exits", i % 2,
			       61000 + (uint64_t)i * 977);
		ledger_add(&fd->total, &fd->partition[i].ledger);
	}
	fd->partition[3].high += 120;
	fd->partition[3].held = true;
	fd->partition[3].held_since_ms = NOW_MS - 9000;
}

static void make_store(struct snapshot *snap)
{
	struct store_status *db = &snap->store;
	*db = (struct store_status){.open = true,
				    .db_bytes = 12922880,
				    .wal_bytes = 1253376,
				    .first_ts = DAY_START_TS + 60,
				    .closed_ts = DAY_START_TS,
				    .minutes = 5311,
				    .quarters = 371,
				    .dead_letters = 8,
				    .gaps = 1,
				    .gaps_shown = 1,
				    .dead_shown = 2,
				    .days = 6.2};
	snprintf(db->path, sizeof db->path, "/var/lib/tfl-top/history.db");
	db->gap[0] = (struct store_gap){.kind = "retention",
					.topic = "station_exits",
					.note = "the broker dropped them before they were read",
					.partition = 1,
					.epoch = 1,
					.first_offset = 0,
					.last_offset = 811,
					.detected_ts = DAY_START_TS + 4000};
	db->dead[0] = (struct store_dead){.reason = "bad_json",
					  .topic = "station_entries",
					  .detail = "byte 17: \033[2J is no JSON",
					  .partition = 0,
					  .offset = 60311,
					  .received_ts = DAY_START_TS + 9000};
	db->dead[1] = (struct store_dead){.reason = "future",
					  .topic = "station_exits",
					  .detail = "2031-01-01T00:00:00Z is more than 5 min ahead",
					  .partition = 1,
					  .offset = 59001,
					  .received_ts = DAY_START_TS + 8000};
}

static void make_log(struct snapshot *snap)
{
	static const struct {
		int64_t ago_s;
		enum log_level level;
		const char *text;
	} made_lines[] = {
		{36000, LOG_INFO, "history: 4 partitions assigned"},
		{35990, LOG_DEBUG, "history: transaction of 512 records took 3.1 ms"},
		{900, LOG_WARN, "history: gap of 812 offsets in station_exits/1: the broker dropped them before they were read; what passed there in "
				"that time is not in the counts, and the quarters concerned are marked in the table gap of the history file"},
		{61, LOG_ERROR, "kafka2:9092/2: Connect to ipv4#10.0.0.2:9092 failed: Connection refused \033[31m\302\233m\007"},
		{60, LOG_INFO, "history: caught up after 3.1 s"},
	};
	for (size_t i = 0; i < sizeof made_lines / sizeof *made_lines; i++) {
		struct log_line *line = &snap->log[snap->log_lines++];
		line->time_ms = NOW_MS - made_lines[i].ago_s * 1000;
		line->level = made_lines[i].level;
		snprintf(line->text, sizeof line->text, "%s", made_lines[i].text);
	}
	snap->log_serial = 17;
}

/* There for the asking: has_sim says whether this process runs it. */
/* Of the busiest station: its day so far, six earlier ones, and three neighbours. */
static void make_station(struct snapshot *snap)
{
	struct station_day *sd = &snap->station;
	*sd = (struct station_day){.station = 0, .day = zone_service_day(DAY_START_TS), .start_ts = DAY_START_TS, .quarters = 96, .neighbours = 3};
	for (int q = 0; q < 96; q++) {
		struct station_quarter *sq = &sd->quarter[q];
		double peak = exp(-pow((q - 16) / 6.0, 2)), evening = exp(-pow((q - 53) / 8.0, 2));
		*sq = (struct station_quarter){.n = 6, .typical_entries = 2900 * peak + 2100 * evening, .typical_exits = 1900 * peak + 2600 * evening};
		for (int64_t minute = q * 15; minute < q * 15 + 15 && minute <= 227; minute++) {
			sq->counted = true;
			sq->entries += made_count(0, minute, false);
			sq->exits += made_count(0, minute, true);
		}
	}
	sd->neighbour[0] = (struct station_neighbour){.id = "940GZZLU001", .lines = "Northern", .minutes = 1.8f};
	sd->neighbour[1] = (struct station_neighbour){.id = "940GZZLU016", .lines = "Bakerloo|Jubilee", .minutes = 2.4f, .estimated = true};
	sd->neighbour[2] = (struct station_neighbour){.id = "940GZZLU023", .lines = "Waterloo & City", .minutes = 4};
}

static void make_simulator(struct snapshot *snap)
{
	snap->sim = (struct sim_status){.state = SIM_RUNNING,
					.scenario = "surge",
					.desired = {.scenario = scenario_find("surge", NULL), .seed = 7, .rate = 2, .speed = 10},
					.speed_now = 10,
					.seed = 7,
					.virtual_ms = NOW_MS,
					.journeys = 157440,
					.entries = 157440,
					.exits = 70277,
					.inside = 87163,
					.produced = 250160,
					.offered = 250660,
					.acknowledged = 250140,
					.rate = 412.2,
					.latency_ms = {204.1, 415.9}};
	snap->store.notes_shown = 3;
	snap->store.note[0] = (struct scenario_note){.ts = NOW_MS / 1000 - 600, .scenario = "surge", .action = "rate", .factor = 2};
	snap->store.note[1] = (struct scenario_note){
		.ts = NOW_MS / 1000 - 4100, .scenario = "surge", .action = "resume", .factor = NAN};
	snap->store.note[2] = (struct scenario_note){
		.ts = NOW_MS / 1000 - 4200, .scenario = "surge", .action = "pause", .factor = NAN};
}

void fixture_elastic(struct feed_status *fd, bool down)
{
	*fd = (struct feed_status){.name = "elastic", .state = down ? FEED_CATCHING_UP : FEED_LIVE, .brokers_up = 2, .lag = down ? 40211 : 12,
				   .rate = down ? 0 : 41.4, .last_arrival_ms = NOW_MS - 200, .caught_up_ms = NOW_MS - (down ? 95000 : 100),
				   .catch_up = -1, .catch_up_left_ms = -1, .watermark_ms = NOW_MS - 300, .commits = 812, .commit_ms = 4.1,
				   .commit_ms_max = 9.5, .reasons = 3, .letters_waiting = down ? 2 : 0, .paused = down,
				   .reason = {{"bad_json", 3}, {"late", 1204}, {"collision", 1}}};
	snprintf(fd->cluster, sizeof fd->cluster, "Jq2rTz5bQ3ymZ1h0d0g7Rw");
	snprintf(fd->brokers, sizeof fd->brokers, "kafka1:9092,kafka2:9092,kafka3:9092");
	fd->sink = (struct sink_figures){.product = "Elasticsearch 8.11.3, time series", .requests_in_flight = down ? 1 : 3, .requests_max = down ? 1 : 4,
					 .items_in_flight = 1500, .bytes_held = down ? 20971520 : 393216, .bytes_max = 20971520,
					 .bulk_bytes = down ? 655360 : 5242880, .bulk_items = 512, .requests = 777, .requests_failed = down ? 9 : 2,
					 .failures_in_row = down ? 7 : 0, .items_retried = down ? 4608 : 512, .backing_off_ms = down ? 12300 : 0,
					 .request_ms_p50 = 12.4, .request_ms_p99 = 87, .end_to_end_ms_p50 = 640, .end_to_end_ms_p99 = 2310,
					 .last_error_ms = NOW_MS - (down ? 1500 : 7200000)};
	snprintf(fd->sink.endpoint, sizeof fd->sink.endpoint, "http://localhost:9200");
	snprintf(fd->sink.last_error, sizeof fd->sink.last_error, "localhost:9200: connection refused");
	for (int32_t i = 0; i < 2; i++) {
		make_partition(&fd->partition[fd->partitions], i ? "station_exits" : "station_entries", 0, 62000);
		fd->partition[fd->partitions].ledger = (struct ledger){.consumed = 62000, .stored = 58000, .duplicate = 41, .late = 602, .dead = 2,
								       .skipped = 1, .released = 2604, .in_flight = 750};
		ledger_add(&fd->total, &fd->partition[fd->partitions++].ledger);
	}
}

void fixture_init(struct snapshot *snap)
{
	struct error err;
	if (!setlocale(LC_ALL, "C.UTF-8") || zone_init("Europe/London", "04:30", &err))
		abort();
	snapshot_init(snap);
	snap->wall_ms = NOW_MS;
	snprintf(snap->brokers, sizeof snap->brokers, "kafka1:9092,kafka2:9092,kafka3:9092");
	make_stations(snap);
	make_board(snap);
	make_feed(snap);
	make_store(snap);
	make_log(snap);
	snap->has_enrich = 1;
	snap->enrich = (struct enrich_status){.state = ENRICH_RUNNING,
					      .stations = 509,
					      .read = 250123,
					      .joined = 250100,
					      .unknown = 20,
					      .bad = 3,
					      .commits = 9120,
					      .lag = 0,
					      .rate = 41.2};
	make_simulator(snap);
	make_station(snap);
	snapshot_clock(snap, "auto");
}
