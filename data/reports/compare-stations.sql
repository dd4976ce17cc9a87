-- title: Two service days side by side, station by station, the greatest differences first
-- param: day day today the one
-- param: with day yesterday the other
-- param: limit count 600 how many stations
-- Whole days, as far as they have come.
WITH both AS (
	SELECT t.station, t.entries, t.exits, 0 AS with_entries, 0 AS with_exits FROM service_day d CROSS JOIN total t ON t.day = d.n WHERE d.date = :day
	UNION ALL
	SELECT t.station, 0, 0, t.entries, t.exits FROM service_day d CROSS JOIN total t ON t.day = d.n WHERE d.date = :with),
summed AS (SELECT station, sum(entries) AS entries, sum(exits) AS exits, sum(with_entries) AS with_entries, sum(with_exits) AS with_exits
	FROM both GROUP BY station)
SELECT s.name AS station, entries, with_entries, exits, with_exits, entries + exits AS total, with_entries + with_exits AS with_total,
	entries + exits - with_entries - with_exits AS difference,
	round((entries + exits) * 1.0 / nullif(with_entries + with_exits, 0), 3) AS ratio
FROM summed JOIN stations s ON s.n = summed.station
ORDER BY abs(difference) DESC, s.name
LIMIT :limit;
