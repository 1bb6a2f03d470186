-- A renewal looks up what its lease is charged to; the primary key starts with the scope.
CREATE INDEX lease_charges_lease ON lease_charges (lease);
