-- Tariffs are documents: their fields with their paths, as they were added. What can be asked for stays in columns.
ALTER TABLE tariffs
  ADD COLUMN valid_until bigint,
  ADD COLUMN document text;
ALTER TABLE tariffs DISABLE TRIGGER tariffs_never_change;
-- Until now there were only plain tariffs, in hundredths.
UPDATE tariffs SET document = concat_ws(E'\n',
  'id = ' || tariff_id,
  'region = ' || region,
  'vehicleClass = ' || CASE vehicle_class
    WHEN 2 THEN 'large' WHEN 3 THEN 'premium' WHEN 4 THEN 'accessible' ELSE 'standard' END,
  'currency = ' || currency,
  'timeZone = UTC',
  'validFrom = ' || to_char(city_time(valid_from) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS'),
  'base = ' || to_char(base_minor_units / 100.0, 'FM9999999990.00'),
  'distance.per = 1 km',
  'distance.rate = ' || to_char(per_kilometer_minor_units / 100.0, 'FM9999999990.00'),
  'time.per = 1 min',
  'time.rate = ' || to_char(per_minute_minor_units / 100.0, 'FM9999999990.00'),
  'minimum = ' || to_char(minimum_minor_units / 100.0, 'FM9999999990.00'),
  'commission = ' || to_char(commission_basis_points / 100.0, 'FM990.00'));
ALTER TABLE tariffs ENABLE TRIGGER tariffs_never_change;
ALTER TABLE tariffs
  ALTER COLUMN document SET NOT NULL,
  DROP COLUMN base_minor_units,
  DROP COLUMN per_kilometer_minor_units,
  DROP COLUMN per_minute_minor_units,
  DROP COLUMN minimum_minor_units,
  DROP COLUMN commission_basis_points,
  ADD CONSTRAINT tariffs_end_after_their_beginning CHECK (valid_until > valid_from);
