-- What was learned of each region, version by version, and which versions are in use.
CREATE TABLE models (
  region       entity_id NOT NULL,
  number       bigint    NOT NULL CHECK (number > 0),
  origin       text COLLATE "C" NOT NULL CHECK (origin IN ('trained', 'imported')),
  made_at      bigint    NOT NULL,
  trained_from bigint    NOT NULL,
  trained_to   bigint    NOT NULL,
  requests     bigint    NOT NULL,
  checksum     bigint    NOT NULL,
  text_bytes   bigint    NOT NULL,
  -- Some hundred kilobytes of digits and spaces; kept out of line and compressed.
  content      bytea     NOT NULL,
  PRIMARY KEY (region, number)
);

-- One row per region says what is in use; it changes by compare-and-set on its revision. The last number is kept here, so that a
-- number never means two models.
CREATE TABLE model_use (
  region        entity_id PRIMARY KEY,
  last_number   bigint NOT NULL DEFAULT 0,
  live          bigint,
  former        bigint,
  candidate     bigint,
  share_percent bigint NOT NULL DEFAULT 0,
  revision      bigint NOT NULL DEFAULT 0,
  CHECK (CASE WHEN candidate IS NULL THEN share_percent = 0
    ELSE share_percent BETWEEN 1 AND 99 AND live IS NOT NULL AND candidate <> live END),
  FOREIGN KEY (region, live) REFERENCES models,
  FOREIGN KEY (region, former) REFERENCES models,
  FOREIGN KEY (region, candidate) REFERENCES models
);
