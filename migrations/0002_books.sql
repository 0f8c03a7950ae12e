-- What was charged, and the double-entry books. Rows are only ever added; a correction is an entry of its own.

-- The sum of a fare's lines.
CREATE FUNCTION fare_total(line_minor_units bigint[]) RETURNS bigint
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN (SELECT coalesce(sum(amount), 0)::bigint FROM unnest(line_minor_units) AS amount);

CREATE TABLE charges (
  ride_id                entity_id     PRIMARY KEY REFERENCES rides,
  currency               currency_code NOT NULL,
  line_names             text[]        NOT NULL,
  line_minor_units       bigint[]      NOT NULL,
  payout_minor_units     bigint        NOT NULL,
  commission_minor_units bigint        NOT NULL,
  CONSTRAINT charges_lines_have_amounts CHECK (cardinality(line_names) = cardinality(line_minor_units))
);
CREATE TRIGGER charges_never_change BEFORE UPDATE OR DELETE OR TRUNCATE ON charges
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE ledger_entries (
  entry_id text COLLATE "C" PRIMARY KEY,
  ride_id  entity_id REFERENCES rides,
  purpose  text          NOT NULL CHECK (purpose IN ('charge', 'payout')),
  time     bigint        NOT NULL,
  currency currency_code NOT NULL
);
-- One charge and one payout per ride, whatever is retried.
CREATE UNIQUE INDEX ledger_entries_one_per_purpose ON ledger_entries (ride_id, purpose);
CREATE TRIGGER ledger_entries_never_change BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entries
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Debits are positive, credits negative. The currency is the entry's, repeated for balances from the index alone.
CREATE TABLE ledger_postings (
  entry_id    text COLLATE "C" NOT NULL REFERENCES ledger_entries,
  position    integer          NOT NULL,
  account     text COLLATE "C" NOT NULL,
  currency    currency_code    NOT NULL,
  minor_units bigint           NOT NULL,
  PRIMARY KEY (entry_id, position)
);
CREATE INDEX ledger_postings_by_account ON ledger_postings (account, currency) INCLUDE (minor_units);
CREATE TRIGGER ledger_postings_never_change BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_postings
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Every entry balances from the start: all its postings come in one statement, in its currency, and sum to zero. Once
-- per statement is cheaper than a deferred trigger per row, and leaves no moment in which the books are off.
CREATE FUNCTION check_postings() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  wrong text;
BEGIN
  SELECT fresh.entry_id INTO wrong FROM (
    SELECT added.entry_id, sum(added.minor_units) AS total, count(*) AS postings, min(added.currency) AS lowest,
      max(added.currency) AS highest
    FROM added GROUP BY added.entry_id) AS fresh
  JOIN ledger_entries AS entry USING (entry_id)
  WHERE fresh.total <> 0 OR fresh.lowest <> entry.currency OR fresh.highest <> entry.currency
    OR fresh.postings <> (SELECT count(*) FROM ledger_postings AS kept WHERE kept.entry_id = fresh.entry_id)
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'the postings of ledger entry % do not balance', wrong USING ERRCODE = 'check_violation',
      CONSTRAINT = 'ledger_entries_balance', TABLE = 'ledger_postings';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_entries_balance AFTER INSERT ON ledger_postings
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION check_postings();
