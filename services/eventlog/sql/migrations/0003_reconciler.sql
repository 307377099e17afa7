-- Jobs of which nothing was heard for too long, and what the reconciler did about them.

ALTER TABLE job
    ADD COLUMN given_up_at timestamptz,
    ADD COLUMN quiet_since timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN reconcile_tries integer NOT NULL DEFAULT 0;

-- Not by quiet_since, which changes with every event: an index of what does not change keeps these updates cheap.
CREATE INDEX job_unfinished_idx ON job (began_at) WHERE finished_at IS NULL;
