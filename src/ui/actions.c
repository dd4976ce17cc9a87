#include "ui/actions.h"

#include "ui/text.h"
#include "ui/view.h"

#include <string.h>

#define WHEEL_ROWS 3

static unsigned move(struct screen *sc, enum move how)
{
	return views[sc->view].move(sc, how);
}

unsigned act_up(struct screen *sc, const struct input *in)
{
	(void)in;
	return move(sc, MOVE_UP);
}

unsigned act_down(struct screen *sc, const struct input *in)
{
	(void)in;
	return move(sc, MOVE_DOWN);
}

unsigned act_page_up(struct screen *sc, const struct input *in)
{
	(void)in;
	return move(sc, MOVE_PAGE_UP);
}

unsigned act_page_down(struct screen *sc, const struct input *in)
{
	(void)in;
	return move(sc, MOVE_PAGE_DOWN);
}

unsigned act_home(struct screen *sc, const struct input *in)
{
	(void)in;
	return move(sc, MOVE_HOME);
}

unsigned act_end(struct screen *sc, const struct input *in)
{
	(void)in;
	return move(sc, MOVE_END);
}

static unsigned wheel(struct screen *sc, enum move how)
{
	unsigned react = 0;
	for (int i = 0; i < WHEEL_ROWS; i++)
		react |= move(sc, how);
	return react;
}

unsigned act_wheel_up(struct screen *sc, const struct input *in)
{
	(void)in;
	return wheel(sc, MOVE_UP);
}

unsigned act_wheel_down(struct screen *sc, const struct input *in)
{
	(void)in;
	return wheel(sc, MOVE_DOWN);
}

/* What was drawn last lies on top. */
unsigned act_click(struct screen *sc, const struct input *in)
{
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

unsigned act_help(struct screen *sc, const struct input *in)
{
	(void)in;
	return screen_show(sc, VIEW_HELP);
}

unsigned act_next_view(struct screen *sc, const struct input *in)
{
	(void)in;
	return screen_show(sc, (sc->view + 1) % VIEWS);
}

unsigned act_previous_view(struct screen *sc, const struct input *in)
{
	(void)in;
	return screen_show(sc, (sc->view + VIEWS - 1) % VIEWS);
}

unsigned act_pause(struct screen *sc, const struct input *in)
{
	(void)in;
	sc->paused = !sc->paused;
	return REACT_REDRAW;
}

unsigned act_repaint(struct screen *sc, const struct input *in)
{
	(void)sc;
	(void)in;
	return REACT_REPAINT;
}

unsigned act_quit(struct screen *sc, const struct input *in)
{
	(void)sc;
	(void)in;
	return REACT_QUIT;
}

unsigned act_back(struct screen *sc, const struct input *in)
{
	(void)in;
	if (sc->view == VIEW_HELP)
		return screen_show(sc, sc->previous);
	if (sc->view != VIEW_STATIONS || !sc->filter[0])
		return 0;
	sc->filter[0] = '\0';
	return REACT_RESORT;
}

unsigned act_filter(struct screen *sc, const struct input *in)
{
	(void)in;
	sc->prompt = PROMPT_FILTER;
	memcpy(sc->before, sc->filter, sizeof sc->before);
	return REACT_REDRAW;
}

unsigned act_search(struct screen *sc, const struct input *in)
{
	(void)in;
	sc->prompt = PROMPT_SEARCH;
	sc->search[0] = '\0';
	return REACT_REDRAW;
}

static unsigned search_from(struct screen *sc, size_t from)
{
	ptrdiff_t at = sc->search[0] ? screen_find(sc, from, sc->search) : -1;
	if (at >= 0)
		sc->selected = sc->rows[at].index;
	return REACT_REDRAW;
}

unsigned act_search_next(struct screen *sc, const struct input *in)
{
	(void)in;
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

unsigned act_prompt_back(struct screen *sc, const struct input *in)
{
	(void)in;
	char *text = prompt_text(sc);
	size_t len = strlen(text);
	text[len - utf8_last(text, len)] = '\0';
	return prompt_changed(sc);
}

unsigned act_prompt_clear(struct screen *sc, const struct input *in)
{
	(void)in;
	prompt_text(sc)[0] = '\0';
	return prompt_changed(sc);
}

unsigned act_prompt_done(struct screen *sc, const struct input *in)
{
	(void)in;
	sc->prompt = PROMPT_NONE;
	return REACT_REDRAW;
}

unsigned act_prompt_cancel(struct screen *sc, const struct input *in)
{
	(void)in;
	if (sc->prompt == PROMPT_FILTER)
		memcpy(sc->filter, sc->before, sizeof sc->filter);
	sc->prompt = PROMPT_NONE;
	return REACT_RESORT;
}

unsigned act_sort_menu(struct screen *sc, const struct input *in)
{
	(void)in;
	sc->prompt = PROMPT_SORT;
	sc->menu = sc->sort;
	return REACT_REDRAW;
}

unsigned act_menu_close(struct screen *sc, const struct input *in)
{
	(void)in;
	sc->prompt = PROMPT_NONE;
	return REACT_REDRAW;
}

unsigned act_menu_choose(struct screen *sc, const struct input *in)
{
	(void)in;
	sc->prompt = PROMPT_NONE;
	return screen_sort(sc, sc->menu);
}

unsigned act_menu_up(struct screen *sc, const struct input *in)
{
	(void)in;
	sc->menu = (sc->menu + ncolumns - 1) % ncolumns;
	return REACT_REDRAW;
}

unsigned act_menu_down(struct screen *sc, const struct input *in)
{
	(void)in;
	sc->menu = (sc->menu + 1) % ncolumns;
	return REACT_REDRAW;
}

unsigned act_sort_left(struct screen *sc, const struct input *in)
{
	(void)in;
	return screen_sort(sc, (sc->sort + ncolumns - 1) % ncolumns);
}

unsigned act_sort_right(struct screen *sc, const struct input *in)
{
	(void)in;
	return screen_sort(sc, (sc->sort + 1) % ncolumns);
}

unsigned act_reverse(struct screen *sc, const struct input *in)
{
	(void)in;
	sc->descending = !sc->descending;
	return REACT_RESORT;
}
