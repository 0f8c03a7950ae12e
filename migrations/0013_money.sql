-- Every line of a fare with its kind, its rule and what went into it; more kinds of entries; what a driver tells of a ride.

-- Kind, rule and inputs of each line, as kind|rule|name=value|... Quotes and charges from before have lines without any.
ALTER TABLE quotes ADD COLUMN line_details text[] NOT NULL DEFAULT '{}';
ALTER TABLE charges ADD COLUMN line_details text[] NOT NULL DEFAULT '{}';
-- Whether a ride that was called off has its charge; those from before have none to come.
ALTER TABLE rides
  ADD COLUMN trip_report text,
  ADD COLUMN is_charged boolean NOT NULL DEFAULT false;
UPDATE rides SET is_charged = true WHERE state IN ('cancelledByRider', 'noShow');
CREATE INDEX rides_called_off ON rides (region, ended_at, ride_id)
  WHERE state IN ('cancelledByRider', 'noShow') AND accepted_at IS NOT NULL AND NOT is_charged;

-- The sum of a fare's lines of a kind.
CREATE FUNCTION fare_kind_total(line_minor_units bigint[], line_details text[], kind text) RETURNS bigint
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN (SELECT coalesce(sum(line.amount), 0)::bigint FROM unnest(line_minor_units, line_details) AS line (amount, detail)
    WHERE split_part(line.detail, '|', 1) = kind);

-- Corrections: each an entry of its own. A charge and a payout are still written once per ride.
ALTER TABLE ledger_entries
  ADD COLUMN reason text,
  ADD COLUMN reverses text COLLATE "C" REFERENCES ledger_entries,
  DROP CONSTRAINT ledger_entries_purpose_check,
  ADD CONSTRAINT ledger_entries_purpose_check
    CHECK (purpose IN ('charge', 'payout', 'tip', 'refund', 'adjustment', 'reversal')),
  ADD CONSTRAINT ledger_entries_reversals_name_an_entry CHECK ((purpose = 'reversal') = (reverses IS NOT NULL));
DROP INDEX ledger_entries_one_per_purpose;
CREATE UNIQUE INDEX ledger_entries_one_per_purpose ON ledger_entries (ride_id, purpose)
  WHERE purpose IN ('charge', 'payout');
CREATE UNIQUE INDEX ledger_entries_undone_once ON ledger_entries (reverses) WHERE reverses IS NOT NULL;
CREATE INDEX ledger_entries_corrections ON ledger_entries (ride_id) WHERE purpose NOT IN ('charge', 'payout');

-- Adds entries that are not there, with a charge if there is one, and answers the ids of those that were added. Whoever comes
-- second waits for the first and adds nothing.
CREATE FUNCTION post_entries(
  p_charge_step bigint[], p_charge_ride text[], p_charge_currency text[], p_payout bigint[], p_commission bigint[],
  p_first_line bigint[], p_last_line bigint[], p_line_name text[], p_line_amount bigint[], p_line_detail text[],
  p_entry_step bigint[], p_entry text[], p_entry_ride text[], p_purpose text[], p_entry_time bigint[],
  p_entry_currency text[],
  p_posting_step bigint[], p_posting_entry text[], p_posting_currency text[], p_account text[], p_amount bigint[],
  p_reason text[], p_reverses text[]
) RETURNS SETOF text
LANGUAGE plpgsql
AS $$
DECLARE
  added text[];
BEGIN
  WITH fresh AS (
    INSERT INTO ledger_entries (entry_id, ride_id, purpose, time, currency, reason, reverses)
    SELECT entry.id, entry.ride, entry.purpose, entry.time, entry.currency, entry.reason, entry.reverses
    FROM unnest(p_entry, p_entry_ride, p_purpose, p_entry_time, p_entry_currency, p_reason, p_reverses)
      AS entry (id, ride, purpose, time, currency, reason, reverses)
    ORDER BY entry.id
    ON CONFLICT (entry_id) DO NOTHING
    RETURNING entry_id)
  SELECT array_agg(entry_id) INTO added FROM fresh;
  IF added IS NULL THEN RETURN; END IF;

  INSERT INTO ledger_postings (entry_id, position, account, currency, minor_units)
  SELECT posting.entry, posting.number, posting.account, posting.currency, posting.amount
  FROM unnest(p_posting_entry, p_posting_currency, p_account, p_amount)
    WITH ORDINALITY AS posting (entry, currency, account, amount, number)
  WHERE posting.entry = ANY (added);

  INSERT INTO charges (
    ride_id, currency, line_names, line_minor_units, line_details, payout_minor_units, commission_minor_units)
  SELECT charge.ride, charge.currency, p_line_name[charge.first:charge.last],
    p_line_amount[charge.first:charge.last], p_line_detail[charge.first:charge.last], charge.payout, charge.commission
  FROM unnest(p_charge_ride, p_charge_currency, p_first_line, p_last_line, p_payout, p_commission)
    AS charge (ride, currency, first, last, payout, commission)
  ON CONFLICT (ride_id) DO NOTHING;
  UPDATE rides SET is_charged = true WHERE ride_id = ANY (p_charge_ride) AND NOT is_charged;
  RETURN QUERY SELECT unnest(added);
