-- title: Two service days side by side, the network by quarter hour or hour
-- param: day day today the one
-- param: with day yesterday the other
-- param: by quarter|hour quarter how long a row is
-- Times are counted from the start of either day, as if no clock changed within it. A bucket in which nothing was counted is 0, NULL before
-- the history or after the newest event; of both days nothing: no row.
WITH
clock AS (SELECT (SELECT value / 1000 FROM meta WHERE key = 'watermark_ms') AS newest, (SELECT min(ts) FROM network) AS oldest,
	iif(:by = 'hour', 3600, 900) AS width, (SELECT substr(value, 1, 2) * 3600 + substr(value, 4, 2) * 60 FROM meta WHERE key = 'day_start') AS clock_start),
one AS (SELECT (w.ts - d.start_ts) / c.width AS at, sum(w.entries) AS entries, sum(w.exits) AS exits
	FROM clock c CROSS JOIN service_day d CROSS JOIN network w ON w.day = d.n WHERE d.date = :day GROUP BY 1),
other AS (SELECT (w.ts - d.start_ts) / c.width AS at, sum(w.entries) AS entries, sum(w.exits) AS exits
	FROM clock c CROSS JOIN service_day d CROSS JOIN network w ON w.day = d.n WHERE d.date = :with GROUP BY 1),
rows AS (
	SELECT b.at,
		coalesce(o.entries, iif(d.start_ts + b.at * c.width BETWEEN c.oldest AND c.newest, 0, NULL)) AS entries,
		coalesce(o.exits, iif(d.start_ts + b.at * c.width BETWEEN c.oldest AND c.newest, 0, NULL)) AS exits,
		coalesce(r.entries, iif(e.start_ts + b.at * c.width BETWEEN c.oldest AND c.newest, 0, NULL)) AS with_entries,
		coalesce(r.exits, iif(e.start_ts + b.at * c.width BETWEEN c.oldest AND c.newest, 0, NULL)) AS with_exits,
		coalesce(max(d.start_ts, e.start_ts), d.start_ts, e.start_ts) + (b.at + 1) * c.width > c.newest AS open
	FROM clock c CROSS JOIN (SELECT at FROM one UNION SELECT at FROM other) b
	LEFT JOIN one o ON o.at = b.at LEFT JOIN other r ON r.at = b.at
	LEFT JOIN service_day d ON d.date = :day LEFT JOIN service_day e ON e.date = :with)
SELECT strftime('%H:%M', (at * width + clock_start) % 86400, 'unixepoch') AS time,
	entries, with_entries, exits, with_exits, entries + exits AS total, with_entries + with_exits AS with_total,
	entries + exits - with_entries - with_exits AS difference,
	round((entries + exits) * 1.0 / nullif(with_entries + with_exits, 0), 3) AS ratio, open
FROM rows CROSS JOIN clock
ORDER BY at;
