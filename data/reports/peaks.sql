-- title: Peak quarter hour of each station between --since (today) and --until
-- param: since time today from this time on
-- param: limit count 600 how many stations
WITH
-- whole closed spans of 32 service days and days come from their greatest quarter, the others from all their quarters
closed AS (SELECT value AS ts, min(:until, value) AS until FROM meta WHERE key = 'closed'),
spans AS MATERIALIZED (
	SELECT n / 32 AS n FROM service_day GROUP BY n / 32 HAVING min(start_ts) >= :since AND max(end_ts) <= (SELECT until FROM closed)),
whole AS (
	SELECT n FROM service_day
	WHERE start_ts >= :since AND end_ts <= (SELECT until FROM closed) AND n / 32 NOT IN (SELECT n FROM spans)),
cut AS (SELECT n FROM service_day WHERE start_ts < :until AND end_ts > :since AND (start_ts < :since OR end_ts > (SELECT until FROM closed))),
quarters AS (
	SELECT p.station, p.peak, p.peak_ts AS ts FROM spans v CROSS JOIN span p ON p.span = v.n
	UNION ALL
	SELECT t.station, t.peak, t.peak_ts AS ts FROM whole h CROSS JOIN total t ON t.day = h.n
	UNION ALL
	SELECT q.station, q.entries + q.exits, q.ts FROM cut c CROSS JOIN quarter q ON q.day = c.n WHERE q.ts >= :since AND q.ts < :until
	UNION ALL
	SELECT m.station, sum(m.entries + m.exits), m.ts / 900 * 900 FROM closed o CROSS JOIN minute m ON m.ts >= o.ts
	WHERE m.ts / 900 * 900 >= :since AND m.ts / 900 * 900 < :until GROUP BY m.station, m.ts / 900),
-- of equal ones the earliest: one number that grows with the peak, and with an earlier time
greatest AS (SELECT station, max((peak << 34) - ts) AS rank FROM quarters WHERE peak > 0 GROUP BY station),
ranked AS (SELECT station, (rank + (1 << 34) - 1) >> 34 AS peak, rank FROM greatest)
SELECT s.name AS station, g.peak, strftime('%Y-%m-%dT%H:%M:%SZ', (g.peak << 34) - g.rank, 'unixepoch') AS bucket
FROM ranked g JOIN stations s ON s.n = g.station
ORDER BY g.peak DESC, s.name
LIMIT :limit;