END $$;

-- apply_commits as before (see 0007_next_ride), but with the details of lines and what the driver told.
DROP FUNCTION apply_commits;
CREATE FUNCTION apply_commits(
  p_ride text[], p_expected bigint[], p_state text[], p_version bigint[], p_driver text[], p_round bigint[],
  p_excluded text[], p_expires bigint[], p_accepted bigint[], p_arrived bigint[], p_started bigint[],
  p_completed bigint[], p_ended bigint[], p_eta bigint[], p_distance bigint[],
  p_report text[],
  -- 0 none, 1 make, 2 close.
  p_offer_change bigint[], p_offer text[], p_offer_ride text[], p_offer_driver text[], p_offer_region text[],
  p_offer_state text[], p_offer_eta bigint[], p_offer_distance bigint[], p_offered bigint[], p_offer_expires bigint[],
  p_answered bigint[],
  -- What a driver must be doing and does then: the activity with the offer, the present ride and the next ride in it.
  p_turn_driver text[], p_from text[], p_from_offer text[], p_from_ride text[], p_from_next text[], p_to text[],
  p_to_offer text[], p_to_ride text[], p_to_next text[], p_turned bigint[],
  p_message_step bigint[], p_message_type text[], p_feed_event text[], p_message_region text[], p_message_ride text[],
  p_message_driver text[], p_is_for_ride boolean[], p_message_time bigint[], p_body text[],
  -- The lines of a charge lie from its first to its last line among all lines.
  p_charge_step bigint[], p_charge_ride text[], p_charge_currency text[], p_payout bigint[], p_commission bigint[],
  p_first_line bigint[], p_last_line bigint[], p_line_name text[], p_line_amount bigint[],
  p_line_detail text[],
  p_entry_step bigint[], p_entry text[], p_entry_ride text[], p_purpose text[], p_entry_time bigint[],
  p_entry_currency text[],
  p_posting_step bigint[], p_posting_entry text[], p_posting_currency text[], p_account text[], p_amount bigint[]
) RETURNS TABLE (outcome bigint, vehicle_class bigint, driver_version bigint)
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  outcomes bigint[];
  classes bigint[];
  versions bigint[];
