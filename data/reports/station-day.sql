-- title: One station's service day by quarter hour
-- param: station station - name or id of the station
-- param: day day today which service day
SELECT bucket, entries, exits, net, sum(net) OVER (ORDER BY ts) AS net_so_far, open
FROM station_15m
WHERE day = :day AND station_id IN (SELECT station_id FROM station WHERE station = :station OR station_id = :station)
ORDER BY ts;
