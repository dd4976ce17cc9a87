-- title: Gaps: offsets that nobody will ever deliver, noticed between --since (ever) and --until
-- param: limit count 100 how many, newest first
SELECT id, detected, feed, topic, partition, epoch, kind, first_offset, last_offset, last_offset - first_offset + 1 AS records, note
FROM gap
WHERE detected >= strftime('%Y-%m-%dT%H:%M:%SZ', :since, 'unixepoch') AND detected < strftime('%Y-%m-%dT%H:%M:%SZ', min(:until, 253402300799), 'unixepoch')
ORDER BY id DESC
LIMIT :limit;
