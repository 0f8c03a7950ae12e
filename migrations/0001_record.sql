-- Drivers, tariffs, quotes, rides and offers.
--
-- Times are bigint milliseconds since 1970: the very numbers that the domain computes with (city time, which may run
-- fast, stand still or lie at the ends of 64 bits), so nothing is rounded or shifted on the way, and timestamptz's
-- smaller range cannot refuse one. city_time() shows them to humans.
--
-- Texts that are compared or sorted have the "C" collation: the order of the domain, whatever the database's locale.

-- An id of the domain.
CREATE DOMAIN entity_id AS text COLLATE "C" CHECK (octet_length(VALUE) BETWEEN 1 AND 64);

-- An ISO 4217 code.
CREATE DOMAIN currency_code AS text COLLATE "C" CHECK (VALUE ~ '^[A-Z]{3}$');

-- Milliseconds since 1970 as a time to read.
CREATE FUNCTION city_time(milliseconds bigint) RETURNS timestamptz
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN to_timestamp(milliseconds / 1000.0);

-- Raised by triggers on tables whose rows never change.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% on % is not allowed: its rows never change', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END $$;

-- What every driver is doing. An update touches no indexed column, so with room on the page it stays there (HOT) and
-- writes no index.
CREATE TABLE drivers (
  driver_id     entity_id PRIMARY KEY,
  region        entity_id NOT NULL,
  vehicle_class smallint  NOT NULL,
  activity      text      NOT NULL CHECK (activity IN ('offline', 'idle', 'offered', 'busy')),
  offer_id      entity_id,
  ride_id       entity_id,
  version       bigint    NOT NULL,
  since         bigint    NOT NULL,
  CONSTRAINT drivers_activity_names_its_cause
    CHECK ((activity = 'offered') = (offer_id IS NOT NULL) AND (activity = 'busy') = (ride_id IS NOT NULL))
) WITH (fillfactor = 60);
CREATE INDEX drivers_by_region ON drivers (region, driver_id);

