-- `cancel_requested_*`: who asked first to cancel the job, and when. `end_state`, `finished_at`: how it ended, as the
-- event log has told; null until then. `columns`: what header cells mean that the template does not know.
-- `retry_of`, `undo_of`: the job whose failed rows these are, or whose Seats are to go. `filename`, `size`, `sha256`:
-- the file of a dry run, which does not use its upload up; for other jobs their upload tells.
CREATE TABLE job (
    job_id uuid PRIMARY KEY,
    account text NOT NULL,
    idempotency_key text NOT NULL,
    fingerprint text NOT NULL,
    submitted_by text NOT NULL,
    submitted_at timestamptz NOT NULL,
    template_version integer NOT NULL,
    cancel_requested_at timestamptz,
    cancel_requested_by text,
    end_state text,
    finished_at timestamptz,
    kind text NOT NULL DEFAULT 'create',
    dry_run boolean NOT NULL DEFAULT false,
    columns jsonb NOT NULL DEFAULT '{}',
    retry_of uuid REFERENCES job,
    undo_of uuid REFERENCES job,
    filename text,
    size bigint,
    sha256 text,
    UNIQUE (account, idempotency_key),
    CONSTRAINT job_cancel_check CHECK (num_nulls(cancel_requested_at, cancel_requested_by) IN (0, 2)),
    CONSTRAINT job_end_check CHECK (num_nulls(end_state, finished_at) IN (0, 2)),
    CONSTRAINT job_kind_check CHECK (kind IN ('create', 'update', 'delete'))
);

-- Files that were received, or are just being received: `received_at` is null until the file is safe.
-- `job_id` is set, once, by the job that uses the file; without one the row and its file go at `expires_at`.
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

-- Files that the validator leaves for later: the accepted chunks of a running job, one file a job. The row is there
-- before the file; `received_at` is null until the file is safe.
CREATE TABLE accepted_file (
    source text PRIMARY KEY,
    job_id uuid NOT NULL REFERENCES job,
    received_at timestamptz
);

CREATE INDEX accepted_file_of_job ON accepted_file (job_id);
CREATE UNIQUE INDEX accepted_file_received ON accepted_file (job_id) WHERE received_at IS NOT NULL;

-- What an account chose last for a header cell (its folded text): a column's name, or null where it is to be ignored.
CREATE TABLE column_choice (
    account text NOT NULL,
    cell text NOT NULL,
    column_name text,
    chosen_at timestamptz NOT NULL,
    PRIMARY KEY (account, cell)
);

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
