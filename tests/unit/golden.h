/* golden.h: files of tests/golden/ that what is drawn must equal. UPDATE_GOLDEN=1 writes them anew; look at the difference before you keep it. */
#ifndef TFLTOP_TESTS_GOLDEN_H
#define TFLTOP_TESTS_GOLDEN_H

#include "base/strbuf.h"

void golden_compare(const char *name, const struct strbuf *drawn);

#endif
