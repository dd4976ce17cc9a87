#include "ui/actions.h"

#include "sim/scenario.h"
#include "ui/text.h"
#include "ui/view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define WHEEL_ROWS 3

unsigned act_move(struct screen *sc, const struct input *in, int arg)
{
	(void)in;
	return views[sc->view].move(sc, (enum move)arg);
}

unsigned act_wheel(struct screen *sc, const struct input *in, int arg)
{
	unsigned react = 0;
	for (int i = 0; i < WHEEL_ROWS; i++)
		react |= act_move(sc, in, arg);
	return react;
}

/* What was drawn last lies on top. */
unsigned act_click(struct screen *sc, const struct input *in, int arg)
{
	(void)arg;
	for (size_t i = sc->nhits; i-- > 0;) {
		const struct hit *hit = &sc->hits[i];
		if (in->x < hit->area.x || in->x >= hit->area.x + hit->area.w || in->y < hit->area.y || in->y >= hit->area.y + hit->area.h)
			continue;
		if (hit->key)
			return screen_input(sc, &(struct input){.key = hit->key});
		if (hit->column >= 0)
			return screen_sort(sc, (size_t)hit->column);
		sc->selected = hit->station;
		return REACT_REDRAW;
	}
	return 0;
}

unsigned act_view(struct screen *sc, const struct input *in, int arg)
{
	(void)in;
	return screen_show(sc, (enum view_id)arg);
}

unsigned act_view_step(struct screen *sc, const struct input *in, int arg)
{
	(void)in;
	return screen_show(sc, (enum view_id)(((int)sc->view + VIEWS + arg) % VIEWS));
}

unsigned act_pause(struct screen *sc, const struct input *in, int arg)
{
	(void)in;
	(void)arg;
	sc->paused = !sc->paused;
	return REACT_REDRAW;
}

unsigned act_theme(struct screen *sc, const struct input *in, int arg)
{
	(void)in;
	(void)arg;
	sc->theme = (enum theme)((sc->theme + 1) % THEMES);
	snprintf(sc->notice, sizeof sc->notice, "theme %s", theme_name(sc->theme));
	return REACT_REPAINT;
}

unsigned act_log_level(struct screen *sc, const struct input *in, int arg)
{
	(void)in;
	(void)arg;
	sc->log = (struct log_scroll){.least = (enum log_level)((sc->log.least + 1) % (LOG_ERROR + 1))};
	return REACT_REDRAW;
}

unsigned act_repaint(struct screen *sc, const struct input *in, int arg)
{
	(void)sc;
	(void)in;
	(void)arg;
	return REACT_REPAINT;
}

unsigned act_quit(struct screen *sc, const struct input *in, int arg)
{
	(void)sc;
	(void)in;
	(void)arg;
	return REACT_QUIT;
}

unsigned act_back(struct screen *sc, const struct input *in, int arg)
{
	(void)in;
	(void)arg;
	if (sc->view == VIEW_HELP)
		return screen_show(sc, sc->previous);
	if (sc->view == VIEW_STATION)
		return screen_show(sc, VIEW_STATIONS);
	if (sc->view != VIEW_STATIONS || !sc->filter[0])
		return 0;
	sc->filter[0] = '\0';
	return REACT_RESORT;
}

unsigned act_prompt(struct screen *sc, const struct input *in, int arg)
{
	(void)in;
	sc->prompt = (enum prompt)arg;
	memcpy(sc->before, sc->filter, sizeof sc->before);
	sc->search[0] = '\0';
	sc->menu = sc->sort;
	return REACT_REDRAW;
}

unsigned act_prompt_end(struct screen *sc, const struct input *in, int arg)
{
	(void)in;
	if (sc->prompt == PROMPT_FILTER && !arg)
		memcpy(sc->filter, sc->before, sizeof sc->filter);
	sc->prompt = PROMPT_NONE;
	return REACT_RESORT;
}

static unsigned search_from(struct screen *sc, size_t from)
{
	ptrdiff_t at = sc->search[0] ? screen_find(sc, from, sc->search) : -1;
	if (at >= 0)
		sc->selected = sc->rows[at].index;
	return REACT_REDRAW;
}

