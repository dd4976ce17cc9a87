-- The history, version 3. Tables are ours and may change with user_version; the views in views.sql are what people type.
--
-- minute   every counted minute of the last history.keep_minutes, time first: a transaction touches the last few pages only
-- quarter  every closed quarter hour, day and station first: a station's year and a network's day are short scans
-- network  the network by quarter hour, how many are inside at its end, and the map from a quarter hour to its service day and its text:
--          SQLite computes every column of a view of two parts, and making 40 000 texts of a day takes longer than summing it
-- network_minute  the network by minute, kept as long as quarter
-- total    a station's service day, always up to date, and its greatest closed quarter (counts only ever add, so it can be kept)
-- span     the same by 32 service days, day / 32: a station's years in some rows
--
-- meta.closed: quarters before it are in `quarter`, later ones are summed from `minute`.
-- meta.pruned: minutes before it are gone. Both move in the transaction that moves the rows.
CREATE TABLE meta (
	key TEXT PRIMARY KEY,
	value ANY
) STRICT, WITHOUT ROWID;

CREATE TABLE stations (
	n INTEGER PRIMARY KEY,
	id TEXT NOT NULL UNIQUE,
	name TEXT NOT NULL,
	zone TEXT NOT NULL,
	lines TEXT NOT NULL,
	lat REAL,
	lon REAL,
	known INTEGER NOT NULL,
	source TEXT NOT NULL,
	quarter_peak INTEGER NOT NULL
) STRICT;
CREATE INDEX stations_name ON stations (name);

CREATE TABLE seen (
	station INTEGER PRIMARY KEY,
	first_ms INTEGER NOT NULL,
	last_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE service_day (
	n INTEGER PRIMARY KEY,
	date TEXT NOT NULL UNIQUE,
	type TEXT NOT NULL,
	start_ts INTEGER NOT NULL,
	end_ts INTEGER NOT NULL
) STRICT;

CREATE TABLE minute (
	ts INTEGER NOT NULL,
	station INTEGER NOT NULL,
	day INTEGER NOT NULL,
	entries INTEGER NOT NULL,
	exits INTEGER NOT NULL,
	PRIMARY KEY (ts, station)
) STRICT, WITHOUT ROWID;

CREATE TABLE quarter (
	day INTEGER NOT NULL,
	station INTEGER NOT NULL,
	ts INTEGER NOT NULL,
	entries INTEGER NOT NULL,
	exits INTEGER NOT NULL,
	PRIMARY KEY (day, station, ts)
) STRICT, WITHOUT ROWID;

CREATE TABLE total (
	day INTEGER NOT NULL,
	station INTEGER NOT NULL,
	entries INTEGER NOT NULL,
	exits INTEGER NOT NULL,
	peak INTEGER NOT NULL,
	peak_ts INTEGER NOT NULL,
	PRIMARY KEY (day, station)
) STRICT, WITHOUT ROWID;

CREATE TABLE span (
	span INTEGER NOT NULL,
	station INTEGER NOT NULL,
	entries INTEGER NOT NULL,
	exits INTEGER NOT NULL,
	peak INTEGER NOT NULL,
	peak_ts INTEGER NOT NULL,
	PRIMARY KEY (span, station)
) STRICT, WITHOUT ROWID;

CREATE TABLE network (
	ts INTEGER PRIMARY KEY,
	hour INTEGER NOT NULL,
	day INTEGER NOT NULL,
	entries INTEGER NOT NULL,
	exits INTEGER NOT NULL,
	inside INTEGER NOT NULL DEFAULT 0,
	bucket TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX network_day ON network (day);
CREATE INDEX network_hour ON network (hour);

CREATE TABLE network_minute (
	ts INTEGER PRIMARY KEY,
	entries INTEGER NOT NULL,
	exits INTEGER NOT NULL
) STRICT;

CREATE TABLE progress (
	feed TEXT NOT NULL,
	topic TEXT NOT NULL,
	partition INTEGER NOT NULL,
	epoch INTEGER NOT NULL,
	next_offset INTEGER NOT NULL,
	last_offset INTEGER NOT NULL,
	last_hash INTEGER NOT NULL,
	first_offset INTEGER NOT NULL,
	first_hash INTEGER NOT NULL,
	low INTEGER NOT NULL,
	high INTEGER NOT NULL,
	stable INTEGER NOT NULL,
	consumed INTEGER NOT NULL,
	stored INTEGER NOT NULL,
	duplicate INTEGER NOT NULL,
	late INTEGER NOT NULL,
	dead INTEGER NOT NULL,
	skipped INTEGER NOT NULL,
	released INTEGER NOT NULL,
	in_flight INTEGER NOT NULL,
	updated_ms INTEGER NOT NULL,
	PRIMARY KEY (feed, topic, partition, epoch)
) STRICT, WITHOUT ROWID;

CREATE TABLE gaps (
	id INTEGER PRIMARY KEY,
	feed TEXT NOT NULL,
	topic TEXT NOT NULL,
	partition INTEGER NOT NULL,
	epoch INTEGER NOT NULL,
	kind TEXT NOT NULL,
	first_offset INTEGER NOT NULL,
	last_offset INTEGER NOT NULL,
	detected_ms INTEGER NOT NULL,
	note TEXT NOT NULL
) STRICT;

CREATE TABLE dead_letters (
	id INTEGER PRIMARY KEY,
	feed TEXT NOT NULL,
	topic TEXT NOT NULL,
	partition INTEGER NOT NULL,
	epoch INTEGER NOT NULL,
	offset INTEGER NOT NULL,
	record_ms INTEGER,
	received_ms INTEGER NOT NULL,
	reason TEXT NOT NULL,
	detail TEXT NOT NULL,
	key BLOB,
	value BLOB,
	value_size INTEGER NOT NULL
) STRICT;

CREATE TABLE scenario_events (
	id INTEGER PRIMARY KEY,
	ts INTEGER NOT NULL,
	scenario TEXT NOT NULL,
	action TEXT NOT NULL,
	station INTEGER,
	factor REAL,
	until_ts INTEGER
) STRICT;

INSERT INTO meta VALUES ('closed', 0), ('pruned', 0), ('watermark_ms', 0);

-- The planner's picture of a history of most of a year, given once: measuring (ANALYZE) would give other plans on other days. With it a
-- filter on ts, day or station reaches `quarter` by its key, by way of network, service_day and stations. test_schema holds the plans.
ANALYZE sqlite_schema;
DELETE FROM sqlite_stat1;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
	('quarter', 'quarter', '15000000 40000 80 1 noskipscan'),
	('minute', 'minute', '8000000 400 1'),
	('total', 'total', '200000 500 1'),
	('span', 'span', '6000 500 1'),
	('network_minute', NULL, '500000'),
	('network', NULL, '40000'),
	('network', 'network_day', '40000 90'),
	('network', 'network_hour', '40000 4'),
	('service_day', 'sqlite_autoindex_service_day_1', '1000 1'),
	('stations', 'sqlite_autoindex_stations_1', '509 1'),
	('stations', 'stations_name', '509 1');
