-- title: The network by quarter hour, hour or day between --since (today) and --until
-- param: since time today from this time on
-- param: by auto|quarter|hour|day auto how long a row is; auto: a quarter hour up to 8 days, an hour up to 60, else a day
-- in_network: at the end of the row, most: at the end of the quarter hour of it when it was greatest. Of a row that a time cuts, what lies
-- between the times is shown.
WITH
reach AS (SELECT min(:until, (SELECT max(ts) + 900 FROM network)) - max(:since, (SELECT min(ts) FROM network)) AS seconds),
grain AS MATERIALIZED (SELECT CASE WHEN :by <> 'auto' THEN :by WHEN seconds <= 8 * 86400 + 3600 THEN 'quarter' WHEN seconds <= 60 * 86400 + 3600 THEN 'hour'
	ELSE 'day' END AS name FROM reach),
rows AS (
	SELECT w.bucket, w.ts + 900 AS end, w.day, w.entries, w.exits, w.ts AS last, w.inside AS most
	FROM grain g CROSS JOIN network w WHERE g.name = 'quarter' AND w.ts >= :since AND w.ts < :until
	UNION ALL
	SELECT strftime('%Y-%m-%dT%H:%M:%SZ', w.hour, 'unixepoch'), w.hour + 3600, w.day, sum(w.entries), sum(w.exits), max(w.ts), max(w.inside)
	FROM grain g CROSS JOIN network w WHERE g.name = 'hour' AND w.ts >= :since AND w.ts < :until GROUP BY w.hour, w.day
	UNION ALL
	SELECT strftime('%Y-%m-%dT%H:%M:%SZ', d.start_ts, 'unixepoch'), d.end_ts, d.n, sum(w.entries), sum(w.exits), max(w.ts), max(w.inside)
	FROM grain g CROSS JOIN service_day d CROSS JOIN network w ON w.day = d.n
	WHERE g.name = 'day' AND d.end_ts > :since AND d.start_ts < :until AND w.ts >= :since AND w.ts < :until GROUP BY d.n)
SELECT r.bucket, d.date AS day, r.entries, r.exits, r.entries - r.exits AS net,
	w.inside AS in_network, r.most, r.end * 1000 > (SELECT value FROM meta WHERE key = 'watermark_ms') AS open
FROM rows r CROSS JOIN service_day d ON d.n = r.day CROSS JOIN network w ON w.ts = r.last
ORDER BY r.last;
