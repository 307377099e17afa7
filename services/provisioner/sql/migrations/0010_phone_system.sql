-- Seats that are made at a phone system outside.

CREATE TABLE phone_system_chunks (
    account text COLLATE "C" NOT NULL,
    job_id uuid NOT NULL,
    chunk integer NOT NULL,
    first_line integer NOT NULL,
    last_line integer NOT NULL,
    asked integer NOT NULL,
    progress bytea NOT NULL,
    caller uuid NOT NULL,
    held_until timestamptz NOT NULL,
    PRIMARY KEY (account, job_id, chunk)
);

COMMENT ON TABLE phone_system_chunks IS 'chunks whose Seats are being made at the phone system; gone when that is done';
COMMENT ON COLUMN phone_system_chunks.asked IS 'up to this line the phone system may have been asked';
COMMENT ON COLUMN phone_system_chunks.progress IS 'what it has answered: see phone_system/progress.py';
COMMENT ON COLUMN phone_system_chunks.caller IS 'whose the chunk is until held_until';

CREATE TABLE phone_systems (
    name text COLLATE "C" PRIMARY KEY,
    level double precision NOT NULL DEFAULT 0,
    counted_at double precision NOT NULL DEFAULT 0,
    paused_until double precision NOT NULL DEFAULT 0,
    held jsonb NOT NULL DEFAULT '{}'
);

COMMENT ON TABLE phone_systems IS 'how many calls they have been sent: see phone_system/bucket.py; seconds since 1970';
