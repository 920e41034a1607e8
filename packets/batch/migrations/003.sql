-- Frozen: folders were made with this file. A change to the schema is a new file with the next number.

CREATE TABLE handover(
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL,                 -- UTC
  actor TEXT NOT NULL,              -- who handed over or took back the paper
  packet TEXT NOT NULL REFERENCES packet(id),
  what TEXT NOT NULL CHECK(what IN ('to the patient', 'to a relative', 'to another person', 'taken back')),
  chain BLOB NOT NULL) STRICT;
CREATE TRIGGER handover_not_replaced BEFORE INSERT ON handover WHEN EXISTS (SELECT 1 FROM handover h WHERE h.id = NEW.id)
  BEGIN SELECT RAISE(ABORT, 'append only'); END;
CREATE TRIGGER handover_not_changed BEFORE UPDATE ON handover
  BEGIN SELECT RAISE(ABORT, 'append only'); END;
CREATE TRIGGER handover_not_deleted BEFORE DELETE ON handover
  BEGIN SELECT RAISE(ABORT, 'append only'); END;
