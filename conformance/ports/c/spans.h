/* Copies of keys and elems, for the ports of this folder. */
#ifndef MAPPROOF_CONFORMANCE_PORTS_C_SPANS_H
#define MAPPROOF_CONFORMANCE_PORTS_C_SPANS_H

#include <stdlib.h>
#include <string.h>

#include "mapproof_port.h"

/* Null if there is no memory; never for 0 bytes. */
static inline void* copy_of(mapproof_bytes bytes) {
  void* copy = malloc(bytes.size != 0 ? bytes.size : 1);
  if (copy != NULL && bytes.size != 0) memcpy(copy, bytes.data, bytes.size);
  return copy;
}

#endif
