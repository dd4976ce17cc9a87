#include "ui/layout.h"

static int total_width(const int *fits, size_t count)
{
	int total = -1;
	for (size_t i = 0; i < count; i++)
		total += fits[i] ? fits[i] + 1 : 0;
	return total;
}

static int least_important(const struct span *spans, size_t count, const int *fits)
{
	int priority = 0;
	for (size_t i = 0; i < count; i++)
		if (fits[i] && spans[i].priority > priority)
			priority = spans[i].priority;
	return priority;
}

static int widened(const struct span *span, int room)
{
	for (const int *step = span->steps; step && *step; step++)
		if (*step <= room)
			return *step;
	return span->steps ? span->width : room < span->max_width ? room : span->max_width;
}

void layout_fit(const struct span *spans, size_t count, int width, int *fits)
{
	int priority;
	for (size_t i = 0; i < count; i++)
		fits[i] = spans[i].width;
	while (total_width(fits, count) > width && (priority = least_important(spans, count, fits)))
		for (size_t i = 0; i < count; i++)
			if (spans[i].priority == priority)
				fits[i] = 0;
	for (size_t i = 0; i < count; i++) {
		int spare = width - total_width(fits, count);
		if (fits[i] && spare > 0)
			fits[i] = widened(&spans[i], fits[i] + spare);
	}
	if (total_width(fits, count) > width)
		for (size_t i = 0; i < count; i++)
			fits[i] = i || width < 0 ? 0 : width;
}
