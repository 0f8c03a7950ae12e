-- Suggestions to free drivers to wait elsewhere. Each is committed with its message in the outbox.
CREATE TABLE suggestions (
  suggestion_id    entity_id        PRIMARY KEY,
  driver_id        entity_id        NOT NULL,
  region           entity_id        NOT NULL,
  origin_latitude  double precision NOT NULL,
  origin_longitude double precision NOT NULL,
  target_latitude  double precision NOT NULL,
  target_longitude double precision NOT NULL,
  drive_seconds    bigint           NOT NULL,
  status_version   bigint           NOT NULL,
  made_at          bigint           NOT NULL,
  expires_at       bigint           NOT NULL
);
CREATE INDEX suggestions_by_time ON suggestions (region, made_at);
