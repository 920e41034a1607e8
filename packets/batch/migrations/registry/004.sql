-- Frozen: folders were made with this file. A change to the schema is a new file with the next number.

-- The key that the fingerprints of a shared register are made with: one row, or none.
CREATE TABLE site(mark BLOB NOT NULL) STRICT;
