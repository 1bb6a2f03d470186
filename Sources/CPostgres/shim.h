// libpq as it is, plus the constants that Swift does not see because they are characters.
#pragma once
#include <libpq-fe.h>

static const int cpostgres_field_severity = PG_DIAG_SEVERITY_NONLOCALIZED;
static const int cpostgres_field_state = PG_DIAG_SQLSTATE;
static const int cpostgres_field_message = PG_DIAG_MESSAGE_PRIMARY;
static const int cpostgres_field_constraint = PG_DIAG_CONSTRAINT_NAME;
static const int cpostgres_field_position = PG_DIAG_STATEMENT_POSITION;
