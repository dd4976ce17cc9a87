-- title: How many are in the network through a service day, beside earlier days of its type
-- param: day day today which service day
-- typical: mean at the same time of up to 8 earlier days of the type on which that quarter hour was counted; n of them
WITH
days AS MATERIALIZED (
	SELECT d.n, d.start_ts FROM service_day y CROSS JOIN service_day d ON d.n < y.n AND d.type = y.type
	WHERE y.date = :day AND EXISTS (SELECT 1 FROM network w WHERE w.day = d.n) ORDER BY d.n DESC LIMIT 8),
typical AS MATERIALIZED (
	SELECT (w.ts - d.start_ts) / 900 AS at, count(*) AS n, avg(w.inside) AS inside FROM days d CROSS JOIN network w ON w.day = d.n GROUP BY 1)
SELECT strftime('%Y-%m-%dT%H:%M:%SZ', w.ts, 'unixepoch') AS bucket, w.entries, w.exits, w.entries - w.exits AS net, w.inside AS in_network,
	round(100.0 * w.inside / nullif(max(w.inside) OVER (), 0), 1) AS percent_of_most, round(y.inside) AS typical, coalesce(y.n, 0) AS n,
	(w.ts + 900) * 1000 > (SELECT value FROM meta WHERE key = 'watermark_ms') AS open
FROM service_day d CROSS JOIN network w ON w.day = d.n LEFT JOIN typical y ON y.at = (w.ts - d.start_ts) / 900
WHERE d.date = :day
ORDER BY w.ts;
