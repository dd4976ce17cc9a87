/* ksql_number.h: JSON numbers as ksqlDB's Jackson keeps them: exact decimals (java.math.BigDecimal), save that a token with a point or an
 * exponent that no double can hold becomes ±Infinity. Pure. Thread: any. */
#ifndef TFLTOP_PIPELINE_KSQL_NUMBER_H
#define TFLTOP_PIPELINE_KSQL_NUMBER_H

#include "base/strbuf.h"
#include "model/event.h"

#include <stdbool.h>
#include <stdint.h>

struct ksql_number {
	struct text whole, fraction; /* digits as written */
	int64_t exponent;            /* cut to what no BigDecimal can hold */
	bool negative;
	bool infinite;
};

/* Reads a number token at p; returns its end, or NULL if there is none or BigDecimal refuses it (an exponent beyond its range). */
const char *ksql_number_read(const char *p, const char *end, struct ksql_number *num);

/* BigDecimal.toString, or Infinity. */
void ksql_number_add(struct strbuf *out, const struct ksql_number *num);

/* Java's narrowing to int: truncated towards zero, the low 32 bits; an infinite one gives the nearest int. */
int32_t ksql_number_int(const struct ksql_number *num);

/* Integer.parseInt of units text: a sign, any Unicode decimal digits, in range. */
bool ksql_parse_int(struct text units, int32_t *value);

#endif
