-- title: Dead letters: records that are no events, and why
-- param: reason text % only this reason, such as bad_json
-- param: limit count 50 how many, newest first
SELECT id, received, topic, partition, offset, reason, detail, substr(CAST(value AS TEXT), 1, 80) AS value, value_size
FROM dead_letter
WHERE reason LIKE :reason
ORDER BY id DESC
LIMIT :limit;
