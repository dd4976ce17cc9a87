-- The public views: what `tfl-top query` and plain sqlite3 are used with. Times are UTC text, ts the same in Unix seconds, day the
-- service day, net = entries - exits, open = 1 while the bucket's end lies after the watermark. Filter on ts and day: they use the keys.
CREATE VIEW station (station_id, station, zone, lines, lat, lon, known, source, first_event, last_event) AS
SELECT s.id, s.name, s.zone, s.lines, s.lat, s.lon, s.known, s.source,
	strftime('%Y-%m-%dT%H:%M:%SZ', e.first_ms / 1000, 'unixepoch'), strftime('%Y-%m-%dT%H:%M:%SZ', e.last_ms / 1000, 'unixepoch')
FROM stations s LEFT JOIN seen e ON e.station = s.n;

-- A service day is one of about a thousand that the network's minutes reach over: said so, a filter on day goes by its times.
CREATE VIEW station_minute (bucket, ts, day, station_id, station, entries, exits, net, open) AS
SELECT strftime('%Y-%m-%dT%H:%M:%SZ', w.ts, 'unixepoch'), w.ts, d.date, s.id, s.name, m.entries, m.exits, m.entries - m.exits,
	(w.ts + 60) * 1000 > (SELECT value FROM meta WHERE key = 'watermark_ms')
FROM network_minute w
CROSS JOIN minute m ON m.ts = w.ts
JOIN service_day d ON d.n = m.day AND likelihood(w.ts >= d.start_ts, 0.03) AND likelihood(w.ts < d.end_ts, 0.03)
JOIN stations s ON s.n = m.station;

CREATE VIEW station_15m (bucket, ts, day, station_id, station, entries, exits, net, open) AS
SELECT w.bucket, w.ts, d.date, s.id, s.name, q.entries, q.exits, q.entries - q.exits,
	(w.ts + 900) * 1000 > (SELECT value FROM meta WHERE key = 'watermark_ms')
FROM quarter q
JOIN network w ON w.ts = q.ts AND w.day = q.day
JOIN service_day d ON d.n = q.day
JOIN stations s ON s.n = q.station
UNION ALL
SELECT strftime('%Y-%m-%dT%H:%M:%SZ', o.ts, 'unixepoch'), o.ts, d.date, s.id, s.name, o.entries, o.exits, o.entries - o.exits,
	(o.ts + 900) * 1000 > (SELECT value FROM meta WHERE key = 'watermark_ms')
FROM (SELECT ts / 900 * 900 AS ts, day, station, sum(entries) AS entries, sum(exits) AS exits FROM minute
	WHERE ts >= (SELECT value FROM meta WHERE key = 'closed') GROUP BY 1, 2, 3) o
JOIN service_day d ON d.n = o.day
JOIN stations s ON s.n = o.station;

-- The hour (UTC) in which the service day changes has one row for each of the two days. Whole closed hours and the hours of which a part
-- is still open are summed apart, each from tables, so that a filter reaches their keys.
CREATE VIEW station_hour (bucket, ts, day, station_id, station, entries, exits, net, open) AS
SELECT strftime('%Y-%m-%dT%H:%M:%SZ', w.hour, 'unixepoch'), w.hour, d.date, s.id, s.name,
	sum(q.entries), sum(q.exits), sum(q.entries - q.exits), (w.hour + 3600) * 1000 > (SELECT value FROM meta WHERE key = 'watermark_ms')
FROM quarter q
JOIN network w ON w.ts = q.ts AND w.day = q.day
JOIN service_day d ON d.n = q.day
JOIN stations s ON s.n = q.station
WHERE w.hour < (SELECT value FROM meta WHERE key = 'closed') / 3600 * 3600
GROUP BY w.hour, d.date, s.id, s.name
UNION ALL
SELECT strftime('%Y-%m-%dT%H:%M:%SZ', o.hour, 'unixepoch'), o.hour, d.date, s.id, s.name, o.entries, o.exits, o.entries - o.exits,
	(o.hour + 3600) * 1000 > (SELECT value FROM meta WHERE key = 'watermark_ms')
FROM (SELECT ts / 3600 * 3600 AS hour, day, station, sum(entries) AS entries, sum(exits) AS exits FROM minute
	WHERE ts >= (SELECT value FROM meta WHERE key = 'closed') / 3600 * 3600 GROUP BY 1, 2, 3) o
JOIN service_day d ON d.n = o.day
JOIN stations s ON s.n = o.station;

CREATE VIEW station_day (bucket, ts, day, station_id, station, entries, exits, net, open) AS
SELECT d.date, d.start_ts, d.date, s.id, s.name, t.entries, t.exits, t.entries - t.exits,
	d.end_ts * 1000 > (SELECT value FROM meta WHERE key = 'watermark_ms')
FROM service_day d
CROSS JOIN total t ON t.day = d.n
JOIN stations s ON s.n = t.station;

CREATE VIEW network_15m (bucket, ts, day, entries, exits, net, in_network, open) AS
SELECT w.bucket, w.ts, d.date, w.entries, w.exits, w.entries - w.exits,
	w.inside,
	(w.ts + 900) * 1000 > (SELECT value FROM meta WHERE key = 'watermark_ms')
FROM network w
JOIN service_day d ON d.n = w.day;

CREATE VIEW feed_offset (feed, topic, partition, epoch, next_offset, last_offset, low, high, lag, updated) AS
SELECT feed, topic, partition, epoch, nullif(next_offset, -1), nullif(last_offset, -1), nullif(low, -1), nullif(high, -1),
	iif(stable >= 0 AND next_offset >= 0, max(stable - next_offset, 0), NULL),
	strftime('%Y-%m-%dT%H:%M:%SZ', updated_ms / 1000, 'unixepoch')
FROM progress;

CREATE VIEW ledger (feed, topic, partition, epoch, consumed, stored, duplicate, late, dead, skipped, released, in_flight) AS
SELECT feed, topic, partition, epoch, consumed, stored, duplicate, late, dead, skipped, released, in_flight FROM progress;

CREATE VIEW gap (id, feed, topic, partition, epoch, kind, first_offset, last_offset, detected, note) AS
SELECT id, feed, topic, partition, epoch, kind, first_offset, last_offset,
	strftime('%Y-%m-%dT%H:%M:%SZ', detected_ms / 1000, 'unixepoch'), note
FROM gaps;

CREATE VIEW dead_letter (id, feed, topic, partition, epoch, offset, record_time, received, reason, detail, key, value, value_size) AS
SELECT id, feed, topic, partition, epoch, offset, strftime('%Y-%m-%dT%H:%M:%SZ', record_ms / 1000, 'unixepoch'),
	strftime('%Y-%m-%dT%H:%M:%SZ', received_ms / 1000, 'unixepoch'), reason, detail, key, value, value_size
FROM dead_letters;

CREATE VIEW scenario_event (id, time, ts, scenario, action, station, factor, until) AS
SELECT e.id, strftime('%Y-%m-%dT%H:%M:%SZ', e.ts, 'unixepoch'), e.ts, e.scenario, e.action, s.name, e.factor,
	strftime('%Y-%m-%dT%H:%M:%SZ', e.until_ts, 'unixepoch')
FROM scenario_events e LEFT JOIN stations s ON s.n = e.station;
