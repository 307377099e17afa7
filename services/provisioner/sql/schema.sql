-- What the migrations add up to; a test holds the two together. Keys are compared byte by byte (COLLATE "C"): the
-- same on every server, and the cheapest.

CREATE TABLE seats (
    user_id uuid PRIMARY KEY,
    account text COLLATE "C" NOT NULL,
    job_id uuid NOT NULL,
    line integer NOT NULL,
    created_at timestamptz NOT NULL,
    firstname text NOT NULL,
    lastname text NOT NULL,
    email text NOT NULL,
    email_key text COLLATE "C" NOT NULL,
    extension text COLLATE "C" NOT NULL,
    phone_number text COLLATE "C",
    device_mac text COLLATE "C",
    attributes jsonb NOT NULL,
    secrets jsonb NOT NULL,
    words tsvector NOT NULL,
    changed_at timestamptz
);

COMMENT ON COLUMN seats.line IS 'line of the uploaded file; the header is 1';
COMMENT ON COLUMN seats.email_key IS 'the e-mail address without regard to case';
COMMENT ON COLUMN seats.attributes IS 'all other columns of the template that were filled, by name';
COMMENT ON COLUMN seats.secrets IS 'password and PIN, sealed; no query of the service reads them';
COMMENT ON COLUMN seats.words IS 'what the Seat is found by, see words.py';
COMMENT ON COLUMN seats.changed_at IS 'when the Seat was last changed; null: never since it was made';

CREATE UNIQUE INDEX seats_email ON seats (account, email_key);
CREATE UNIQUE INDEX seats_extension ON seats (account, extension);
CREATE UNIQUE INDEX seats_phone_number ON seats (account, phone_number) WHERE phone_number IS NOT NULL;
CREATE UNIQUE INDEX seats_device_mac ON seats (account, device_mac) WHERE device_mac IS NOT NULL;
CREATE INDEX seats_newest ON seats (account, created_at, line, user_id);
CREATE INDEX seats_words ON seats USING gin (words);

CREATE TABLE provisioned_chunks (
    account text COLLATE "C" NOT NULL,
    job_id uuid NOT NULL,
    chunk integer NOT NULL,
    provisioned_at timestamptz NOT NULL,
    outcomes bytea NOT NULL,
    PRIMARY KEY (account, job_id, chunk)
);

COMMENT ON COLUMN provisioned_chunks.outcomes IS 'what became of each row, packed: see packing.py';

CREATE TABLE verdicts (
    account text COLLATE "C" NOT NULL,
    job_id uuid NOT NULL,
    verdict text NOT NULL CHECK (verdict IN ('accepted', 'rejected')),
    decided_at timestamptz NOT NULL,
    PRIMARY KEY (account, job_id)
);

CREATE TABLE cancelled_jobs (
    account text COLLATE "C" NOT NULL,
    job_id uuid NOT NULL,
    cancelled_at timestamptz NOT NULL,
    PRIMARY KEY (account, job_id)
);

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
