-- Messages that are committed with the changes they tell of.
--
-- Sequences are drawn before commits, so all in all they are not in the order of commits. They are for each ride and
-- for each driver: whoever appends a message holds the rows of its ride and of its driver until the commit. So a feed
-- may resume from its last sequence without missing anything.
CREATE TABLE outbox (
  sequence    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  type        text      NOT NULL,
  feed_event  text      NOT NULL,
  region      entity_id NOT NULL,
  ride_id     entity_id NOT NULL,
  driver_id   entity_id,
  is_for_ride boolean   NOT NULL,
  time        bigint    NOT NULL,
  -- JSON, byte for byte as it goes out.
  body        text      NOT NULL
);
CREATE INDEX outbox_for_driver ON outbox (driver_id, sequence) WHERE driver_id IS NOT NULL;
CREATE INDEX outbox_for_ride ON outbox (ride_id, sequence) WHERE is_for_ride;

-- What was not published. A table of its own, because a flag in the outbox would rewrite each message and all its index
-- entries once it is out; this way the outbox is only ever appended to, and this stays a handful of pages.
CREATE TABLE outbox_pending (
  sequence bigint PRIMARY KEY
) WITH (
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
  autovacuum_vacuum_insert_threshold = -1, autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 20000);

CREATE FUNCTION mark_pending() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO outbox_pending SELECT sequence FROM added;
  RETURN NULL;
END $$;
CREATE TRIGGER outbox_is_pending AFTER INSERT ON outbox
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION mark_pending();
