"""What is counted here."""

from prometheus_client import Counter, Gauge

UPLOADS = Counter("uploads", "Files received whole.")
UPLOAD_BYTES = Counter("upload_bytes", "Bytes of the files received whole.")
UPLOADS_REFUSED = Counter("uploads_refused", "Files that were not taken, by the code of the refusal.", ["code"])
JOBS = Counter("jobs_submitted", "Jobs made, by the way they came: http or amqp.", ["way"])
RELAYED = Counter("outbox_relayed", "Messages of the outbox that the broker has confirmed.")
OUTBOX_WAITING = Gauge("outbox_unsent", "Messages of the outbox that wait for the broker.")
OUTBOX_OLDEST = Gauge("outbox_oldest_seconds", "How long the oldest of them has waited.")
