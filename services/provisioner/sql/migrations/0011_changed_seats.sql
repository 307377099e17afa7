-- Seats that were changed after they were made: an undo leaves them alone.

ALTER TABLE seats ADD COLUMN changed_at timestamptz;

COMMENT ON COLUMN seats.changed_at IS 'when the Seat was last changed; null: never since it was made';
