-- The event log's tables, as all migrations together leave them. A test proves that they do.

CREATE TABLE job (
    job_id uuid PRIMARY KEY,
    account text,  -- null while no event has named it; such a job is nobody's and is shown to nobody
    state text NOT NULL CHECK (state IN ('submitted', 'validating', 'provisioning', 'checked', 'completed',
                                         'completed_with_errors', 'rejected', 'failed', 'cancelled')),
    first_seen_at timestamptz NOT NULL,  -- the earliest time that any event tells
    began_at timestamptz NOT NULL,       -- submitted_at, or first_seen_at while that is unknown: the order of lists
    -- job.submitted
    submitted_by text,
    submitted_at timestamptz,
    filename text,
    idempotency_key text,
    template_version integer,
    source text,
    size bigint,
    sha256 text,
    kind text NOT NULL DEFAULT 'create',
    dry_run boolean NOT NULL DEFAULT false,
    columns jsonb NOT NULL DEFAULT '{}',  -- what header cells mean that the template does not know
    retry_of uuid,
    undo_of uuid,
    -- validation.started, validation.progressed, job.accepted, job.checked, job.rejected
    started_at timestamptz,
    accepted_at timestamptz,
    rejected_at timestamptz,
    checked_at timestamptz,
    change_count integer NOT NULL DEFAULT 0,
    changed_rows integer NOT NULL DEFAULT 0,
    rows_told integer NOT NULL DEFAULT 0,  -- checked so far, as the check told on its way
    bytes_told bigint NOT NULL DEFAULT 0,
    rows integer,
    chunks integer,
    problem_count integer NOT NULL DEFAULT 0,
    problems_by_code jsonb NOT NULL DEFAULT '{}',
    -- seats.provisioned
    chunks_in bytea NOT NULL DEFAULT '',  -- a bit for each chunk that is in, the lowest bit of the first byte is chunk 0
    created integer NOT NULL DEFAULT 0,  -- rows that succeeded: by the job's kind, Seats created, updated or deleted
    failed integer NOT NULL DEFAULT 0,
    provisioned_at timestamptz,
    -- job.failed, job.cancel-requested, job.cancelled
    failed_at timestamptz,
    failed_stage text,
    failed_code text,
    failed_message text,
    cancel_requested_at timestamptz,
    cancelled_at timestamptz,
    cancelled_by text,
    cancelled_chunks integer,  -- provisioned before; the job ends when the outcomes of so many are in
    -- the reconciler
    given_up_at timestamptz,
    quiet_since timestamptz NOT NULL DEFAULT now(),  -- when an event was last heard, or the reconciler last did something
    reconcile_tries integer NOT NULL DEFAULT 0,      -- since the last new event
    -- the end, as it was told
    finished_at timestamptz,
    finished jsonb,  -- the body of job.finished
    search text NOT NULL DEFAULT '',  -- names of file and submitter, case-folded, whatever the database's locale
    CHECK ((finished IS NULL) = (finished_at IS NULL)),
    CHECK (rows IS NULL OR created + failed <= rows)
) WITH (
    fillfactor = 70,  -- its row changes with each chunk: with some room on its page no index has to hear of that
    -- Vacuum comes often, since an index is read without its table only where it has been.
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_insert_scale_factor = 0.02
);

-- What lists are filtered and sorted by stands here beside the keys: only the rows of a page are looked up.
CREATE INDEX job_newest_idx ON job (account, began_at DESC, job_id DESC)
    INCLUDE (dry_run, state, kind, submitted_by, rows, failed, search);

-- Not by quiet_since, which changes with every event: an index of what does not change keeps these updates cheap.
CREATE INDEX job_unfinished_idx ON job (began_at) WHERE finished_at IS NULL;

CREATE INDEX job_retry_idx ON job (retry_of) WHERE retry_of IS NOT NULL;
CREATE INDEX job_undo_idx ON job (undo_of) WHERE undo_of IS NOT NULL;
CREATE INDEX job_of_file_idx ON job (account, sha256);

CREATE TABLE event (
    message_id uuid PRIMARY KEY,
    job_id uuid NOT NULL REFERENCES job,
    type text NOT NULL,
    occurred_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    text text NOT NULL,  -- what happened, in words for an admin
    body jsonb NOT NULL  -- the message without its rows, problems or outcomes
);

CREATE INDEX event_of_job_idx ON event (job_id, occurred_at);

CREATE TABLE chunk (
    job_id uuid NOT NULL REFERENCES job,
    chunk integer NOT NULL,
    first_line integer NOT NULL,
    last_line integer NOT NULL,
    created integer NOT NULL,  -- rows that succeeded
    failed integer NOT NULL,
    outcomes bytea NOT NULL,  -- packed, see outcomes.py
    PRIMARY KEY (job_id, chunk)
);

-- Most of it are random User IDs, which nothing makes smaller; what can be made smaller has been.
ALTER TABLE chunk ALTER COLUMN outcomes SET STORAGE EXTERNAL;

CREATE INDEX chunk_by_line_idx ON chunk (job_id, last_line);

CREATE TABLE problem (
    job_id uuid NOT NULL REFERENCES job,
    n integer NOT NULL,  -- from 1, in the order of the file
    line integer NOT NULL,
    column_name text,
    code text NOT NULL,
    message text NOT NULL,
    value text,
    suggestion text,
    PRIMARY KEY (job_id, n)
);

CREATE INDEX problem_of_code_idx ON problem (job_id, code, n);
CREATE INDEX problem_by_line_idx ON problem (job_id, line, n);

CREATE TABLE change (
    job_id uuid NOT NULL REFERENCES job,
    n integer NOT NULL,  -- from 1, in the order of the file
    line integer NOT NULL,
    user_id uuid NOT NULL,
    column_name text NOT NULL,
    before text,
    after text,
    PRIMARY KEY (job_id, n)
);
