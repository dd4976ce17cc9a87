-- The statements of the history, each under its name. Parameters by number, in the order of the table's columns.

-- name: minute_add
INSERT INTO minute (ts, station, day, entries, exits) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (ts, station) DO UPDATE SET entries = entries + excluded.entries, exits = exits + excluded.exits;

-- name: quarter_add
INSERT INTO quarter (day, station, ts, entries, exits) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (day, station, ts) DO UPDATE SET entries = entries + excluded.entries, exits = exits + excluded.exits
RETURNING day, station, ts, entries + exits;

-- name: total_add
INSERT INTO total (day, station, entries, exits, peak, peak_ts) VALUES (?1, ?2, ?3, ?4, 0, 0)
ON CONFLICT (day, station) DO UPDATE SET entries = entries + excluded.entries, exits = exits + excluded.exits;

-- Of equal quarters the earliest is the greatest.
-- name: total_peak
UPDATE total SET peak = ?3, peak_ts = ?4 WHERE day = ?1 AND station = ?2 AND (peak < ?3 OR (peak = ?3 AND peak_ts > ?4));

-- name: span_add
INSERT INTO span (span, station, entries, exits, peak, peak_ts) VALUES (?1 / 32, ?2, ?3, ?4, 0, 0)
ON CONFLICT (span, station) DO UPDATE SET entries = entries + excluded.entries, exits = exits + excluded.exits;

-- name: span_peak
UPDATE span SET peak = ?3, peak_ts = ?4 WHERE span = ?1 / 32 AND station = ?2 AND (peak < ?3 OR (peak = ?3 AND peak_ts > ?4));

-- name: seen_add
INSERT INTO seen (station, first_ms, last_ms) VALUES (?1, ?2, ?3)
ON CONFLICT (station) DO UPDATE SET first_ms = min(first_ms, excluded.first_ms), last_ms = max(last_ms, excluded.last_ms);

-- name: network_add
INSERT INTO network (ts, hour, day, entries, exits, inside, bucket) VALUES (?1, ?1 / 3600 * 3600, ?2, ?3, ?4,
	?3 - ?4 + coalesce((SELECT inside FROM network WHERE day = ?2 AND ts < ?1 ORDER BY ts DESC LIMIT 1), 0),
	strftime('%Y-%m-%dT%H:%M:%SZ', ?1, 'unixepoch'))
ON CONFLICT (ts) DO UPDATE SET entries = entries + excluded.entries, exits = exits + excluded.exits, inside = inside + ?3 - ?4;

-- Who came late was inside at the end of every later quarter hour of the day as well.
-- name: network_after
UPDATE network SET inside = inside + ?3 - ?4 WHERE day = ?2 AND ts > ?1;

-- name: network_minute_add
INSERT INTO network_minute (ts, entries, exits) VALUES (?1, ?2, ?3)
ON CONFLICT (ts) DO UPDATE SET entries = entries + excluded.entries, exits = exits + excluded.exits;

-- name: day_add
INSERT OR IGNORE INTO service_day (n, date, type, start_ts, end_ts) VALUES (?1, ?2, ?3, ?4, ?5);

-- name: close_quarters
INSERT INTO quarter (day, station, ts, entries, exits)
SELECT day, station, ts / 900 * 900, sum(entries), sum(exits) FROM minute WHERE ts >= ?1 AND ts < ?2 GROUP BY day, station, ts / 900
RETURNING day, station, ts, entries + exits;

-- name: minute_oldest
SELECT min(ts) FROM minute;

-- name: prune_minutes
DELETE FROM minute WHERE ts < ?1;

-- The view station_minute finds its minutes by way of these.
-- name: prune_network_minutes
DELETE FROM network_minute WHERE ts < min((SELECT end_ts FROM service_day WHERE n = ?1), (SELECT value FROM meta WHERE key = 'pruned'));

-- name: day_oldest
SELECT min(day) FROM total;

-- name: prune_quarters
DELETE FROM quarter WHERE day = ?1;

-- name: prune_totals
DELETE FROM total WHERE day = ?1;

-- name: prune_span
DELETE FROM span WHERE span = ?1 / 32;

