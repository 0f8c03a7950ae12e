\set i :i + 1
WITH kept AS (
  INSERT INTO rides (
    ride_id, quote_id, rider_id, region, vehicle_class, pickup_latitude, pickup_longitude, dropoff_latitude, dropoff_longitude,
    pickup_cell, fare_minor_units, currency, requested_at, expires_at, idempotency_key, request_hash, state, version, driver_id,
    offer_round, excluded_drivers, expected_seconds)
  VALUES (
    'r:run' || lpad((:i)::text, 9, '0') || lpad((:client_id)::text, 4, '0'), 'q:run' || lpad((:i)::text, 9, '0') || lpad((:client_id)::text, 4, '0'),
    'b:run' || lpad((:i)::text, 9, '0') || (:client_id)::text, 'sf', 1, 37.78, -122.41, 37.75, -122.43, 613196570336165887, 1160, 'USD',
    (:now)::bigint + (:i)::bigint, (:now)::bigint + 900000 + (:i)::bigint, NULL, 562056793344369009 + (:i)::bigint, 'requested', 1, NULL, 0, '{}', 755)
  ON CONFLICT DO NOTHING RETURNING ride_id)
INSERT INTO outbox (type, feed_event, region, ride_id, driver_id, is_for_ride, time, body)
SELECT 'cabstand.ride.requested.v1', 'ride', 'sf', ride_id, NULL, true, (:now)::bigint + (:i)::bigint,
  E'{"rideId"\x3a"r1k7ui6ledfn1ko79ck1167","state"\x3a"requested","version"\x3a1,"rider"\x3a"b0000000000001","driver"\x3anull,"region"\x3a"sf","vehicleClass"\x3a"standard","pickup"\x3a{"latitude"\x3a37.78,"longitude"\x3a-122.41},"dropoff"\x3a{"latitude"\x3a37.75,"longitude"\x3a-122.43},"fare"\x3a{"minorUnits"\x3a1160,"currency"\x3a"USD"},"quoteId"\x3a"q1k7ui6ledfn1ko79ck1167","requestedAt"\x3a"2026-11-21T08\x3a05\x3a30.289Z","expiresAt"\x3a"2026-11-21T08\x3a20\x3a30.289Z","acceptedAt"\x3anull,"arrivedAt"\x3anull,"startedAt"\x3anull,"completedAt"\x3anull,"endedAt"\x3anull,"pickupETASeconds"\x3anull,"distanceMeters"\x3anull}'
FROM kept;
