#include "model/place.h"

/* The digits of a number, its point taken out: *exp is the power of ten the result stands for. False when there is none. */
static bool mantissa(const char **p, const char *end, int64_t *m, int *exp)
{
	int digits = 0, point = 0;
	for (*m = *exp = 0; *p < end; (*p)++) {
		if (**p == '.' && !point) {
			point = 1;
			continue;
		}
		if (**p < '0' || **p > '9')
			break;
		digits++;
		if (*m < INT64_MAX / 100) { /* what is left of it then is far below a metre */
			*m = *m * 10 + (**p - '0');
			*exp -= point;
		} else {
			*exp += !point;
		}
	}
	return digits > 0;
}

/* "e-5" at *p, if there is one, added to *exp. */
static bool exponent(const char **p, const char *end, int *exp)
{
	int value = 0;
	if (*p == end || (**p != 'e' && **p != 'E'))
		return true;
	(*p)++;
	bool negative = *p < end && **p == '-';
	*p += negative || (*p < end && **p == '+');
	const char *first = *p;
	for (; *p < end && **p >= '0' && **p <= '9'; (*p)++)
		value = value < 1000 ? value * 10 + (**p - '0') : value;
	*exp += negative ? -value : value;
	return *p > first;
}

/* A number of degrees, rounded to 1e-5. Some writers print 0.00005 as 5E-05. Unlike strtod, the same in any locale. */
static bool degrees(const char **p, const char *end, int limit, int32_t *value)
{
	int64_t v, most = (int64_t)limit * 100000;
	int exp;
	while (*p < end && **p == ' ')
		(*p)++;
	bool negative = *p < end && **p == '-';
	*p += negative || (*p < end && **p == '+');
	if (!mantissa(p, end, &v, &exp) || !exponent(p, end, &exp))
		return false;
	for (exp += 5; exp > 0 && v && v <= most; exp--)
		v *= 10;
	for (; exp < -1 && v; exp++)
		v /= 10;
	if (exp == -1)
		v = (v + 5) / 10;
	*value = (int32_t)(negative ? -v : v);
	return v <= most;
}

bool place_parse(struct text location, struct place *at)
{
	const char *p = location.data, *end = p + location.len;
	if (!p || !degrees(&p, end, 90, &at->lat) || p == end || *p++ != ',' || !degrees(&p, end, 180, &at->lon))
		return false;
	while (p < end && *p == ' ')
		p++;
	return p == end;
}
