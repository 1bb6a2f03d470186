-- A worker that waits is counted where room was missing: in its own budget, or in a site that other
-- budgets share, whose holders make room for it too.
ALTER TABLE lease_waits ADD COLUMN scope typeid REFERENCES scopes (id);
UPDATE lease_waits SET scope = budget;
ALTER TABLE lease_waits ALTER COLUMN scope SET NOT NULL;
CREATE INDEX lease_waits_scope ON lease_waits (scope);
