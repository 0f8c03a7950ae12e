-- Why rides were offered to whom, and who must not meet.

-- Rounds of matching that told something new, numbered by ride. Written after the offers are out, in one statement per batch; the
-- oldest of a ride and those of days ago are deleted.
CREATE TABLE match_rounds (
  ride_id     entity_id NOT NULL,
  number      bigint    NOT NULL,
  time        bigint    NOT NULL,
  outcome     text COLLATE "C" NOT NULL CHECK (outcome IN ('offered', 'unserved', 'rideChanged', 'driverChanged')),
  driver_id   entity_id,
  open_rides  bigint    NOT NULL,
  age_seconds bigint    NOT NULL,
  age_bonus   bigint    NOT NULL,
  digest      bigint    NOT NULL,
  -- A driver's fields divided by commas, drivers by semicolons: driver, letter of the verdict, metres, tenths of a second to the
  -- pickup and for the zone, seconds until free, and the ride that got the driver instead.
  considered  text COLLATE "C" NOT NULL,
  -- The rest: the letter of a verdict and how many drivers got it, divided by commas.
  others      text COLLATE "C" NOT NULL,
  PRIMARY KEY (ride_id, number)
);
CREATE INDEX match_rounds_by_time ON match_rounds (time, ride_id, number);

CREATE TABLE blocked_pairs (
  rider_id   entity_id NOT NULL,
  driver_id  entity_id NOT NULL,
  blocked_at bigint    NOT NULL,
  PRIMARY KEY (rider_id, driver_id)
);
