-- title: Imbalance: stations where entries and exits differ most, between --since (today) and --until
-- param: since time today from this time on
-- param: least count 100 passengers a station must have had to be shown
-- param: limit count 20 how many stations
WITH
-- whole service days come from their totals, the two that the times cut from their quarter hours, open ones from minutes
whole AS (SELECT n FROM service_day WHERE start_ts >= :since AND end_ts <= :until),
cut AS (SELECT n FROM service_day WHERE start_ts < :until AND end_ts > :since EXCEPT SELECT n FROM whole),
closed AS (SELECT value AS ts FROM meta WHERE key = 'closed'),
counted AS (
	SELECT t.station, t.entries, t.exits FROM whole w CROSS JOIN total t ON t.day = w.n
	UNION ALL
	SELECT q.station, q.entries, q.exits FROM cut c CROSS JOIN quarter q ON q.day = c.n WHERE q.ts >= :since AND q.ts < :until
	UNION ALL
	SELECT m.station, m.entries, m.exits FROM closed o CROSS JOIN minute m ON m.ts >= o.ts JOIN cut c ON c.n = m.day
	WHERE m.ts / 900 * 900 >= :since AND m.ts / 900 * 900 < :until),
summed AS (SELECT station, sum(entries) AS entries, sum(exits) AS exits FROM counted GROUP BY station)
SELECT s.name AS station, entries, exits, entries - exits AS net, round(100.0 * (entries - exits) / (entries + exits), 1) AS net_percent
FROM summed JOIN stations s ON s.n = summed.station
WHERE entries + exits >= :least
ORDER BY abs(entries - exits) DESC, s.name
LIMIT :limit;
