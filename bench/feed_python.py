# feed_python.py BROKERS TOPIC URL GROUP INDEX: what one writes in Python when it has to be quick: batches of raw bytes, nothing decoded, one bulk
# at a time over one connection, and only the word whether there were errors looked at. For bench/feed to compare with.
import http.client
import sys

from confluent_kafka import Consumer

brokers, topic, url, group, index = sys.argv[1:]
consumer = Consumer({"bootstrap.servers": brokers, "group.id": group, "auto.offset.reset": "earliest", "enable.auto.commit": False})
consumer.subscribe([topic])
server = http.client.HTTPConnection(url.split("//")[1])
action = b'{"create":{}}\n'
while True:
    values = [msg.value() for msg in consumer.consume(5000, 1.0) if not msg.error() and msg.value()]
    if not values:
        continue
    body = b"".join([piece for value in values for piece in (action, value, b"\n")])
    server.request("POST", f"/{index}/_bulk?filter_path=errors", body, {"Content-Type": "application/x-ndjson"})
    reply = server.getresponse().read()
    if b'"errors":false' not in reply:
        sys.stderr.write(f"errors: {reply[:200]!r}\n")
    consumer.commit(asynchronous=True)