-- rank is one number that grows with the peak, and with an earlier time of it.
-- name: refill_span
INSERT INTO span (span, station, entries, exits, peak, peak_ts)
SELECT ?1 / 32, station, entries, exits, (rank + (1 << 34) - 1) >> 34, ((rank + (1 << 34) - 1) >> 34 << 34) - rank
FROM (SELECT station, sum(entries) AS entries, sum(exits) AS exits, max((peak << 34) - peak_ts) AS rank
	FROM total WHERE day >= ?1 / 32 * 32 AND day < ?1 / 32 * 32 + 32 GROUP BY station);

-- name: prune_network
DELETE FROM network WHERE day = ?1;

-- name: progress_put
INSERT OR REPLACE INTO progress (feed, topic, partition, epoch, next_offset, last_offset, last_hash, first_offset, first_hash,
	low, high, stable, consumed, stored, duplicate, late, dead, skipped, released, in_flight, updated_ms)
VALUES ('history', ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20);

-- name: progress_get
SELECT epoch, next_offset, last_offset, last_hash, first_offset, first_hash, low, high, stable,
	consumed, stored, duplicate, late, dead, skipped, released, in_flight
FROM progress WHERE feed = 'history' AND topic = ?1 AND partition = ?2 ORDER BY epoch DESC LIMIT 1;

-- name: gap_add
INSERT INTO gaps (feed, topic, partition, epoch, kind, first_offset, last_offset, detected_ms, note)
VALUES ('history', ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8);

-- name: dead_add
INSERT INTO dead_letters (feed, topic, partition, epoch, offset, record_ms, received_ms, reason, detail, key, value, value_size)
VALUES ('history', ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11);

-- The newest are kept.
-- name: dead_prune
DELETE FROM dead_letters WHERE id <= (SELECT max(id) FROM dead_letters) - ?1;

-- name: meta_put
INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2);

-- name: meta_get
SELECT value FROM meta WHERE key = ?1;

-- name: station_put
INSERT INTO stations (n, id, name, zone, lines, lat, lon, known, source, quarter_peak)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, iif(?8, 'reference', 'stream'), ?9)
ON CONFLICT (n) DO UPDATE SET id = excluded.id, name = excluded.name, zone = excluded.zone, lines = excluded.lines, lat = excluded.lat,
	lon = excluded.lon, known = excluded.known, source = excluded.source, quarter_peak = excluded.quarter_peak
WHERE (id, name, zone, lines, lat, lon, known, quarter_peak)
	IS NOT (excluded.id, excluded.name, excluded.zone, excluded.lines, excluded.lat, excluded.lon, excluded.known, excluded.quarter_peak);

-- name: stations_all
SELECT n, id, name, zone, lines, lat, lon, known, quarter_peak FROM stations ORDER BY n;

-- A station that the stream named before the reference knew it, under the reference's id from now on.
-- name: station_relabel
UPDATE stations SET id = ?1 WHERE n = (
	SELECT n FROM stations WHERE NOT known AND name = ?2 AND (
		(SELECT count(*) FROM stations WHERE NOT known AND name = ?2) = 1 OR (round(lat, 5) = round(?3, 5) AND round(lon, 5) = round(?4, 5)))
	ORDER BY n LIMIT 1)
AND NOT EXISTS (SELECT 1 FROM stations WHERE id = ?1);

-- name: board_newest
SELECT max(ts) FROM minute WHERE ts < ?1;

-- name: board_minutes
SELECT ts, station, entries, exits FROM minute WHERE ts > ?1 AND ts < ?2;

-- name: board_network
SELECT ts, entries, exits FROM network_minute WHERE ts > ?1 AND ts < ?2;

-- name: board_totals
SELECT station, entries, exits FROM total WHERE day = ?1;

-- name: board_totals_before
SELECT station, sum(entries), sum(exits) FROM (
	SELECT station, entries, exits FROM quarter WHERE day = ?1 AND ts < min(?2 / 900 * 900, (SELECT value FROM meta WHERE key = 'closed'))
	UNION ALL
	SELECT station, entries, exits FROM minute WHERE day = ?1 AND ts < ?2
		AND ts >= min(?2 / 900 * 900, (SELECT value FROM meta WHERE key = 'closed')))
GROUP BY station;

-- name: board_seen
SELECT station, last_ms FROM seen;

-- name: first_ts
SELECT min(ts) FROM network;

-- name: status_counts
SELECT (SELECT sum(dead) FROM progress), (SELECT count(*) FROM gaps);

