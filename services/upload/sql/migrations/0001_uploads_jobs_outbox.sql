-- Files that were received, or are just being received: `received_at` is null until the file is safe.
-- `job_id` is set, once, by the job that uses the file; without one the row and its file go at `expires_at`.
CREATE TABLE job (
    job_id uuid PRIMARY KEY,
    account text NOT NULL,
    idempotency_key text NOT NULL,
    fingerprint text NOT NULL,
    submitted_by text NOT NULL,
    submitted_at timestamptz NOT NULL,
    template_version integer NOT NULL,
    UNIQUE (account, idempotency_key)
);

CREATE TABLE upload (
    upload_id uuid PRIMARY KEY,
    account text NOT NULL,
    uploaded_by text NOT NULL,
    source text NOT NULL UNIQUE,
    filename text,
    size bigint CHECK (size >= 0),
    sha256 text CHECK (length(sha256) = 64),
    received_at timestamptz,
    expires_at timestamptz NOT NULL,
    job_id uuid UNIQUE REFERENCES job,
    CHECK (num_nulls(received_at, filename, size, sha256) IN (0, 4)),
    CHECK (job_id IS NULL OR received_at IS NOT NULL)
);

CREATE INDEX upload_unused ON upload (expires_at) WHERE job_id IS NULL;

-- Messages that are due: written in the transaction that makes them true, removed when the broker has confirmed them.
CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    correlation_id text NOT NULL,
    message_id text NOT NULL,
    type text NOT NULL,
    app_id text NOT NULL,
    headers jsonb NOT NULL,
    body bytea NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE INDEX outbox_of_job ON outbox (correlation_id, id);
