-- title: Feed progress: offsets, lag and account of each partition
SELECT o.feed, o.topic, o.partition, o.epoch, o.next_offset, o.lag, l.consumed, l.stored, l.dead, l.skipped, l.in_flight, o.updated
FROM feed_offset o JOIN ledger l USING (feed, topic, partition, epoch)
ORDER BY o.feed, o.topic, o.partition, o.epoch;
