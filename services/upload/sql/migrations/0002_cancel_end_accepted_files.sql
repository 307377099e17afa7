-- Who asked first to cancel the job, and when; and how it ended, as the event log has told (null until then).
ALTER TABLE job
    ADD COLUMN cancel_requested_at timestamptz,
    ADD COLUMN cancel_requested_by text,
    ADD COLUMN end_state text,
    ADD COLUMN finished_at timestamptz,
    ADD CONSTRAINT job_cancel_check CHECK (num_nulls(cancel_requested_at, cancel_requested_by) IN (0, 2)),
    ADD CONSTRAINT job_end_check CHECK (num_nulls(end_state, finished_at) IN (0, 2));

-- Files that the validator leaves for later: the accepted chunks of a running job, one file a job. The row is there
-- before the file; `received_at` is null until the file is safe.
CREATE TABLE accepted_file (
    source text PRIMARY KEY,
    job_id uuid NOT NULL REFERENCES job,
    received_at timestamptz
);

CREATE INDEX accepted_file_of_job ON accepted_file (job_id);
CREATE UNIQUE INDEX accepted_file_received ON accepted_file (job_id) WHERE received_at IS NOT NULL;
