-- Frozen: folders were made with this file. A change to the schema is a new file with the next number.

CREATE TABLE IF NOT EXISTS ledger(
  mark TEXT PRIMARY KEY, number INTEGER NOT NULL, chain BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS mailed(
  patient BLOB NOT NULL, episode BLOB NOT NULL, idem BLOB NOT NULL,
  PRIMARY KEY(patient, episode)) STRICT, WITHOUT ROWID;