-- Quarters before ?3, minutes from there to ?4.
-- name: station_quarters
SELECT ts, entries, exits FROM quarter WHERE day = ?2 AND station = ?1 AND ts < ?3
UNION ALL
SELECT ts / 900 * 900, sum(entries), sum(exits) FROM minute WHERE ts >= ?3 AND ts < ?4 AND day = ?2 AND station = ?1 GROUP BY 1;

-- By the quarter of the service day: on how many of up to 8 earlier days of its type it was counted at all, and the station's sums.
-- name: station_typical
WITH days AS MATERIALIZED (
	SELECT d.n, d.start_ts FROM service_day t CROSS JOIN service_day d ON d.n < t.n AND d.type = t.type
	WHERE t.n = ?2 AND EXISTS (SELECT 1 FROM network w WHERE w.day = d.n) ORDER BY d.n DESC LIMIT 8)
SELECT (w.ts - d.start_ts) / 900, count(*), coalesce(sum(q.entries), 0), coalesce(sum(q.exits), 0)
FROM days d CROSS JOIN network w ON w.day = d.n LEFT JOIN quarter q ON q.day = d.n AND q.station = ?1 AND q.ts = w.ts
GROUP BY 1;

-- name: station_id
SELECT id FROM stations WHERE n = ?1;

-- name: scenario_add
INSERT INTO scenario_events (ts, scenario, action, factor, until_ts, station)
VALUES (?1, ?2, ?3, ?4, ?5, (SELECT n FROM stations WHERE id = ?6));

-- name: status_scenario
SELECT e.ts, e.scenario, e.action, e.factor, e.until_ts, s.name
FROM scenario_events e LEFT JOIN stations s ON s.n = e.station WHERE e.ts < ?1 ORDER BY e.id DESC LIMIT ?2;

-- The present life of each partition: columns beside max() are of its row.
-- name: status_progress
SELECT topic, partition, max(epoch), next_offset, stable, high, low,
	consumed, stored, duplicate, late, dead, skipped, released, in_flight
FROM progress WHERE feed = 'history' GROUP BY topic, partition ORDER BY topic, partition LIMIT ?1;

-- name: status_gaps
SELECT kind, topic, partition, epoch, first_offset, last_offset, detected_ms / 1000, note FROM gaps ORDER BY id DESC LIMIT ?1;

-- name: status_dead
SELECT reason, topic, partition, offset, received_ms / 1000, detail FROM dead_letters ORDER BY id DESC LIMIT ?1;

-- Both are reckoned up, as counting them would be reading them all. Minutes: from every so many of those kept, all of them while they are few.
-- Quarter hours: a station's day has as many as on the newest whole day, or else on the only one.
-- name: status_rows
WITH kept (count) AS (SELECT count(*) FROM network_minute WHERE ts >= (SELECT value FROM meta WHERE key = 'pruned')),
	picked (ts) AS (SELECT ts FROM network_minute WHERE ts >= (SELECT value FROM meta WHERE key = 'pruned')
		AND ts / 60 % ((SELECT count FROM kept) / 256 | 1) = 0)
SELECT (SELECT count(*) FROM picked p CROSS JOIN minute m ON m.ts = p.ts) * (SELECT count FROM kept) / max((SELECT count(*) FROM picked), 1),
	(SELECT count(*) FROM total) *
	(SELECT count(*) FROM quarter WHERE day = sample) / max((SELECT count(*) FROM total WHERE day = sample), 1)
FROM (SELECT coalesce((SELECT max(day) FROM quarter WHERE day < (SELECT max(day) FROM quarter)), (SELECT max(day) FROM quarter)) AS sample);

-- name: station_names
SELECT id, name FROM stations ORDER BY n;

-- name: data_version
PRAGMA data_version;

-- name: verify_counts
SELECT station, ts, sum(entries), sum(exits) FROM station_15m WHERE ts >= ?1 AND ts < ?2 GROUP BY station, ts;

-- name: verify_offsets
SELECT topic, partition, next_offset FROM progress WHERE feed = 'history';

-- name: verify_gaps
SELECT printf('history, %s [%d], %s, offsets %d to %d, found %s: %s', topic, partition, kind, first_offset, last_offset, detected, note)
FROM gap WHERE feed = 'history' AND detected >= strftime('%Y-%m-%dT%H:%M:%SZ', ?1, 'unixepoch') ORDER BY id;
