-- The view busyness, and the same as of another time: one of two heads gives `clock`, the watermark in ms; the body is the same.
-- now: the 15 whole minutes before the watermark's minute. typical: the service quarter that covers most of them, on up to 8 earlier
-- days of the same type on which that quarter was counted at all. max: the greatest quarter of 90 days, of TfL's profile in the first week.

-- name: head_view
CREATE VIEW busyness (station_id, station, now, max, busy, word, typical, ratio, n) AS
WITH clock (ms) AS (SELECT value FROM meta WHERE key = 'watermark_ms' AND value > 0),

-- name: head_at
WITH clock (ms) AS (SELECT ?1),

-- name: body
minutes AS MATERIALIZED (
	SELECT ms / 60000 * 60 AS ends, (ms / 60000 * 60 - 450) / 900 * 900 AS quarter FROM clock),
today AS MATERIALIZED (
	SELECT d.n, d.type, c.ends, c.quarter - d.start_ts AS since_start
	FROM minutes c JOIN service_day d ON d.start_ts <= c.quarter AND c.quarter < d.end_ts),
earlier AS MATERIALIZED (
	SELECT w.day, w.ts FROM today y CROSS JOIN service_day d ON d.n < y.n AND d.type = y.type
	CROSS JOIN network w ON w.ts = d.start_ts + y.since_start AND w.day = d.n ORDER BY d.n DESC LIMIT 8),
recent AS MATERIALIZED (
	SELECT m.station, sum(m.entries + m.exits) AS now FROM minutes c CROSS JOIN minute m ON m.ts >= c.ends - 900 AND m.ts < c.ends GROUP BY m.station),
spans AS MATERIALIZED (SELECT (n - 58) / 32 AS first, n / 32 AS after FROM today), -- of 32 service days, that lie wholly within the 90 days
greatest AS MATERIALIZED (
	SELECT station, max(peak) AS peak FROM (
		SELECT p.station, p.peak FROM spans v CROSS JOIN span p ON p.span >= v.first AND p.span < v.after
		UNION ALL
		SELECT t.station, t.peak FROM today d CROSS JOIN spans v CROSS JOIN total t ON t.day > d.n - 90 AND t.day < v.first * 32
		UNION ALL
		SELECT t.station, t.peak FROM today d CROSS JOIN spans v CROSS JOIN total t ON t.day >= v.after * 32 AND t.day < d.n
		UNION ALL
		SELECT q.station, q.entries + q.exits FROM today d CROSS JOIN quarter q ON q.day = d.n AND q.ts < d.ends
		UNION ALL
		SELECT m.station, sum(m.entries + m.exits) FROM minutes c CROSS JOIN minute m
		ON m.ts >= (SELECT value FROM meta WHERE key = 'closed') AND m.ts < c.ends GROUP BY m.station, m.ts / 900)
	GROUP BY station),
typical AS MATERIALIZED (
	SELECT q.station, sum(q.entries + q.exits) AS total FROM earlier e CROSS JOIN stations s
	CROSS JOIN quarter q ON q.day = e.day AND q.station = s.n AND q.ts = e.ts GROUP BY q.station),
figure AS (
	SELECT s.n AS number, s.id, s.name, coalesce(r.now, 0) AS now,
		nullif(iif((SELECT ends FROM minutes) - (SELECT min(ts) FROM network) >= 604800, g.peak, s.quarter_peak), 0) AS max,
		(SELECT count(*) FROM earlier) AS n, coalesce(y.total, 0) AS total
	FROM stations s LEFT JOIN recent r ON r.station = s.n LEFT JOIN greatest g ON g.station = s.n LEFT JOIN typical y ON y.station = s.n)
SELECT id, name, now, max, now * 1.0 / max,
	CASE WHEN max IS NULL THEN 'unknown' WHEN now < 0.4 * max THEN 'quiet' WHEN now <= 0.7 * max THEN 'busy' ELSE 'very busy' END,
	total * 1.0 / nullif(n, 0), now * 1.0 * n / nullif(total, 0), n
FROM figure ORDER BY number
