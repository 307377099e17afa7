"""Asks Bulk Manager for the Seats of a CSV file and waits for the outcome.

Usage: publish_job.py [AMQP_URL] FILE.csv     (AMQP_URL may stand in the environment instead)
"""

import json
import os
import sys
import uuid
from pathlib import Path

import pika

url = sys.argv[1] if len(sys.argv) > 2 else os.environ["AMQP_URL"]
path = Path(sys.argv[-1])
key = f"example-{uuid.uuid4()}"  # keep yours with your request: sent again with the same key, it is the same job
request = {
    "account": os.environ.get("BULK_ACCOUNT", "main"),
    "requested_by": "example",
    "idempotency_key": key,
    "filename": path.name,
    "csv": path.read_bytes().decode("utf-8"),
}

connection = pika.BlockingConnection(pika.URLParameters(url))
channel = connection.channel()
channel.confirm_delivery()  # basic_publish returns when the broker has the message safe, and raises when it has not
answers = channel.queue_declare("", exclusive=True).method.queue  # a service has a durable queue of its own instead
channel.queue_bind(answers, "bulk", "job.finished.v1")  # before asking, so that no answer can be missed
properties = pika.BasicProperties(
    type="job.requested.v1", message_id=key, app_id="example", content_type="application/json", delivery_mode=2
)
channel.basic_publish("bulk", "job.requested.v1", json.dumps(request).encode(), properties, mandatory=True)

for _method, _properties, body in channel.consume(answers, auto_ack=True):
    finished = json.loads(body)
    if finished["idempotency_key"] == key:  # the other answers are for others
        break
connection.close()
print("Job {job_id}: {state}, {created} Seats created, {failed} failed.".format_map(finished))
print(finished["message"] or "")
sys.exit(0 if finished["state"] == "completed" else 1)
