\set i :i + 1
INSERT INTO quotes (
  quote_id, rider_id, region, vehicle_class, pickup_latitude, pickup_longitude, dropoff_latitude, dropoff_longitude, currency,
  line_names, line_minor_units, line_details, distance_meters, duration_seconds, surge_tenths, surge_version, tariff_id, created_at,
  expires_at, idempotency_key, request_hash)
VALUES (
  'q:run' || lpad((:i)::text, 9, '0') || lpad((:client_id)::text, 4, '0'), 'b:run' || lpad((:i)::text, 9, '0') || (:client_id)::text,
  'sf', 1, 37.78, -122.41, 37.75, -122.43, 'USD', '{base,distance,time}', '{255,515,390}',
  '{fare|base,"fare|distance|distance=4.902 km|rate=1.05 USD per 1 km","fare|time|time=755 s|rate=0.31 USD per 1 min"}',
  4902, 755, 10, NULL, 'sf-standard-1', (:now)::bigint + (:i)::bigint, (:now)::bigint + 600000 + (:i)::bigint, NULL, -6233313730288840515 + (:i)::bigint)
ON CONFLICT DO NOTHING;