CREATE TABLE tariffs (
  tariff_id                 entity_id     PRIMARY KEY,
  region                    entity_id     NOT NULL,
  vehicle_class             smallint      NOT NULL,
  currency                  currency_code NOT NULL,
  valid_from                bigint        NOT NULL,
  base_minor_units          bigint        NOT NULL,
  per_kilometer_minor_units bigint        NOT NULL,
  per_minute_minor_units    bigint        NOT NULL,
  minimum_minor_units       bigint        NOT NULL,
  commission_basis_points   bigint        NOT NULL
);
CREATE INDEX tariffs_in_force ON tariffs (region, vehicle_class, valid_from, tariff_id);
CREATE TRIGGER tariffs_never_change BEFORE UPDATE ON tariffs
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Quotes may be deleted when they are old, which is why rides do not refer to them by a foreign key; they never change.
CREATE TABLE quotes (
  quote_id          entity_id        PRIMARY KEY,
  rider_id          entity_id        NOT NULL,
  region            entity_id        NOT NULL,
  vehicle_class     smallint         NOT NULL,
  pickup_latitude   double precision NOT NULL,
  pickup_longitude  double precision NOT NULL,
  dropoff_latitude  double precision NOT NULL,
  dropoff_longitude double precision NOT NULL,
  currency          currency_code    NOT NULL,
  line_names        text[]           NOT NULL,
  line_minor_units  bigint[]         NOT NULL,
  distance_meters   bigint           NOT NULL,
  duration_seconds  bigint           NOT NULL,
  surge_tenths      bigint           NOT NULL,
  tariff_id         entity_id        NOT NULL,
  created_at        bigint           NOT NULL,
  expires_at        bigint           NOT NULL,
  idempotency_key   text COLLATE "C",
  request_hash      bigint           NOT NULL,
  CONSTRAINT quotes_lines_have_amounts CHECK (cardinality(line_names) = cardinality(line_minor_units))
);
CREATE UNIQUE INDEX quotes_one_per_key ON quotes (rider_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE TRIGGER quotes_never_change BEFORE UPDATE ON quotes
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Rides change by compare-and-set on their version.
CREATE TABLE rides (
  ride_id            entity_id        PRIMARY KEY,
  quote_id           entity_id        NOT NULL,
  rider_id           entity_id        NOT NULL,
  region             entity_id        NOT NULL,
  vehicle_class      smallint         NOT NULL,
  pickup_latitude    double precision NOT NULL,
  pickup_longitude   double precision NOT NULL,
  dropoff_latitude   double precision NOT NULL,
  dropoff_longitude  double precision NOT NULL,
  pickup_cell        bigint           NOT NULL,
  state              text COLLATE "C" NOT NULL CHECK (state IN (
    'requested', 'offered', 'accepted', 'arrived', 'started', 'completed', 'settled',
    'expired', 'cancelledByRider', 'cancelledByDriver', 'noShow', 'failed')),
  version            bigint           NOT NULL,
  driver_id          entity_id,
  offer_round        bigint           NOT NULL,
  excluded_drivers   text[]           NOT NULL,
  fare_minor_units   bigint           NOT NULL,
  currency           currency_code    NOT NULL,
  requested_at       bigint           NOT NULL,
  expires_at         bigint           NOT NULL,
  accepted_at        bigint,
  arrived_at         bigint,
  started_at         bigint,
  completed_at       bigint,
  ended_at           bigint,
  pickup_eta_seconds bigint,
  distance_meters    bigint,
  idempotency_key    text COLLATE "C",
  request_hash       bigint           NOT NULL
) WITH (fillfactor = 85);

-- The database is the last judge: these hold whatever Redis or a function believed.
CREATE UNIQUE INDEX rides_one_per_quote ON rides (quote_id);
CREATE UNIQUE INDEX rides_one_per_key ON rides (rider_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE UNIQUE INDEX rides_one_active_per_rider ON rides (rider_id)
  WHERE state IN ('requested', 'offered', 'accepted', 'arrived', 'started');
CREATE UNIQUE INDEX rides_one_active_per_driver ON rides (driver_id)
  WHERE state IN ('accepted', 'arrived', 'started');

-- Open requests, longest first; those whose time is over; what is to be settled.
CREATE INDEX rides_requested ON rides (region, requested_at, ride_id) WHERE state = 'requested';
CREATE INDEX rides_lapsing ON rides (region, expires_at) WHERE state = 'requested';
CREATE INDEX rides_unsettled ON rides (region, requested_at, ride_id) WHERE state = 'completed';
-- The three counts of demand by zone.
CREATE INDEX rides_by_request ON rides (region, requested_at);
CREATE INDEX rides_by_completion ON rides (region, completed_at) WHERE completed_at IS NOT NULL;
CREATE INDEX rides_open ON rides (region, pickup_cell) WHERE state IN ('requested', 'offered');
-- Lists, newest first by id: by rider, by driver, by state; all others walk the primary key.
CREATE INDEX rides_by_rider ON rides (rider_id, ride_id);
CREATE INDEX rides_by_driver ON rides (driver_id, ride_id) WHERE driver_id IS NOT NULL;
CREATE INDEX rides_by_state ON rides (state, ride_id);

CREATE TABLE offers (
  offer_id               entity_id PRIMARY KEY,
  ride_id                entity_id NOT NULL REFERENCES rides,
  driver_id              entity_id NOT NULL,
  region                 entity_id NOT NULL,
  state                  text COLLATE "C" NOT NULL
    CHECK (state IN ('open', 'accepted', 'declined', 'expired', 'withdrawn')),
  pickup_eta_seconds     bigint    NOT NULL,
  pickup_distance_meters bigint    NOT NULL,
  offered_at             bigint    NOT NULL,
  expires_at             bigint    NOT NULL,
  answered_at            bigint
) WITH (fillfactor = 90);
CREATE UNIQUE INDEX offers_one_open_per_ride ON offers (ride_id) WHERE state = 'open';
CREATE UNIQUE INDEX offers_one_open_per_driver ON offers (driver_id) WHERE state = 'open';
CREATE INDEX offers_lapsing ON offers (region, expires_at, offer_id) WHERE state = 'open';
