-- How the load of zones went, and where the city's clock stands.

CREATE TABLE zone_history (
  region        entity_id NOT NULL,
  time          bigint    NOT NULL,
  cell          bigint    NOT NULL,
  demand        bigint    NOT NULL,
  supply        bigint    NOT NULL,
  idle          bigint    NOT NULL,
  open_requests bigint    NOT NULL,
  completed     bigint    NOT NULL,
  PRIMARY KEY (time, region, cell)
);
-- For the series of a zone. The children of an H3 cell at one resolution are a range of numbers, so it serves coarser
-- cells too; for very coarse ones the primary key finds the span of time.
CREATE INDEX zone_history_by_cell ON zone_history (cell, time);

CREATE TABLE clock_setting (
  is_only boolean          PRIMARY KEY DEFAULT true CHECK (is_only),
  city    bigint           NOT NULL,
  real    bigint           NOT NULL,
  rate    double precision NOT NULL
);
