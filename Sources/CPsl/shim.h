#ifndef COUNTERSIGN_CPSL_SHIM_H
#define COUNTERSIGN_CPSL_SHIM_H

#include <libpsl.h>

#endif
