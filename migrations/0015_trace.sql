-- The trace of the invocation that told a message, so that whoever handles the message continues it.
ALTER TABLE outbox ADD COLUMN trace text;

-- Writers hand it over behind the feed's event and a separator, so that the functions which write messages need no further parameter.
CREATE FUNCTION split_trace() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.trace := split_part(NEW.feed_event, chr(31), 2);
  NEW.feed_event := split_part(NEW.feed_event, chr(31), 1);
  RETURN NEW;
END $$;
CREATE TRIGGER outbox_has_trace BEFORE INSERT ON outbox
  FOR EACH ROW WHEN (strpos(NEW.feed_event, chr(31)) > 0) EXECUTE FUNCTION split_trace();
