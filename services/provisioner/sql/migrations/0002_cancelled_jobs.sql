-- Jobs of which no further Seat is made.

CREATE TABLE cancelled_jobs (
    account text COLLATE "C" NOT NULL,
    job_id uuid NOT NULL,
    cancelled_at timestamptz NOT NULL,
    PRIMARY KEY (account, job_id)
);
