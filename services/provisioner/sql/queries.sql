-- The provisioner's SQL. Every query names the account: nothing of one is ever seen or touched from another.

-- name: limit_waiting
SELECT set_config('lock_timeout', %(lock)s, true), set_config('statement_timeout', %(statement)s, true)

-- name: let_no_cancellation_pass
-- Held by every chunk of the job until it has committed. What is looked up after it, in a statement of its own, sees
-- every cancellation that came before.
SELECT pg_advisory_xact_lock_shared(hashtextextended(%(account)s || ' ' || %(job_id)s::text, 0))

-- name: let_no_chunk_pass
-- Waits for the job's chunks that are being made, and holds up those that would follow.
SELECT pg_advisory_xact_lock(hashtextextended(%(account)s || ' ' || %(job_id)s::text, 0))

-- name: cancel_job
INSERT INTO cancelled_jobs (account, job_id, cancelled_at)
VALUES (%(account)s, %(job_id)s, date_trunc('milliseconds', now()))
ON CONFLICT DO NOTHING

-- name: cancellation
-- The chunks are counted each time: once the job is cancelled there are no more of them.
SELECT
    cancelled_at,
    (SELECT count(*) FROM provisioned_chunks WHERE account = %(account)s AND job_id = %(job_id)s) AS chunks
FROM cancelled_jobs
WHERE account = %(account)s AND job_id = %(job_id)s

-- name: is_cancelled
SELECT true AS cancelled FROM cancelled_jobs WHERE account = %(account)s AND job_id = %(job_id)s

-- name: claim_chunk
-- A second deliverer of the same chunk waits here until the first has committed, and then claims nothing. Times have
-- milliseconds, so that the database, the events and the summary say the same.
INSERT INTO provisioned_chunks (account, job_id, chunk, provisioned_at, outcomes)
VALUES (%(account)s, %(job_id)s, %(chunk)s, date_trunc('milliseconds', now()), %(outcomes)s)
ON CONFLICT DO NOTHING
RETURNING
    provisioned_at,
    EXISTS (SELECT FROM cancelled_jobs WHERE account = %(account)s AND job_id = %(job_id)s) AS cancelled

-- name: stored_chunk
SELECT provisioned_at, outcomes
FROM provisioned_chunks
WHERE account = %(account)s AND job_id = %(job_id)s AND chunk = %(chunk)s

-- name: copy_seats
COPY seats (
    user_id, account, job_id, created_at, line, firstname, lastname, email, email_key, extension, phone_number,
    device_mac, attributes, secrets, words
) FROM STDIN

-- name: make_staging
CREATE TEMPORARY TABLE IF NOT EXISTS staged_seats (LIKE seats) ON COMMIT DELETE ROWS

-- name: stage
COPY pg_temp.staged_seats (
    user_id, account, job_id, created_at, line, firstname, lastname, email, email_key, extension, phone_number,
    device_mac, attributes, secrets, words
) FROM STDIN

-- name: insert_seats
-- In the order of a key, so that chunks with the same keys wait for each other instead of blocking each other. A
-- deadlock stays possible (two keys in opposite orders): it is tried again.
INSERT INTO seats (
    user_id, account, job_id, created_at, line, firstname, lastname, email, email_key, extension, phone_number,
    device_mac, attributes, secrets, words
)
SELECT
    user_id, account, job_id, created_at, line, firstname, lastname, email, email_key, extension, phone_number,
    device_mac, attributes, secrets, words
FROM pg_temp.staged_seats
WHERE account = %(account)s
ORDER BY email_key, line
ON CONFLICT DO NOTHING
RETURNING line

-- name: explain_rows_not_inserted
-- Scalar subqueries: one look at one index for each, whatever the planner believes of a table without statistics (an
-- EXISTS it may turn into a hash of all Seats).
SELECT
    s.line,
    s.user_id,
    (SELECT t.created_at FROM seats AS t
     WHERE t.user_id = s.user_id AND t.account = %(account)s AND t.job_id = %(job_id)s) AS made_at,
    (SELECT true FROM seats AS t WHERE t.user_id = s.user_id) IS NOT NULL AS user_id_taken,
    (SELECT t.user_id FROM seats AS t
     WHERE t.account = %(account)s AND t.email_key = s.email_key) AS email,
    (SELECT t.user_id FROM seats AS t
     WHERE t.account = %(account)s AND t.extension = s.extension) AS extension,
    (SELECT t.user_id FROM seats AS t
     WHERE t.account = %(account)s AND t.phone_number = s.phone_number) AS phone_number,
    (SELECT t.user_id FROM seats AS t
     WHERE t.account = %(account)s AND t.device_mac = s.device_mac) AS device_mac
FROM pg_temp.staged_seats AS s
WHERE s.line = ANY(%(lines)s)

-- name: store_outcomes
UPDATE provisioned_chunks
SET outcomes = %(outcomes)s
WHERE account = %(account)s AND job_id = %(job_id)s AND chunk = %(chunk)s

