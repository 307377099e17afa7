-- name: add_user
INSERT INTO users (user_id, account, username, password_hash, role, created_at)
VALUES (%(user_id)s, %(account)s, %(username)s, %(password_hash)s, %(role)s, %(now)s)
ON CONFLICT (lower(username)) DO NOTHING
RETURNING user_id, account, username, role

-- name: lock_users
LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE

-- name: any_user
SELECT EXISTS (SELECT FROM users) AS found

-- name: find_user
SELECT user_id, account, username, role, password_hash, disabled_at
FROM users
WHERE lower(username) = lower(%(username)s)

-- name: set_password
UPDATE users SET password_hash = %(password_hash)s
WHERE lower(username) = lower(%(username)s)
RETURNING user_id

-- name: set_disabled
UPDATE users SET disabled_at = %(disabled_at)s
WHERE lower(username) = lower(%(username)s)
RETURNING user_id

-- name: end_sessions_of_user
DELETE FROM sessions WHERE user_id = %(user_id)s

-- name: end_tokens_of_user
DELETE FROM api_tokens WHERE user_id = %(user_id)s

-- name: start_session
-- Only for a user who is not disabled in this very moment.
INSERT INTO sessions (token_hash, user_id, created_at, last_seen_at)
SELECT %(token_hash)s, user_id, %(now)s, %(now)s FROM users
WHERE user_id = %(user_id)s AND disabled_at IS NULL AND password_hash = %(password_hash)s
FOR SHARE
RETURNING user_id

-- name: find_session
SELECT u.user_id, u.account, u.username, u.role, s.last_seen_at
FROM sessions s
JOIN users u USING (user_id)
WHERE s.token_hash = %(token_hash)s
  AND s.last_seen_at > %(idle_since)s
  AND s.created_at > %(started_since)s
  AND u.disabled_at IS NULL

-- name: touch_session
UPDATE sessions SET last_seen_at = %(now)s WHERE token_hash = %(token_hash)s

-- name: end_session
DELETE FROM sessions WHERE token_hash = %(token_hash)s

-- name: purge_sessions
DELETE FROM sessions WHERE token_hash IN (
    SELECT token_hash FROM sessions
    WHERE last_seen_at <= %(idle_since)s OR created_at <= %(started_since)s
    FOR UPDATE SKIP LOCKED
)

-- name: add_token
INSERT INTO api_tokens (token_hash, user_id, created_at, expires_at)
SELECT %(token_hash)s, user_id, %(now)s, %(expires_at)s FROM users
WHERE user_id = %(user_id)s AND disabled_at IS NULL AND password_hash = %(password_hash)s
FOR SHARE
RETURNING user_id

-- name: find_token
SELECT u.user_id, u.account, u.username, u.role, t.last_used_at
FROM api_tokens t
JOIN users u USING (user_id)
WHERE t.token_hash = %(token_hash)s AND t.expires_at > %(now)s AND u.disabled_at IS NULL

-- name: touch_token
UPDATE api_tokens SET last_used_at = %(now)s WHERE token_hash = %(token_hash)s

-- name: purge_tokens
DELETE FROM api_tokens WHERE token_hash IN (
    SELECT token_hash FROM api_tokens WHERE expires_at <= %(now)s FOR UPDATE SKIP LOCKED
)

-- name: know_subjects
INSERT INTO sign_in_attempts (subject, failures, last_at, blocked_until)
SELECT subject, 0, %(now)s, %(now)s FROM unnest(%(subjects)s::text[]) AS subject ORDER BY subject
ON CONFLICT (subject) DO NOTHING

-- name: lock_subjects
-- In one order, so that two sign-ins that share a name or an address wait for each other and never block each other.
SELECT subject, failures, last_at, blocked_until
FROM sign_in_attempts
WHERE subject = ANY(%(subjects)s)
ORDER BY subject
FOR UPDATE

-- name: count_attempt
UPDATE sign_in_attempts
SET failures = %(failures)s, last_at = %(now)s, blocked_until = %(blocked_until)s
WHERE subject = %(subject)s

-- name: forget_subject
DELETE FROM sign_in_attempts WHERE subject = %(subject)s

-- name: take_back_attempt
UPDATE sign_in_attempts SET failures = greatest(failures - 1, 0), blocked_until = %(now)s WHERE subject = %(subject)s

-- name: purge_attempts
-- Rows that a sign-in holds just now are left for the next time.
DELETE FROM sign_in_attempts WHERE subject IN (
    SELECT subject FROM sign_in_attempts
    WHERE last_at <= %(forget_before)s AND blocked_until <= %(now)s
    FOR UPDATE SKIP LOCKED
)
