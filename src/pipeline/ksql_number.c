#include "pipeline/ksql_number.h"

#include "pipeline/ksql_text.h"

#include <inttypes.h>
#include <string.h>

#define EXPONENT_CUT INT64_C(99999999999) /* BigDecimal refuses more than ten digits */

/* 2^1024 − 2^970: the least number that rounds to no finite double. */
static const char beyond_double[] =
	"179769313486231580793728971405303415079934132710037826936173778980444968292764750946649017977587207096330286416692887910"
	"946555547851940402630657488671505820681908902000708383676273854845817711531764475730270069855571366959622842914819860834"
	"936475292719074168444365510704342711559699508093042880177904174497792";

static const char *digits(const char *p, const char *end, struct text *out)
{
	const char *start = p;
	while (p < end && *p >= '0' && *p <= '9')
		p++;
	*out = (struct text){start, (size_t)(p - start)};
	return p;
}

static const char *read_exponent(const char *p, const char *end, int64_t *exponent)
{
	struct text figures;
	bool negative = p < end && *p == '-';
	if (p < end && (*p == '-' || *p == '+'))
		p++;
	p = digits(p, end, &figures);
	if (!figures.len)
		return NULL;
	for (size_t i = 0; i < figures.len; i++)
		*exponent = *exponent > EXPONENT_CUT ? EXPONENT_CUT : *exponent * 10 + (figures.data[i] - '0');
	if (*exponent > EXPONENT_CUT)
		*exponent = EXPONENT_CUT;
	if (negative)
		*exponent = -*exponent;
	return p;
}

/* The i-th digit of whole and fraction written one after the other. */
static char digit_at(const struct ksql_number *num, size_t i)
{
	return i < num->whole.len ? num->whole.data[i] : num->fraction.data[i - num->whole.len];
}

static size_t digit_count(const struct ksql_number *num)
{
	return num->whole.len + num->fraction.len;
}

static size_t leading_zeros(const struct ksql_number *num)
{
	size_t n = digit_count(num), zeros = 0;
	while (zeros < n && digit_at(num, zeros) == '0')
		zeros++;
	return zeros;
}

static bool is_beyond_double(const struct ksql_number *num)
{
	size_t n = digit_count(num), zeros = leading_zeros(num);
	if (zeros == n)
		return false;
	int64_t power = num->exponent + (int64_t)num->whole.len - (int64_t)zeros; /* digits before the point */
	const int64_t limit = sizeof beyond_double - 1;
	if (power != limit)
		return power > limit;
	for (size_t i = 0; i < sizeof beyond_double - 1; i++) {
		char digit = zeros + i < n ? digit_at(num, zeros + i) : '0';
		if (digit != beyond_double[i])
			return digit > beyond_double[i];
	}
	return true;
}

/* BigDecimal keeps exponent and scale in an int. */
static bool is_representable(const struct ksql_number *num)
{
	int64_t scale = (int64_t)num->fraction.len - num->exponent;
	return num->exponent >= INT32_MIN && num->exponent <= INT32_MAX && scale >= INT32_MIN && scale <= INT32_MAX;
}

const char *ksql_number_read(const char *p, const char *end, struct ksql_number *num)
{
	*num = (struct ksql_number){.negative = p < end && *p == '-'};
	p = digits(p + num->negative, end, &num->whole);
	if (!num->whole.len || (num->whole.len > 1 && num->whole.data[0] == '0'))
		return NULL;
	bool real = false;
	if (p < end && *p == '.') {
		p = digits(p + 1, end, &num->fraction);
		if (!num->fraction.len)
			return NULL;
		real = true;
	}
	if (p < end && (*p == 'e' || *p == 'E')) {
		p = read_exponent(p + 1, end, &num->exponent);
		if (!p)
			return NULL;
		real = true;
	}
	num->infinite = real && is_beyond_double(num);
	return num->infinite || is_representable(num) ? p : NULL;
}

static void add_digits(struct strbuf *out, const struct ksql_number *num, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		strbuf_addc(out, digit_at(num, i));
}

/* The three layouts of BigDecimal.toString for digits [first, n) × 10^−scale. */
static void add_decimal(struct strbuf *out, const struct ksql_number *num, size_t first, int64_t scale)
{
	size_t n = digit_count(num);
	int64_t count = (int64_t)(n - first), power = count - 1 - scale;
	if (scale == 0) {
		add_digits(out, num, first, n);
	} else if (scale > 0 && power >= -6) {
		if (count <= scale) {
			strbuf_puts(out, "0.");
			for (int64_t i = count; i < scale; i++)
				strbuf_addc(out, '0');
			add_digits(out, num, first, n);
		} else {
			add_digits(out, num, first, n - (size_t)scale);
			strbuf_addc(out, '.');
			add_digits(out, num, n - (size_t)scale, n);
		}
	} else {
		add_digits(out, num, first, first + 1);
		if (count > 1) {
			strbuf_addc(out, '.');
			add_digits(out, num, first + 1, n);
		}
		if (power)
			strbuf_printf(out, "E%+" PRId64, power);
	}
}

void ksql_number_add(struct strbuf *out, const struct ksql_number *num)
{
	size_t n = digit_count(num), first = leading_zeros(num);
	bool zero = first == n;
	if (num->negative && !zero)
		strbuf_addc(out, '-');
	if (num->infinite)
		strbuf_puts(out, "Infinity");
	else
		add_decimal(out, num, zero ? n - 1 : first, (int64_t)num->fraction.len - num->exponent);
}

int32_t ksql_number_int(const struct ksql_number *num)
{
	if (num->infinite)
		return num->negative ? INT32_MIN : INT32_MAX;
	uint32_t bits = 0;
	int64_t power = num->exponent + (int64_t)num->whole.len; /* digits before the point */
	int64_t n = (int64_t)digit_count(num);
	if (leading_zeros(num) == (size_t)n)
		return 0;
	for (int64_t i = 0; i < power && i < n; i++)
		bits = bits * 10 + (uint32_t)(digit_at(num, (size_t)i) - '0');
	for (int64_t i = n; i < power && bits; i++) /* 32 factors of ten leave nothing */
		bits *= 10;
	return (int32_t)(num->negative ? -bits : bits);
}

/* The value of a decimal digit of the Basic Multilingual Plane, or -1. Zeros of Unicode's Nd groups (Java 17: Unicode 13). */
static int digit_value(unsigned unit)
{
	static const unsigned short zeros[] = {
		0x0030, 0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66,
		0x0de6, 0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50,
		0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10,
	};
	for (size_t i = 0; i < sizeof zeros / sizeof *zeros; i++)
		if (unit >= zeros[i] && unit < zeros[i] + 10u)
			return (int)(unit - zeros[i]);
	return -1;
}

bool ksql_parse_int(struct text units, int32_t *value)
{
	const char *p = units.data, *end = p + units.len;
	bool negative = units.len && *p == '-';
	if (units.len && (*p == '-' || *p == '+'))
		p++;
	if (p == end)
		return false;
	int64_t sum = 0;
	while (p < end) {
		int digit = digit_value(units_next(&p));
		sum = sum * 10 + digit;
		if (digit < 0 || sum > INT64_C(2147483647) + negative)
			return false;
	}
	*value = (int32_t)(negative ? -sum : sum);
	return true;
}
