-- What the migrations add up to (a test compares the two). Nothing here can be used to sign in: passwords are argon2id
-- hashes, session and API tokens are kept as SHA-256 of 256 random bits.

CREATE TABLE users (
    user_id uuid PRIMARY KEY,
    account text NOT NULL CHECK (account <> ''),
    username text NOT NULL CHECK (username <> ''),
    password_hash text NOT NULL,
    role text NOT NULL CHECK (role IN ('admin', 'user')),
    created_at timestamptz NOT NULL,
    disabled_at timestamptz
);
CREATE UNIQUE INDEX users_username ON users (lower(username));

CREATE TABLE sessions (
    token_hash bytea PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users,
    created_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_last_seen ON sessions (last_seen_at);

CREATE TABLE api_tokens (
    token_hash bytea PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    last_used_at timestamptz
);
CREATE INDEX api_tokens_user ON api_tokens (user_id);
CREATE INDEX api_tokens_expiry ON api_tokens (expires_at);

-- One row for each name and each address from which sign-in failed lately, whether such a user exists or not.
CREATE TABLE sign_in_attempts (
    subject text PRIMARY KEY,
    failures integer NOT NULL,
    last_at timestamptz NOT NULL,
    blocked_until timestamptz NOT NULL
);
CREATE INDEX sign_in_attempts_last ON sign_in_attempts (last_at);