BEGIN
  PERFORM FROM rides WHERE ride_id = ANY (p_ride) ORDER BY ride_id FOR NO KEY UPDATE;
  IF 2 = ANY (p_offer_change) THEN
    PERFORM FROM offers WHERE offer_id = ANY (p_offer) ORDER BY offer_id FOR NO KEY UPDATE;
  END IF;
  PERFORM FROM drivers WHERE driver_id = ANY (p_turn_driver || p_message_driver) ORDER BY driver_id FOR NO KEY UPDATE;

  SELECT array_agg(judged.outcome ORDER BY judged.number), array_agg(judged.class ORDER BY judged.number),
    array_agg(judged.version ORDER BY judged.number)
  INTO outcomes, classes, versions
  FROM (
    SELECT step.number, driver.vehicle_class::bigint AS class, driver.version + 1 AS version,
      CASE
        WHEN ride.version IS DISTINCT FROM step.expected THEN 1
        WHEN step.offer_change = 2 AND offer.state IS DISTINCT FROM 'open' THEN 2
        WHEN step.driver IS NOT NULL AND (driver.region IS DISTINCT FROM ride.region
          OR driver.activity IS DISTINCT FROM step.activity
          OR driver.offer_id IS DISTINCT FROM step.driver_offer
          OR driver.ride_id IS DISTINCT FROM step.driver_ride
          OR driver.next_ride_id IS DISTINCT FROM step.driver_next) THEN 3
        ELSE 0
      END::bigint AS outcome
    FROM unnest(
      p_ride, p_expected, p_offer_change, p_offer, p_turn_driver, p_from, p_from_offer, p_from_ride, p_from_next)
      WITH ORDINALITY AS step (
        ride, expected, offer_change, offer, driver, activity, driver_offer, driver_ride, driver_next, number)
    LEFT JOIN rides AS ride ON ride.ride_id = step.ride
    LEFT JOIN offers AS offer ON offer.offer_id = step.offer
    LEFT JOIN drivers AS driver ON driver.driver_id = step.driver) AS judged;

  -- What identifies a ride and what it was asked for never changes.
  UPDATE rides AS ride SET
    state = step.state, version = step.version, driver_id = step.driver, offer_round = step.round,
    excluded_drivers = string_to_array(step.excluded, ','), expires_at = step.expires, accepted_at = step.accepted,
    arrived_at = step.arrived, started_at = step.started, completed_at = step.completed, ended_at = step.ended,
    pickup_eta_seconds = step.eta, distance_meters = step.distance, trip_report = step.report
  FROM unnest(
    outcomes, p_ride, p_state, p_version, p_driver, p_round, p_excluded, p_expires, p_accepted, p_arrived, p_started,
    p_completed, p_ended, p_eta, p_distance, p_report)
    AS step (
      outcome, ride, state, version, driver, round, excluded, expires, accepted, arrived, started, completed, ended,
      eta, distance, report)
  WHERE ride.ride_id = step.ride AND step.outcome = 0;

  IF 2 = ANY (p_offer_change) THEN
    UPDATE offers AS offer SET state = step.state, answered_at = step.answered
    FROM unnest(outcomes, p_offer_change, p_offer, p_offer_state, p_answered)
      AS step (outcome, change, offer, state, answered)
    WHERE offer.offer_id = step.offer AND step.outcome = 0 AND step.change = 2;
  END IF;
  IF 1 = ANY (p_offer_change) THEN
    INSERT INTO offers (
      offer_id, ride_id, driver_id, region, state, pickup_eta_seconds, pickup_distance_meters, offered_at, expires_at,
      answered_at)
    SELECT step.offer, step.ride, step.driver, step.region, step.state, step.eta, step.distance, step.offered,
      step.expires, step.answered
    FROM unnest(
      outcomes, p_offer_change, p_offer, p_offer_ride, p_offer_driver, p_offer_region, p_offer_state, p_offer_eta,
      p_offer_distance, p_offered, p_offer_expires, p_answered)
      AS step (outcome, change, offer, ride, driver, region, state, eta, distance, offered, expires, answered)
    WHERE step.outcome = 0 AND step.change = 1;
  END IF;

  INSERT INTO outbox (type, feed_event, region, ride_id, driver_id, is_for_ride, time, body)
  SELECT message.type, message.feed_event, message.region, message.ride, message.driver, message.is_for_ride,
    message.time, message.body
  FROM unnest(
    p_message_step, p_message_type, p_feed_event, p_message_region, p_message_ride, p_message_driver, p_is_for_ride,
    p_message_time, p_body)
    WITH ORDINALITY AS message (step, type, feed_event, region, ride, driver, is_for_ride, time, body, number)
  WHERE outcomes[message.step] = 0
  ORDER BY message.number;

  IF cardinality(p_charge_step) > 0 THEN
    INSERT INTO charges (
      ride_id, currency, line_names, line_minor_units, line_details, payout_minor_units, commission_minor_units)
    SELECT charge.ride, charge.currency, p_line_name[charge.first:charge.last],
      p_line_amount[charge.first:charge.last], p_line_detail[charge.first:charge.last], charge.payout,
      charge.commission
    FROM unnest(p_charge_step, p_charge_ride, p_charge_currency, p_first_line, p_last_line, p_payout, p_commission)
      AS charge (step, ride, currency, first, last, payout, commission)
    WHERE outcomes[charge.step] = 0;

    INSERT INTO ledger_entries (entry_id, ride_id, purpose, time, currency)
    SELECT entry.id, entry.ride, entry.purpose, entry.time, entry.currency
    FROM unnest(p_entry_step, p_entry, p_entry_ride, p_purpose, p_entry_time, p_entry_currency)
      AS entry (step, id, ride, purpose, time, currency)
    WHERE outcomes[entry.step] = 0;

    INSERT INTO ledger_postings (entry_id, position, account, currency, minor_units)
    SELECT posting.entry, posting.number, posting.account, posting.currency, posting.amount
    FROM unnest(p_posting_step, p_posting_entry, p_posting_currency, p_account, p_amount)
      WITH ORDINALITY AS posting (step, entry, currency, account, amount, number)
    WHERE outcomes[posting.step] = 0;
  END IF;

  UPDATE drivers AS driver SET
    activity = step.activity,
    offer_id = step.offer,
    ride_id = step.ride,
    next_ride_id = step.next_ride,
    version = step.version,
    since = step.time
  FROM unnest(outcomes, versions, p_turn_driver, p_to, p_to_offer, p_to_ride, p_to_next, p_turned)
    AS step (outcome, version, driver, activity, offer, ride, next_ride, time)
  WHERE driver.driver_id = step.driver AND step.outcome = 0;

  RETURN QUERY SELECT * FROM unnest(outcomes, classes, versions);
END $$;
