-- title: The network by quarter hour between --since (today) and --until
-- param: since time today from this time on
SELECT bucket, day, entries, exits, net, in_network, open
FROM network_15m
WHERE ts >= :since AND ts < :until
ORDER BY ts;
