-- Where drivers were, for taximeters: written as positions come in where location-ping is told to, read once when a ride is settled.
CREATE TABLE ride_positions (
  driver_id entity_id        NOT NULL,
  time      bigint           NOT NULL,
  latitude  double precision NOT NULL,
  longitude double precision NOT NULL,
  PRIMARY KEY (driver_id, time)
);
CREATE INDEX ride_positions_by_time ON ride_positions USING brin (time);
