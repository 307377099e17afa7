-- What is to become of the rows' Seats; whether nothing is to be made yet; what header cells mean that the template
-- does not know; and the job whose failed rows these are, or whose Seats are to go. A dry run does not use its upload
-- up, so it keeps itself what it was told of the file. All have defaults: processes of the version before go on.
ALTER TABLE job
    ADD COLUMN kind text NOT NULL DEFAULT 'create',
    ADD COLUMN dry_run boolean NOT NULL DEFAULT false,
    ADD COLUMN columns jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN retry_of uuid REFERENCES job,
    ADD COLUMN undo_of uuid REFERENCES job,
    ADD COLUMN filename text,
    ADD COLUMN size bigint,
    ADD COLUMN sha256 text,
    ADD CONSTRAINT job_kind_check CHECK (kind IN ('create', 'update', 'delete'));

-- What an account chose last for a header cell (its folded text): a column's name, or null where it is to be ignored.
CREATE TABLE column_choice (
    account text NOT NULL,
    cell text NOT NULL,
    column_name text,
    chosen_at timestamptz NOT NULL,
    PRIMARY KEY (account, cell)
);
