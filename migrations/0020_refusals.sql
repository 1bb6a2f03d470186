-- Refused lease calls by scope, minute and code: counted in the memory of each replica and added
-- every few seconds, kept for two days. No foreign key to scopes: checking one locks the row that
-- every lease call waits for, and a scope never goes away.
CREATE TABLE refusals (
  scope typeid NOT NULL,
  minute timestamptz NOT NULL CHECK (date_bin('1 minute', minute, 'epoch') = minute),
  code text COLLATE "C" NOT NULL CHECK (code <> ''),
  calls bigint NOT NULL CHECK (calls > 0),
  PRIMARY KEY (scope, minute, code)
) WITH (fillfactor = 70);
-- What was refused lately everywhere, and what is old enough to be forgotten.
CREATE INDEX refusals_minute ON refusals (minute);

-- Leases that may be in force, by budget. Neither column changes at a renewal, so that the new
-- version of a row stays beside the old one.
CREATE INDEX leases_running ON leases (budget, id) WHERE ended_at IS NULL;
-- Breakers that stop or limit anything are few.
CREATE INDEX breakers_moved ON breakers (budget, host) WHERE phase <> 'closed';
