-- What job.cancelled tells.

ALTER TABLE job
    ADD COLUMN cancelled_at timestamptz,
    ADD COLUMN cancelled_by text,
    ADD COLUMN cancelled_chunks integer;
