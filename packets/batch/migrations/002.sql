-- Frozen: folders were made with this file. A change to the schema is a new file with the next number.

CREATE TABLE mail_state(name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE mail_step(
  before TEXT NOT NULL, after TEXT NOT NULL, PRIMARY KEY(before, after)) STRICT, WITHOUT ROWID;
INSERT INTO mail_state VALUES ('queued');
INSERT INTO mail_state VALUES ('deferred');
INSERT INTO mail_state VALUES ('sending');
INSERT INTO mail_state VALUES ('committing');
INSERT INTO mail_state VALUES ('sent');
INSERT INTO mail_state VALUES ('rejected');
INSERT INTO mail_state VALUES ('failed');
INSERT INTO mail_state VALUES ('unknown');
INSERT INTO mail_state VALUES ('cancelled');
INSERT INTO mail_state VALUES ('superseded');
INSERT INTO mail_state VALUES ('expired');
INSERT INTO mail_step VALUES ('queued', 'sending');
INSERT INTO mail_step VALUES ('queued', 'cancelled');
INSERT INTO mail_step VALUES ('queued', 'superseded');
INSERT INTO mail_step VALUES ('queued', 'expired');
INSERT INTO mail_step VALUES ('deferred', 'sending');
INSERT INTO mail_step VALUES ('deferred', 'cancelled');
INSERT INTO mail_step VALUES ('deferred', 'superseded');
INSERT INTO mail_step VALUES ('deferred', 'expired');
INSERT INTO mail_step VALUES ('sending', 'committing');
INSERT INTO mail_step VALUES ('sending', 'queued');
INSERT INTO mail_step VALUES ('sending', 'deferred');
INSERT INTO mail_step VALUES ('sending', 'rejected');
INSERT INTO mail_step VALUES ('sending', 'failed');
INSERT INTO mail_step VALUES ('committing', 'sent');
INSERT INTO mail_step VALUES ('committing', 'deferred');
INSERT INTO mail_step VALUES ('committing', 'rejected');
INSERT INTO mail_step VALUES ('committing', 'failed');
INSERT INTO mail_step VALUES ('committing', 'unknown');
INSERT INTO mail_step VALUES ('unknown', 'sent');
INSERT INTO mail_step VALUES ('unknown', 'queued');
INSERT INTO mail_step VALUES ('unknown', 'cancelled');
CREATE TABLE message(
  number INTEGER PRIMARY KEY,
  idem BLOB NOT NULL UNIQUE,        -- fingerprint of packet, address and sequence
  packet TEXT NOT NULL REFERENCES packet(id),
  patient BLOB NOT NULL,            -- as in packet
  episode BLOB NOT NULL,
  day BLOB NOT NULL,
  address BLOB NOT NULL,            -- fingerprint of the address
  hint TEXT NOT NULL,               -- r***@e***.org; "" once purged
  message_id TEXT NOT NULL UNIQUE,  -- the same for every attempt
  sha256 TEXT NOT NULL,             -- of the attachment
  sequence INTEGER NOT NULL,        -- counts the mails of an episode; the calendar's SEQUENCE
  again INTEGER NOT NULL,           -- a person let it go out although something spoke against it
  because TEXT NOT NULL CHECK (again = 0 OR because <> ''),
  queued_by TEXT NOT NULL,
  queued_at TEXT NOT NULL,
  send_before TEXT NOT NULL,
  state TEXT NOT NULL REFERENCES mail_state(name),
  attempts INTEGER NOT NULL,
  next_try TEXT NOT NULL,
  decided_by TEXT NOT NULL,         -- who said what became of an unknown one
  seal BLOB NOT NULL,
  UNIQUE(patient, episode, sequence)) STRICT;
CREATE UNIQUE INDEX one_mail_in_flight ON message(patient, episode)
  WHERE state IN ('queued', 'deferred', 'sending', 'committing', 'unknown');
CREATE UNIQUE INDEX one_mail_undecided ON message(patient, episode)
  WHERE again = 0 AND state IN ('queued', 'deferred', 'sending', 'committing', 'unknown', 'sent');
CREATE TABLE mail_event(
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  actor TEXT NOT NULL,              -- who, or what
  message INTEGER NOT NULL REFERENCES message(number),
  before TEXT NOT NULL,
  after TEXT NOT NULL,
  phase TEXT NOT NULL,              -- how far the conversation with the relay had come
  code INTEGER NOT NULL,            -- the relay's
  chain BLOB NOT NULL) STRICT;

CREATE TRIGGER mail_begins_queued BEFORE INSERT ON message WHEN NEW.state <> 'queued'
  BEGIN SELECT RAISE(ABORT, 'a mail begins in the queue'); END;

CREATE TRIGGER mail_of_its_packet BEFORE INSERT ON message WHEN NOT EXISTS (SELECT 1 FROM packet p WHERE p.id = NEW.packet
    AND p.patient = NEW.patient AND p.episode = NEW.episode AND p.day = NEW.day AND p.sha256 = NEW.sha256
    AND p.state = 'ready')
  BEGIN SELECT RAISE(ABORT, 'the packet is not this patient''s'); END;

CREATE TRIGGER mail_not_replaced BEFORE INSERT ON message WHEN EXISTS (SELECT 1 FROM message m WHERE m.number = NEW.number
    OR m.idem = NEW.idem OR m.message_id = NEW.message_id OR (m.patient = NEW.patient AND m.episode = NEW.episode
    AND (m.sequence = NEW.sequence OR m.state IN ('queued', 'deferred', 'sending', 'committing', 'unknown')
    OR (m.state = 'sent' AND NEW.again = 0))))
  BEGIN SELECT RAISE(ABORT, 'this patient has a mail for this operation'); END;

CREATE TRIGGER mail_event_not_replaced BEFORE INSERT ON mail_event WHEN EXISTS (SELECT 1 FROM mail_event e WHERE e.id = NEW.id)
  BEGIN SELECT RAISE(ABORT, 'append only'); END;

CREATE TRIGGER mail_step_is_legal BEFORE UPDATE OF state ON message WHEN OLD.state <> NEW.state AND NOT EXISTS
    (SELECT 1 FROM mail_step WHERE before = OLD.state AND after = NEW.state)
  BEGIN SELECT RAISE(ABORT, 'not a legal step'); END;

CREATE TRIGGER mail_unknown_is_for_a_person BEFORE UPDATE OF state ON message WHEN OLD.state = 'unknown' AND NEW.state <> 'unknown'
    AND NEW.decided_by = ''
  BEGIN SELECT RAISE(ABORT, 'a person decides'); END;

CREATE TRIGGER mail_identity BEFORE UPDATE OF number, idem, packet, patient, episode, day, address, message_id, sha256, sequence, again,
    because, queued_by, queued_at, send_before ON message
  BEGIN SELECT RAISE(ABORT, 'what a mail is never changes'); END;

CREATE TRIGGER mail_hint BEFORE UPDATE OF hint ON message WHEN NEW.hint <> '' OR OLD.state IN ('queued', 'deferred', 'sending', 'committing', 'unknown')
  BEGIN SELECT RAISE(ABORT, 'a hint can only be taken away, at the end'); END;

CREATE TRIGGER mail_not_deleted BEFORE DELETE ON message
  BEGIN SELECT RAISE(ABORT, 'append only'); END;

CREATE TRIGGER mail_event_not_changed BEFORE UPDATE ON mail_event
  BEGIN SELECT RAISE(ABORT, 'append only'); END;

CREATE TRIGGER mail_event_not_deleted BEFORE DELETE ON mail_event
  BEGIN SELECT RAISE(ABORT, 'append only'); END;

CREATE TRIGGER mail_state_not_changed BEFORE UPDATE ON mail_state
  BEGIN SELECT RAISE(ABORT, 'the rules stand'); END;

CREATE TRIGGER mail_state_not_deleted BEFORE DELETE ON mail_state
  BEGIN SELECT RAISE(ABORT, 'the rules stand'); END;

CREATE TRIGGER mail_state_not_added BEFORE INSERT ON mail_state
  BEGIN SELECT RAISE(ABORT, 'the rules stand'); END;

CREATE TRIGGER mail_step_not_changed BEFORE UPDATE ON mail_step
  BEGIN SELECT RAISE(ABORT, 'the rules stand'); END;

CREATE TRIGGER mail_step_not_deleted BEFORE DELETE ON mail_step
  BEGIN SELECT RAISE(ABORT, 'the rules stand'); END;

CREATE TRIGGER mail_step_not_added BEFORE INSERT ON mail_step
  BEGIN SELECT RAISE(ABORT, 'the rules stand'); END;
