-- title: Busiest quarter hours of the network between --since (a year ago) and --until
-- param: since time -365d from this time on
-- param: limit count 20 how many, the busiest first
WITH busiest AS MATERIALIZED (
	SELECT w.ts, w.day, w.entries, w.exits, w.inside FROM network w WHERE w.ts >= :since AND w.ts < :until
	ORDER BY w.entries + w.exits DESC, w.ts LIMIT :limit)
SELECT strftime('%Y-%m-%dT%H:%M:%SZ', b.ts, 'unixepoch') AS bucket, d.date AS day, d.type, b.entries, b.exits, b.entries + b.exits AS total,
	b.inside AS in_network, (b.ts + 900) * 1000 > (SELECT value FROM meta WHERE key = 'watermark_ms') AS open
FROM busiest b JOIN service_day d ON d.n = b.day
ORDER BY total DESC, b.ts;
