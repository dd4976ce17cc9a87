/* fuzz.h: what the fuzz targets share. */
#ifndef TFLTOP_TESTS_FUZZ_H
#define TFLTOP_TESTS_FUZZ_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv); /* once; optional */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(truth) \
	do { \
		if (!(truth)) { \
			fprintf(stderr, "%s:%d: must hold: %s\n", __FILE__, __LINE__, #truth); \
			abort(); \
		} \
	} while (0)

/* True when jansson refused a text that is valid JSON all the same: integers beyond 64 bits and reals beyond a double, escaped halves of a
 * surrogate pair, a NUL in a member's name. What stands behind it, jansson has not looked at. */
static inline int jansson_is_narrower(const json_error_t *err)
{
	enum json_error_code code = json_error_code(err);
	return code == json_error_numeric_overflow || code == json_error_null_byte_in_key || strstr(err->text, "invalid Unicode '") != NULL;
}

#endif
