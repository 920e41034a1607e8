-- Frozen: folders were made with this file. A change to the schema is a new file with the next number.

CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL, seal BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE packet(
  id TEXT PRIMARY KEY,              -- as printed: the only name a packet has in files, messages and logs
  patient BLOB NOT NULL,            -- fingerprint of the record number
  episode BLOB NOT NULL,            -- of record number and procedure
  day BLOB NOT NULL,                -- of record number, procedure and surgery date
  name BLOB NOT NULL,               -- of the name
  version INTEGER NOT NULL,         -- counts within a day: an id is never used again
  digest BLOB NOT NULL,             -- fingerprint of what is printed
  performed INTEGER NOT NULL,       -- the operation has been: another date is another operation
  replaces TEXT REFERENCES packet(id),
  run INTEGER NOT NULL,             -- the run that made it new
  state TEXT NOT NULL CHECK(state IN ('planned', 'ready', 'superseded', 'cancelled')),
  sha256 TEXT NOT NULL,             -- "" until it is ready
  pages INTEGER NOT NULL,
  said BLOB NOT NULL,               -- fingerprint of the text of its pages, as read back
  seal BLOB NOT NULL,
  UNIQUE(day, version)) STRICT;
CREATE UNIQUE INDEX one_live_packet ON packet(day) WHERE state IN ('planned', 'ready');
CREATE TABLE event(
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL,                 -- UTC
  kind TEXT NOT NULL,               -- the new state, or withdrawn; or of the run
  packet TEXT NOT NULL,             -- "" for an event of the whole run
  detail TEXT NOT NULL,
  chain BLOB NOT NULL) STRICT;
CREATE TRIGGER event_not_changed BEFORE UPDATE ON event
  BEGIN SELECT RAISE(ABORT, 'append only'); END;
CREATE TRIGGER event_not_deleted BEFORE DELETE ON event
  BEGIN SELECT RAISE(ABORT, 'append only'); END;
CREATE TRIGGER packet_not_deleted BEFORE DELETE ON packet
  BEGIN SELECT RAISE(ABORT, 'append only'); END;
