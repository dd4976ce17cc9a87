-- title: Gaps: offsets that nobody will ever deliver
-- param: limit count 100 how many, newest first
SELECT id, detected, feed, topic, partition, epoch, kind, first_offset, last_offset, last_offset - first_offset + 1 AS records, note
FROM gap
ORDER BY id DESC
LIMIT :limit;
