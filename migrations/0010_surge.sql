-- The tick of the zones' prices that a quote's surge was frozen from; none where no price was in force.
ALTER TABLE quotes ADD COLUMN surge_version bigint;
