-- Jobs that update or delete, dry runs, jobs made of others, long lists of problems, and what an update would change.

ALTER TABLE job
    DROP CONSTRAINT job_state_check,
    ADD CONSTRAINT job_state_check CHECK (state IN ('submitted', 'validating', 'provisioning', 'checked', 'completed',
                                                    'completed_with_errors', 'rejected', 'failed', 'cancelled')),
    ADD COLUMN kind text NOT NULL DEFAULT 'create',
    ADD COLUMN dry_run boolean NOT NULL DEFAULT false,
    ADD COLUMN columns jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN retry_of uuid,
    ADD COLUMN undo_of uuid,
    ADD COLUMN checked_at timestamptz,
    ADD COLUMN change_count integer NOT NULL DEFAULT 0,
    ADD COLUMN changed_rows integer NOT NULL DEFAULT 0,
    ADD COLUMN rows_told integer NOT NULL DEFAULT 0,
    ADD COLUMN bytes_told bigint NOT NULL DEFAULT 0;

-- What lists are filtered and sorted by stands in one index beside its keys: only the rows of a page are looked up. Names
-- are cut off as the service does it, since an entry of an index has at most 2,704 bytes.
UPDATE job
SET search = left(split_part(search, E'\n', 1), 200) || E'\n' || left(split_part(search, E'\n', 2), 75)
WHERE octet_length(search) > 1100;

DROP INDEX job_newest_idx;
DROP INDEX job_newest_of_state_idx;
CREATE INDEX job_newest_idx ON job (account, began_at DESC, job_id DESC)
    INCLUDE (dry_run, state, kind, submitted_by, rows, failed, search);

-- It is read without its table where vacuum has been: so that comes often.
ALTER TABLE job SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02);

CREATE INDEX job_retry_idx ON job (retry_of) WHERE retry_of IS NOT NULL;
CREATE INDEX job_undo_idx ON job (undo_of) WHERE undo_of IS NOT NULL;
CREATE INDEX job_of_file_idx ON job (account, sha256);

ALTER TABLE problem ADD COLUMN suggestion text;

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
