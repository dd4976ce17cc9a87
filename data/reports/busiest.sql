-- title: Busiest stations: who came and went most between --since (today) and --until
-- param: since time today from this time on
-- param: limit count 20 how many stations
WITH
-- whole spans of 32 service days come from their sums, the other whole days from their totals, the two that the times cut from their quarter
-- hours, open ones from minutes
spans AS MATERIALIZED (SELECT n / 32 AS n FROM service_day GROUP BY n / 32 HAVING min(start_ts) >= :since AND max(end_ts) <= :until),
whole AS (SELECT n FROM service_day WHERE start_ts >= :since AND end_ts <= :until AND n / 32 NOT IN (SELECT n FROM spans)),
cut AS (SELECT n FROM service_day WHERE start_ts < :until AND end_ts > :since AND (start_ts < :since OR end_ts > :until)),
closed AS (SELECT value AS ts FROM meta WHERE key = 'closed'),
counted AS (
	SELECT p.station, p.entries, p.exits FROM spans v CROSS JOIN span p ON p.span = v.n
	UNION ALL
	SELECT t.station, t.entries, t.exits FROM whole h CROSS JOIN total t ON t.day = h.n
	UNION ALL
	SELECT q.station, q.entries, q.exits FROM cut c CROSS JOIN quarter q ON q.day = c.n WHERE q.ts >= :since AND q.ts < :until
	UNION ALL
	SELECT m.station, m.entries, m.exits FROM closed o CROSS JOIN minute m ON m.ts >= o.ts JOIN cut c ON c.n = m.day
	WHERE m.ts / 900 * 900 >= :since AND m.ts / 900 * 900 < :until),
summed AS (SELECT station, sum(entries) AS entries, sum(exits) AS exits FROM counted GROUP BY station)
SELECT s.name AS station, entries, exits, entries + exits AS total, entries - exits AS net
FROM summed JOIN stations s ON s.n = summed.station
ORDER BY total DESC, s.name
LIMIT :limit;
