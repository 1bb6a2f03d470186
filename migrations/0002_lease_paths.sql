-- A renewal looks up what its lease is charged to; the primary key starts with the scope.
CREATE INDEX lease_charges_lease ON lease_charges (lease);

-- No statement looks for leases by their budget and the time they are free, and with that time in
-- an index every renewal rewrote all five indexes of its row. Without it, and with room on the
-- page, the new version of a row stays beside the old one.
DROP INDEX leases_budget;
ALTER TABLE leases SET (fillfactor = 70);
ALTER TABLE budgets SET (fillfactor = 70);
ALTER TABLE scopes SET (fillfactor = 70);
ALTER TABLE scope_days SET (fillfactor = 70);

-- How far the clock of a scope has come stands where its requests are counted: one row to write
-- for each scope, not two. A row of a later day is read even when the clock has gone back. What
-- scopes.last_clock holds is the least: when the scope was made.
ALTER TABLE scope_days ADD COLUMN last_clock timestamptz;
UPDATE scope_days d SET last_clock = c.last_clock FROM scopes c WHERE c.id = d.scope;
ALTER TABLE scope_days ALTER COLUMN last_clock SET NOT NULL;
