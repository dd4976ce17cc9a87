-- title: Peak quarter hour of each station between --since (today) and --until
-- param: since time today from this time on
-- param: limit count 600 how many stations
WITH
-- whole closed service days come from their greatest quarter, the others from all their quarters
closed AS (SELECT value AS ts FROM meta WHERE key = 'closed'),
whole AS (SELECT n FROM service_day WHERE start_ts >= :since AND end_ts <= min(:until, (SELECT ts FROM closed))),
cut AS (SELECT n FROM service_day WHERE start_ts < :until AND end_ts > :since EXCEPT SELECT n FROM whole),
quarters AS (
	SELECT t.station, t.peak, t.peak_ts AS ts FROM whole w CROSS JOIN total t ON t.day = w.n
	UNION ALL
	SELECT q.station, q.entries + q.exits, q.ts FROM cut c CROSS JOIN quarter q ON q.day = c.n WHERE q.ts >= :since AND q.ts < :until
	UNION ALL
	SELECT m.station, sum(m.entries + m.exits), m.ts / 900 * 900 FROM closed o CROSS JOIN minute m ON m.ts >= o.ts
	WHERE m.ts / 900 * 900 >= :since AND m.ts / 900 * 900 < :until GROUP BY m.station, m.ts / 900),
greatest AS (SELECT station, max(peak) AS peak, ts FROM quarters GROUP BY station)
SELECT s.name AS station, g.peak, strftime('%Y-%m-%dT%H:%M:%SZ', g.ts, 'unixepoch') AS bucket
FROM greatest g JOIN stations s ON s.n = g.station
ORDER BY g.peak DESC, s.name
LIMIT :limit;