-- name: conflicts
SELECT 'email' AS "column", email_key AS value, user_id
FROM seats WHERE account = %(account)s AND job_id <> %(job_id)s AND email_key = ANY(%(email)s::text[])
UNION ALL
SELECT 'extension', extension, user_id
FROM seats WHERE account = %(account)s AND job_id <> %(job_id)s AND extension = ANY(%(extension)s::text[])
UNION ALL
SELECT 'phone_number', phone_number, user_id
FROM seats WHERE account = %(account)s AND job_id <> %(job_id)s AND phone_number = ANY(%(phone_number)s::text[])
UNION ALL
SELECT 'device_mac', device_mac, user_id
FROM seats WHERE account = %(account)s AND job_id <> %(job_id)s AND device_mac = ANY(%(device_mac)s::text[])

-- name: list_seats
-- Seats of a chunk that is still being made at a phone system are not told, here and in the two that follow.
SELECT user_id, created_at, job_id, line, firstname, lastname, email, extension, phone_number, device_mac, attributes,
    changed_at
FROM seats
WHERE account = %(account)s AND (created_at, line, user_id) < (%(created_at)s, %(line)s, %(user_id)s)
    AND NOT EXISTS (
        SELECT FROM phone_system_chunks AS c
        WHERE c.account = %(account)s AND c.job_id = seats.job_id AND seats.line BETWEEN c.first_line AND c.last_line
    )
ORDER BY created_at DESC, line DESC, user_id DESC
LIMIT %(limit)s

-- name: search_seats
SELECT user_id, created_at, job_id, line, firstname, lastname, email, extension, phone_number, device_mac, attributes,
    changed_at
FROM seats
WHERE account = %(account)s AND (created_at, line, user_id) < (%(created_at)s, %(line)s, %(user_id)s)
    AND words @@ %(words)s::tsquery
    AND NOT EXISTS (
        SELECT FROM phone_system_chunks AS c
        WHERE c.account = %(account)s AND c.job_id = seats.job_id AND seats.line BETWEEN c.first_line AND c.last_line
    )
ORDER BY created_at DESC, line DESC, user_id DESC
LIMIT %(limit)s

-- name: find_seat
SELECT user_id, created_at, job_id, line, firstname, lastname, email, extension, phone_number, device_mac, attributes,
    changed_at
FROM seats
WHERE account = %(account)s AND user_id = %(user_id)s
    AND NOT EXISTS (
        SELECT FROM phone_system_chunks AS c
        WHERE c.account = %(account)s AND c.job_id = seats.job_id AND seats.line BETWEEN c.first_line AND c.last_line
    )

-- name: export_seats
-- As they were made. No limit: whoever asks reads them a thousand at a time.
SELECT user_id, created_at, job_id, line, firstname, lastname, email, extension, phone_number, device_mac, attributes,
    changed_at
FROM seats
WHERE account = %(account)s
    AND (%(words)s::tsquery IS NULL OR words @@ %(words)s::tsquery)
    AND (%(user_ids)s::uuid[] IS NULL OR user_id = ANY(%(user_ids)s::uuid[]))
    AND NOT EXISTS (
        SELECT FROM phone_system_chunks AS c
        WHERE c.account = %(account)s AND c.job_id = seats.job_id AND seats.line BETWEEN c.first_line AND c.last_line
    )
ORDER BY created_at, line, user_id

-- name: count_seats
-- Nearly always no chunk is under way at a phone system: then an index alone tells how many Seats there are.
SELECT CASE
    WHEN EXISTS (SELECT FROM phone_system_chunks WHERE account = %(account)s) THEN (
        SELECT count(*)
        FROM seats
        WHERE account = %(account)s
            AND (%(words)s::tsquery IS NULL OR words @@ %(words)s::tsquery)
            AND (%(user_ids)s::uuid[] IS NULL OR user_id = ANY(%(user_ids)s::uuid[]))
            AND NOT EXISTS (
                SELECT FROM phone_system_chunks AS c
                WHERE c.account = %(account)s AND c.job_id = seats.job_id
                    AND seats.line BETWEEN c.first_line AND c.last_line
            )
    )
    ELSE (
        SELECT count(*)
        FROM seats
        WHERE account = %(account)s
            AND (%(words)s::tsquery IS NULL OR words @@ %(words)s::tsquery)
            AND (%(user_ids)s::uuid[] IS NULL OR user_id = ANY(%(user_ids)s::uuid[]))
    )
END AS count

-- name: known_seats
-- Of secrets it is told which ones the Seat has.
SELECT user_id, created_at, job_id, line, firstname, lastname, email, extension, phone_number, device_mac, attributes,
    changed_at, ARRAY(SELECT jsonb_object_keys(secrets)) AS sealed
FROM seats
WHERE account = %(account)s AND user_id = ANY(%(user_ids)s)
    AND NOT EXISTS (
        SELECT FROM phone_system_chunks AS c
        WHERE c.account = %(account)s AND c.job_id = seats.job_id AND seats.line BETWEEN c.first_line AND c.last_line
    )

