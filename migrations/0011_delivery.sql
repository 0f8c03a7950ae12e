-- Events that triggers gave up, whole, until somebody redrives or purges them: one per trigger and event.
CREATE TABLE dead_letters (
  id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  function_name  text   NOT NULL,
  trigger_name   text   NOT NULL,
  kind           text   NOT NULL,
  -- Hash of the event's source and id, which may be of any length.
  event_key      bytea  NOT NULL,
  event_id       text   NOT NULL,
  event_type     text   NOT NULL,
  -- The whole event, as JSON.
  event          bytea  NOT NULL,
  code           text   NOT NULL,
  message        text   NOT NULL,
  attempts       bigint NOT NULL,
  first_failure  bigint NOT NULL,
  last_failure   bigint NOT NULL,
  redrives       bigint NOT NULL DEFAULT 0,
  state          text COLLATE "C" NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'requested', 'taken')),
  consumer       text,
  taken_until    timestamptz,
  CHECK ((state = 'taken') = (consumer IS NOT NULL AND taken_until IS NOT NULL)),
  UNIQUE (function_name, trigger_name, event_key)
);
-- What the redrivers look for every second; nearly always nothing.
CREATE INDEX dead_letters_to_redrive ON dead_letters (id) WHERE state <> 'waiting';

-- Who reads the outbox beside the relay: each group gets every message that is committed from its beginning on.
CREATE TABLE delivery_groups (
  name text PRIMARY KEY
);

-- What a queue has to deliver: messages of the outbox to a group, and invocations that nobody waits for.
CREATE TABLE deliveries (
  queue      text   NOT NULL,
  sequence   bigint NOT NULL,
  -- Deliveries of one lane are handed out one after the other, on whichever instance; the empty lane has no order.
  lane       text   NOT NULL,
  -- The whole event, as JSON; none where the sequence is the one of an outbox message.
  event      bytea,
  deliveries bigint NOT NULL DEFAULT 0,
  consumer   text,
  taken_at   timestamptz,
  PRIMARY KEY (queue, sequence)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_analyze_threshold = 20000);
CREATE INDEX deliveries_by_lane ON deliveries (queue, lane, sequence) WHERE lane <> '';
CREATE INDEX deliveries_new ON deliveries (queue, sequence) WHERE deliveries = 0;
CREATE SEQUENCE deliveries_sequence;

-- A row per group in the transaction that adds the message: what is not committed is not there, and what is cannot be passed over,
-- in whatever order transactions commit.
CREATE OR REPLACE FUNCTION mark_pending() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO outbox_pending SELECT sequence FROM added;
  INSERT INTO deliveries (queue, sequence, lane)
    SELECT 'outbox/' || delivery_groups.name, added.sequence, added.ride_id FROM added CROSS JOIN delivery_groups;
  RETURN NULL;
END $$;
