-- From version 1: how many are inside, sums by 32 service days.
ALTER TABLE network ADD COLUMN inside INTEGER NOT NULL DEFAULT 0;
UPDATE network SET inside = (SELECT sum(p.entries - p.exits) FROM network p WHERE p.day = network.day AND p.ts <= network.ts);

CREATE TABLE span (
	span INTEGER NOT NULL,
	station INTEGER NOT NULL,
	entries INTEGER NOT NULL,
	exits INTEGER NOT NULL,
	peak INTEGER NOT NULL,
	peak_ts INTEGER NOT NULL,
	PRIMARY KEY (span, station)
) STRICT, WITHOUT ROWID;
INSERT INTO span (span, station, entries, exits, peak, peak_ts)
SELECT span, station, entries, exits, (rank + (1 << 34) - 1) >> 34, ((rank + (1 << 34) - 1) >> 34 << 34) - rank
FROM (SELECT day / 32 AS span, station, sum(entries) AS entries, sum(exits) AS exits, max((peak << 34) - peak_ts) AS rank
	FROM total GROUP BY day / 32, station);

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('span', 'span', '6000 500 1'), ('network_minute', NULL, '500000');