unsigned act_search_next(struct screen *sc, const struct input *in, int arg)
{
	(void)in;
	(void)arg;
	return search_from(sc, screen_position(sc) + 1);
}

static char *prompt_text(struct screen *sc)
{
	return sc->prompt == PROMPT_FILTER ? sc->filter : sc->search;
}

static unsigned prompt_changed(struct screen *sc)
{
	return sc->prompt == PROMPT_FILTER ? REACT_RESORT : search_from(sc, screen_position(sc));
}

unsigned prompt_insert(struct screen *sc, int key)
{
	char bytes[5], *text = prompt_text(sc);
	size_t len = strlen(text), n = utf8_put(bytes, (uint32_t)key);
	if (len + n >= SCREEN_TEXT)
		return 0;
	memcpy(text + len, bytes, n + 1);
	return prompt_changed(sc);
}

unsigned act_prompt_back(struct screen *sc, const struct input *in, int arg)
{
	(void)in;
	(void)arg;
	char *text = prompt_text(sc);
	size_t len = strlen(text);
	text[len - utf8_last(text, len)] = '\0';
	return prompt_changed(sc);
}

unsigned act_prompt_clear(struct screen *sc, const struct input *in, int arg)
{
	(void)in;
	(void)arg;
	prompt_text(sc)[0] = '\0';
	return prompt_changed(sc);
}

unsigned act_menu_step(struct screen *sc, const struct input *in, int arg)
{
	(void)in;
	sc->menu = (sc->menu + ncolumns + (size_t)arg) % ncolumns;
	return REACT_REDRAW;
}

unsigned act_menu_choose(struct screen *sc, const struct input *in, int arg)
{
	(void)in;
	(void)arg;
	sc->prompt = PROMPT_NONE;
	return screen_sort(sc, sc->menu);
}

unsigned act_sort_step(struct screen *sc, const struct input *in, int arg)
{
	(void)in;
	return screen_sort(sc, (sc->sort + ncolumns + (size_t)arg) % ncolumns);
}

unsigned act_reverse(struct screen *sc, const struct input *in, int arg)
{
	(void)in;
	(void)arg;
	sc->descending = !sc->descending;
	return REACT_RESORT;
}

/* The next greater or smaller of the steps; beyond the ends it stays. */
static double next_step(const double *steps, size_t count, double value, int direction)
{
	double found = value;
	for (size_t i = 0; i < count; i++) {
		double at = steps[direction > 0 ? i : count - 1 - i];
		if (direction > 0 ? at > value : at < value) {
			found = at;
			break;
		}
	}
	return found;
}

static unsigned steer(const struct screen *sc)
{
	return sc->steers ? REACT_STEER | REACT_REDRAW : 0;
}

/* Round the table. */
unsigned act_sim_scenario(struct screen *sc, const struct input *in, int arg)
{
	(void)in;
	if (!sc->steers)
		return 0;
	size_t at = (size_t)(sc->wish.scenario - scenarios);
	sc->wish.scenario = &scenarios[(at + nscenarios + (size_t)arg) % nscenarios];
	return steer(sc);
}

unsigned act_sim_seed(struct screen *sc, const struct input *in, int arg)
{
	(void)in;
	sc->wish.seed += (uint64_t)arg;
	return steer(sc);
}

unsigned act_sim_rate(struct screen *sc, const struct input *in, int arg)
{
	static const double rates[] = {0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20};
	(void)in;
	sc->wish.rate = next_step(rates, sizeof rates / sizeof *rates, sc->wish.rate, arg);
	return steer(sc);
}

unsigned act_sim_speed(struct screen *sc, const struct input *in, int arg)
{
	static const double speeds[] = {1, 2, 5, 10, 20, 60, 120, 300, 600, INFINITY}; /* the last: max, which is 0 */
	(void)in;
	double speed = next_step(speeds, sizeof speeds / sizeof *speeds, sc->wish.speed > 0 ? sc->wish.speed : INFINITY, arg);
	sc->wish.speed = isinf(speed) ? 0 : speed;
	return steer(sc);
}

unsigned act_sim_pause(struct screen *sc, const struct input *in, int arg)
{
	(void)in;
	(void)arg;
	sc->wish.paused = !sc->wish.paused;
	return steer(sc);
}
