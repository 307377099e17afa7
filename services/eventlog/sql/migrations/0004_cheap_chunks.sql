-- A job's row changes with each of its chunks: with some room on its page no index has to hear of that.
ALTER TABLE job SET (fillfactor = 70);

-- Outcomes are mostly random User IDs, which nothing makes smaller; what can be made smaller is, before it is stored.
ALTER TABLE chunk ALTER COLUMN outcomes SET STORAGE EXTERNAL;
