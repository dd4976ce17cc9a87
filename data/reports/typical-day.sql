-- title: A typical day: the network's mean by quarter hour over earlier days of the same type
-- param: day day today days before this one that are of its type
-- param: days count 8 how many of them at most
-- Times are counted from the start of a day, as if no clock changed within it. n: on how many of the days the quarter hour was counted.
WITH
days AS MATERIALIZED (
	SELECT d.n, d.start_ts, d.type FROM service_day y CROSS JOIN service_day d ON d.n < y.n AND d.type = y.type
	WHERE y.date = :day AND EXISTS (SELECT 1 FROM network w WHERE w.day = d.n) ORDER BY d.n DESC LIMIT :days),
quarters AS (
	SELECT w.ts - d.start_ts AS since_start, d.type, count(*) AS n, avg(w.entries) AS entries, avg(w.exits) AS exits, avg(w.inside) AS inside,
		min(w.entries + w.exits) AS least, max(w.entries + w.exits) AS most
	FROM days d CROSS JOIN network w ON w.day = d.n GROUP BY 1)
SELECT strftime('%H:%M', (since_start + (SELECT substr(value, 1, 2) * 3600 + substr(value, 4, 2) * 60 FROM meta WHERE key = 'day_start')) % 86400,
		'unixepoch') AS time,
	type, n, round(entries, 1) AS entries, round(exits, 1) AS exits, round(entries + exits, 1) AS total, least, most,
	round(inside, 1) AS in_network
FROM quarters
ORDER BY since_start;
