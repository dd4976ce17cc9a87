-- title: Dead letters: records that are no events, and why, received between --since (ever) and --until
-- param: reason text % only this reason, such as bad_json
-- param: limit count 50 how many, newest first
SELECT id, received, feed, topic, partition, epoch, offset, record_time, reason, detail, substr(CAST(key AS TEXT), 1, 80) AS key,
	substr(CAST(value AS TEXT), 1, 80) AS value, value_size
FROM dead_letter
WHERE reason LIKE :reason AND received >= strftime('%Y-%m-%dT%H:%M:%SZ', :since, 'unixepoch')
	AND received < strftime('%Y-%m-%dT%H:%M:%SZ', min(:until, 253402300799), 'unixepoch')
ORDER BY id DESC
LIMIT :limit;
