-- Frozen: folders were made with this file. A change to the schema is a new file with the next number.

CREATE TABLE claim(
  idem BLOB NOT NULL UNIQUE,
  patient BLOB NOT NULL,
  episode BLOB NOT NULL,
  day BLOB NOT NULL,                -- empty where only the first version of this table knew of the mail
  address BLOB NOT NULL,            -- likewise
  sequence INTEGER NOT NULL) STRICT;
CREATE INDEX claim_of_patient ON claim(patient);
CREATE INDEX claim_to_address ON claim(address);
INSERT INTO claim SELECT idem, patient, episode, x'', x'', 0 FROM mailed;
DROP TABLE mailed;