-- name: lock_seats
SELECT user_id, created_at, job_id, line, firstname, lastname, email, extension, phone_number, device_mac, attributes,
    changed_at
FROM seats
WHERE account = %(account)s AND user_id = ANY(%(user_ids)s)
    AND NOT EXISTS (
        SELECT FROM phone_system_chunks AS c
        WHERE c.account = %(account)s AND c.job_id = seats.job_id AND seats.line BETWEEN c.first_line AND c.last_line
    )
ORDER BY user_id
FOR UPDATE OF seats

-- name: delete_seats
DELETE FROM seats WHERE account = %(account)s AND user_id = ANY(%(user_ids)s)

-- name: change_seats
UPDATE seats AS s
SET firstname = c.firstname, lastname = c.lastname, email = c.email, email_key = c.email_key, extension = c.extension,
    phone_number = c.phone_number, device_mac = c.device_mac, attributes = c.attributes,
    secrets = jsonb_strip_nulls(s.secrets || c.secrets), words = c.words, changed_at = %(changed_at)s
FROM unnest(
    %(user_ids)s::uuid[], %(firstname)s::text[], %(lastname)s::text[], %(email)s::text[], %(email_key)s::text[],
    %(extension)s::text[], %(phone_number)s::text[], %(device_mac)s::text[], %(attributes)s::jsonb[],
    %(secrets)s::jsonb[], %(words)s::tsvector[]
) AS c (
    user_id, firstname, lastname, email, email_key, extension, phone_number, device_mac, attributes, secrets, words
)
WHERE s.account = %(account)s AND s.user_id = c.user_id

-- name: decide
INSERT INTO verdicts (account, job_id, verdict, decided_at)
VALUES (%(account)s, %(job_id)s, %(verdict)s, date_trunc('milliseconds', now()))
ON CONFLICT DO NOTHING
RETURNING verdict

-- name: stored_verdict
SELECT verdict FROM verdicts WHERE account = %(account)s AND job_id = %(job_id)s

-- name: begin_phone_system_chunk
-- A chunk that was provisioned before is not begun again: that is the first statement of the transaction which claims it.
INSERT INTO phone_system_chunks (
    account, job_id, chunk, first_line, last_line, asked, progress, caller, held_until
)
SELECT
    %(account)s, %(job_id)s, %(chunk)s, %(first_line)s, %(last_line)s, 0, '', %(caller)s,
    clock_timestamp() + make_interval(secs => %(held_for)s)
WHERE NOT EXISTS (
    SELECT FROM provisioned_chunks WHERE account = %(account)s AND job_id = %(job_id)s AND chunk = %(chunk)s
)
ON CONFLICT DO NOTHING

-- name: hold_phone_system_chunk
UPDATE phone_system_chunks
SET caller = %(caller)s, held_until = clock_timestamp() + make_interval(secs => %(held_for)s)
WHERE account = %(account)s AND job_id = %(job_id)s AND chunk = %(chunk)s
    AND (caller = %(caller)s OR held_until < clock_timestamp())
RETURNING asked, progress

-- name: find_phone_system_chunk
SELECT caller FROM phone_system_chunks WHERE account = %(account)s AND job_id = %(job_id)s AND chunk = %(chunk)s

-- name: keep_phone_system_chunk
UPDATE phone_system_chunks
SET asked = %(asked)s, progress = %(progress)s,
    held_until = clock_timestamp() + make_interval(secs => %(held_for)s)
WHERE account = %(account)s AND job_id = %(job_id)s AND chunk = %(chunk)s AND caller = %(caller)s
RETURNING EXISTS (
    SELECT FROM cancelled_jobs WHERE account = %(account)s AND job_id = %(job_id)s
) AS cancelled

-- name: end_phone_system_chunk
DELETE FROM phone_system_chunks
WHERE account = %(account)s AND job_id = %(job_id)s AND chunk = %(chunk)s AND caller = %(caller)s
RETURNING chunk

-- name: take_seats_out
DELETE FROM seats WHERE account = %(account)s AND job_id = %(job_id)s AND line = ANY(%(lines)s)

-- name: lock_phone_system
SELECT level, counted_at, paused_until, held FROM phone_systems WHERE name = %(name)s FOR UPDATE

-- name: add_phone_system
INSERT INTO phone_systems (name) VALUES (%(name)s) ON CONFLICT DO NOTHING

-- name: clock
-- After a lock was waited for: the time of the statement that waited is an earlier one.
SELECT extract(epoch FROM clock_timestamp())::double precision AS now

-- name: store_phone_system
UPDATE phone_systems
SET level = %(level)s, counted_at = %(counted_at)s, paused_until = %(paused_until)s, held = %(held)s
WHERE name = %(name)s

-- name: phone_system_pause
SELECT paused_until - extract(epoch FROM clock_timestamp())::double precision AS seconds
FROM phone_systems
WHERE name = %(name)s
