-- Parameters are psycopg's %(name)s. Times come from the database's clock alone.

-- name: reserve_upload
-- Before the first byte: what a killed process leaves behind is known by this row, and goes with it.
INSERT INTO upload (upload_id, account, uploaded_by, source, expires_at)
VALUES (%(upload_id)s, %(account)s, %(uploaded_by)s, %(source)s, now() + %(expiry)s);

-- name: complete_upload
UPDATE upload
SET filename = %(filename)s, size = %(size)s, sha256 = %(sha256)s, received_at = now(), expires_at = now() + %(expiry)s
WHERE upload_id = %(upload_id)s
RETURNING expires_at;

-- name: forget_upload
DELETE FROM upload WHERE upload_id = %(upload_id)s AND job_id IS NULL;

-- name: expire_upload
-- From here on no job can use it; its file goes next, then its row.
UPDATE upload SET expires_at = clock_timestamp()
WHERE upload_id = %(upload_id)s AND account = %(account)s
  AND job_id IS NULL AND received_at IS NOT NULL AND expires_at > clock_timestamp()
RETURNING source;

-- name: job_of_upload
-- No row: unknown here. A null: not used yet.
SELECT job_id FROM upload
WHERE upload_id = %(upload_id)s AND account = %(account)s AND received_at IS NOT NULL;

-- name: expired_uploads
-- What a job is just taking is locked, and left alone.
SELECT upload_id, source FROM upload
WHERE job_id IS NULL AND expires_at <= now()
ORDER BY expires_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED;

-- name: remove_uploads
DELETE FROM upload WHERE upload_id = ANY(%(upload_ids)s);

-- name: source_size
SELECT size FROM upload WHERE source = %(source)s AND account = %(account)s AND received_at IS NOT NULL;

-- name: insert_job
-- A second request with the same key waits here until the first has ended. No conflict target is named: the job's id
-- and its key are both unique, and either index may be the one that notices.
INSERT INTO job (
    job_id, account, idempotency_key, fingerprint, submitted_by, submitted_at, template_version,
    kind, dry_run, columns, retry_of, undo_of
)
VALUES (
    %(job_id)s, %(account)s, %(idempotency_key)s, %(fingerprint)s, %(submitted_by)s, now(), %(template_version)s,
    %(kind)s, %(dry_run)s, %(columns)s, %(retry_of)s, %(undo_of)s
)
ON CONFLICT DO NOTHING
RETURNING submitted_at;

-- name: job_fingerprint
SELECT fingerprint FROM job WHERE job_id = %(job_id)s;

-- name: use_upload
-- Two jobs for one upload: the second waits for the row, looks again and finds it used. The clock is looked at again
-- too: with now(), the time of this transaction's start, an upload deleted while it waited would seem good still.
UPDATE upload SET job_id = %(job_id)s
WHERE upload_id = %(upload_id)s AND account = %(account)s
  AND job_id IS NULL AND received_at IS NOT NULL AND expires_at > clock_timestamp()
RETURNING filename, source, size, sha256;

-- name: look_at_upload
-- For a dry run: the upload stays as it is, and may still be deleted or become a job.
SELECT filename, source, size, sha256 FROM upload
WHERE upload_id = %(upload_id)s AND account = %(account)s
  AND job_id IS NULL AND received_at IS NOT NULL AND expires_at > clock_timestamp();

-- name: keep_file
UPDATE job SET filename = %(filename)s, size = %(size)s, sha256 = %(sha256)s WHERE job_id = %(job_id)s;

-- name: find_job
SELECT
    job.job_id, job.submitted_by, job.submitted_at, job.template_version, job.kind, job.dry_run, job.columns,
    job.retry_of, job.undo_of, coalesce(job.filename, upload.filename) AS filename,
    coalesce(job.size, upload.size) AS size, coalesce(job.sha256, upload.sha256) AS sha256
FROM job LEFT JOIN upload USING (job_id)
WHERE job.job_id = %(job_id)s AND job.account = %(account)s;

-- name: remember_columns
-- In the order of the cells, so that two jobs of an account never wait for each other.
INSERT INTO column_choice (account, cell, column_name, chosen_at)
SELECT %(account)s, cell, column_name, now()
FROM unnest(%(cells)s::text[], %(columns)s::text[]) AS chosen (cell, column_name)
ORDER BY cell
ON CONFLICT (account, cell) DO UPDATE SET column_name = excluded.column_name, chosen_at = excluded.chosen_at;

-- name: remembered_columns
SELECT cell, column_name FROM column_choice WHERE account = %(account)s AND cell = ANY(%(cells)s);

-- name: lock_job
-- Whoever asks to cancel it, ends it or leaves a file for it takes turns here; uploads and jobs being made do not wait.
SELECT cancel_requested_at, end_state FROM job
WHERE job_id = %(job_id)s AND account = %(account)s
FOR NO KEY UPDATE;

-- name: note_cancel
UPDATE job SET cancel_requested_at = now(), cancel_requested_by = %(requested_by)s
WHERE job_id = %(job_id)s
RETURNING cancel_requested_at;

-- name: note_end
-- The first end is the end.
UPDATE job SET end_state = %(state)s, finished_at = %(finished_at)s
WHERE job_id = %(job_id)s AND account = %(account)s AND end_state IS NULL;

-- name: reserve_accepted
-- Before the first byte, as for an upload. No row: the account has no such job.
INSERT INTO accepted_file (source, job_id)
SELECT %(source)s, job_id FROM job WHERE job_id = %(job_id)s AND account = %(account)s
RETURNING source;

-- name: complete_accepted
-- After `lock_job`, so that no other file of the job can be first meanwhile.
UPDATE accepted_file SET received_at = now()
WHERE source = %(source)s
  AND NOT EXISTS (SELECT FROM accepted_file AS other WHERE other.job_id = %(job_id)s AND other.received_at IS NOT NULL);

-- name: accepted_file
SELECT source FROM accepted_file JOIN job USING (job_id)
WHERE job_id = %(job_id)s AND account = %(account)s AND received_at IS NOT NULL;

-- name: accepted_of_job
SELECT source FROM accepted_file WHERE job_id = %(job_id)s;

-- name: accepted_of_ended_jobs
SELECT source FROM accepted_file JOIN job USING (job_id)
WHERE end_state IS NOT NULL
ORDER BY finished_at LIMIT %(limit)s FOR UPDATE OF accepted_file SKIP LOCKED;

-- name: remove_accepted
DELETE FROM accepted_file WHERE source = ANY(%(sources)s);

-- name: put_message
INSERT INTO outbox (correlation_id, message_id, type, app_id, headers, body, created_at)
VALUES (%(correlation_id)s, %(message_id)s, %(type)s, %(app_id)s, %(headers)s, %(body)s, %(created_at)s);

-- name: notify_relay
NOTIFY upload_outbox;

-- name: claim_messages
-- Only the oldest message of each job, so that two relays can't change their order; what another relay has is skipped.
SELECT id, correlation_id, message_id, type, app_id, headers, body, created_at
FROM outbox
WHERE NOT EXISTS (
    SELECT FROM outbox AS earlier
    WHERE earlier.correlation_id = outbox.correlation_id AND earlier.id < outbox.id
)
ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED;

-- name: remove_messages
DELETE FROM outbox WHERE id = ANY(%(ids)s);

-- name: outbox_backlog
SELECT count(*) AS waiting, coalesce(extract(epoch FROM now() - min(created_at)), 0)::float AS oldest_seconds FROM outbox;
