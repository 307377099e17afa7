-- The event log's SQL. Everything that is asked over HTTP is keyed by the account.

-- name: insert_job
INSERT INTO job (job_id, account, state, first_seen_at, began_at)
VALUES (%(job_id)s, %(account)s, 'submitted', %(first_seen_at)s, %(first_seen_at)s)
ON CONFLICT (job_id) DO NOTHING

-- name: lock_job
SELECT * FROM job WHERE job_id = %(job_id)s FOR UPDATE

-- name: insert_event
INSERT INTO event (message_id, job_id, type, occurred_at, text, body)
VALUES (%(message_id)s, %(job_id)s, %(type)s, %(occurred_at)s, %(text)s, %(body)s)
ON CONFLICT (message_id) DO NOTHING

-- name: update_job
UPDATE job SET
    account = %(account)s, state = %(state)s, first_seen_at = %(first_seen_at)s, began_at = %(began_at)s,
    submitted_by = %(submitted_by)s, submitted_at = %(submitted_at)s, filename = %(filename)s,
    idempotency_key = %(idempotency_key)s, template_version = %(template_version)s, source = %(source)s,
    size = %(size)s, sha256 = %(sha256)s, kind = %(kind)s, dry_run = %(dry_run)s, columns = %(columns)s,
    retry_of = %(retry_of)s, undo_of = %(undo_of)s, started_at = %(started_at)s, accepted_at = %(accepted_at)s,
    rejected_at = %(rejected_at)s, checked_at = %(checked_at)s, change_count = %(change_count)s,
    changed_rows = %(changed_rows)s, rows_told = %(rows_told)s, bytes_told = %(bytes_told)s, rows = %(rows)s, chunks = %(chunks)s, problem_count = %(problem_count)s,
    problems_by_code = %(problems_by_code)s, chunks_in = %(chunks_in)s, created = %(created)s, failed = %(failed)s,
    provisioned_at = %(provisioned_at)s, failed_at = %(failed_at)s, failed_stage = %(failed_stage)s,
    failed_code = %(failed_code)s, failed_message = %(failed_message)s,
    cancel_requested_at = %(cancel_requested_at)s, cancelled_at = %(cancelled_at)s, cancelled_by = %(cancelled_by)s,
    cancelled_chunks = %(cancelled_chunks)s, given_up_at = %(given_up_at)s, finished_at = %(finished_at)s,
    finished = %(finished)s, search = %(search)s, quiet_since = now(), reconcile_tries = 0
WHERE job_id = %(job_id)s

-- name: record_chunk
-- All that a chunk changes, in one round trip. The job is locked, and does not know the chunk yet: so nobody does.
WITH
    heard AS (
        INSERT INTO event (message_id, job_id, type, occurred_at, text, body)
        VALUES (%(message_id)s, %(job_id)s, %(type)s, %(occurred_at)s, %(text)s, %(body)s)
    ),
    kept AS (
        INSERT INTO chunk (job_id, chunk, first_line, last_line, created, failed, outcomes)
        VALUES (
            %(job_id)s, %(chunk)s, %(first_line)s, %(last_line)s, %(chunk_created)s, %(chunk_failed)s, %(outcomes)s
        )
    )
UPDATE job SET
    account = %(account)s, state = %(state)s, first_seen_at = %(first_seen_at)s, began_at = %(began_at)s,
    chunks_in = %(chunks_in)s, created = %(created)s, failed = %(failed)s, provisioned_at = %(provisioned_at)s,
    finished_at = %(finished_at)s, finished = %(finished)s, quiet_since = now(), reconcile_tries = 0
WHERE job_id = %(job_id)s

-- name: hear_again
-- A message that comes again is a sign of life, too: of a stage that is at work or waits for another.
UPDATE job SET quiet_since = now() WHERE job_id = %(job_id)s AND finished_at IS NULL

-- name: count_unfinished
SELECT count(*) AS jobs, coalesce(extract(epoch FROM now() - min(began_at)), 0)::float8 AS oldest_seconds
FROM job WHERE finished_at IS NULL AND account IS NOT NULL

-- name: lock_reconciler
SELECT pg_try_advisory_xact_lock(%(key)s) AS locked

-- name: list_stalled
-- A job whose account is not known is nobody's, and can't end.
SELECT job_id, account, submitted_at IS NOT NULL AS submitted, reconcile_tries AS tries, kind, dry_run
FROM job
WHERE finished_at IS NULL AND account IS NOT NULL AND quiet_since < now() - %(seconds)s * interval '1 second'
ORDER BY quiet_since
LIMIT %(limit)s

