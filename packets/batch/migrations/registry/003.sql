-- Frozen: folders were made with this file. A change to the schema is a new file with the next number.

-- A person let the first mail go out, and knew of the second.
CREATE TABLE known_claim(
  mail BLOB NOT NULL,
  claim BLOB NOT NULL,
  PRIMARY KEY(mail, claim)) STRICT, WITHOUT ROWID;