-- name: list_causes
SELECT type, body FROM event
WHERE job_id = %(job_id)s AND type = ANY(%(types)s)
ORDER BY occurred_at

-- name: mark_reconciled
UPDATE job SET quiet_since = now(), reconcile_tries = reconcile_tries + 1
WHERE job_id = %(job_id)s AND finished_at IS NULL

-- name: insert_problems
-- A problem is known by its number, so that a message may come again.
INSERT INTO problem (job_id, n, line, column_name, code, message, value, suggestion)
SELECT
    %(job_id)s, %(after)s + told.n, told.line, told.column_name, told.code, told.message, told.value, told.suggestion
FROM unnest(
    %(lines)s::integer[], %(columns)s::text[], %(codes)s::text[], %(messages)s::text[], %(values)s::text[],
    %(suggestions)s::text[]
) WITH ORDINALITY AS told (line, column_name, code, message, value, suggestion, n)
ON CONFLICT (job_id, n) DO NOTHING

-- name: insert_changes
INSERT INTO change (job_id, n, line, user_id, column_name, before, after)
SELECT %(job_id)s, told.n, told.line, told.user_id, told.column_name, told.before, told.after
FROM unnest(
    %(lines)s::integer[], %(user_ids)s::uuid[], %(columns)s::text[], %(before)s::text[], %(after)s::text[]
) WITH ORDINALITY AS told (line, user_id, column_name, before, after, n)
ON CONFLICT (job_id, n) DO NOTHING

-- name: find_job
SELECT * FROM job WHERE account = %(account)s AND job_id = %(job_id)s

-- name: list_events
SELECT event.type, event.occurred_at, event.text
FROM event JOIN job USING (job_id)
WHERE job.account = %(account)s AND job_id = %(job_id)s
ORDER BY event.occurred_at, event.received_at, event.message_id

-- name: list_problems
SELECT problem.n, problem.line, problem.column_name, problem.code, problem.message, problem.value, problem.suggestion
FROM problem JOIN job USING (job_id)
WHERE job.account = %(account)s AND job_id = %(job_id)s AND problem.n > %(after)s
ORDER BY problem.n
LIMIT %(limit)s

-- name: list_problems_of_code
SELECT problem.n, problem.line, problem.column_name, problem.code, problem.message, problem.value, problem.suggestion
FROM problem JOIN job USING (job_id)
WHERE job.account = %(account)s AND job_id = %(job_id)s AND problem.code = %(code)s AND problem.n > %(after)s
ORDER BY problem.n
LIMIT %(limit)s

-- name: list_problems_by_line
SELECT problem.n, problem.line, problem.column_name, problem.code, problem.message, problem.value, problem.suggestion
FROM problem JOIN job USING (job_id)
WHERE job.account = %(account)s AND job_id = %(job_id)s AND (problem.line, problem.n) > (%(line)s, %(after)s)
ORDER BY problem.line, problem.n
LIMIT %(limit)s

-- name: count_problems
SELECT count(*) AS kept
FROM problem JOIN job USING (job_id)
WHERE job.account = %(account)s AND job_id = %(job_id)s

-- name: list_changes
SELECT change.n, change.line, change.user_id, change.column_name, change.before, change.after
FROM change JOIN job USING (job_id)
WHERE job.account = %(account)s AND job_id = %(job_id)s AND change.n > %(after)s
ORDER BY change.n
LIMIT %(limit)s

-- name: list_children
-- The jobs that were made of another one: of its failed rows, or to undo it.
SELECT job_id, state, CASE WHEN retry_of = %(job_id)s THEN 'retry' ELSE 'undo' END AS relation
FROM job
WHERE account = %(account)s AND (retry_of = %(job_id)s OR undo_of = %(job_id)s) AND NOT dry_run
ORDER BY began_at, job_id

-- name: next_chunk
-- The first chunk that has lines behind `after`; only one with failed rows, where `failed_only`.
SELECT chunk.outcomes, chunk.last_line
FROM chunk JOIN job USING (job_id)
WHERE job.account = %(account)s AND job_id = %(job_id)s AND chunk.last_line > %(after)s
  AND (chunk.failed > 0 OR NOT %(failed_only)s)
ORDER BY chunk.last_line
LIMIT 1
