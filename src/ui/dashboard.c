#include "ui/dashboard.h"

#include "base/clock.h"
#include "base/signals.h"
#include "ui/screen.h"
#include "ui/terminal.h"

#include <poll.h>
#include <unistd.h>

struct dashboard {
	const struct dashboard_host *host;
	struct screen screen;
	struct snapshot snap;
	struct canvas canvas;
	int64_t frame_ms;   /* least time between two frames that news asks for */
	int64_t drawn_ms;   /* when the last frame was drawn, monotonic */
	bool news;          /* the snapshot is old */
	int64_t inspected;  /* station asked for */
	unsigned react;     /* what must happen before the next wait */
};

static int64_t mono_ms(void)
{
	return clock_mono_us() / 1000;
}

static void take_snapshot(struct dashboard *dash)
{
	dash->host->snapshot(dash->host->arg, &dash->snap);
	screen_refresh(&dash->screen, &dash->snap);
	dash->news = false;
}

static void draw(struct dashboard *dash)
{
	int width, height;
	terminal_size(&width, &height);
	if (width != dash->canvas.width || height != dash->canvas.height)
		canvas_resize(&dash->canvas, width, height);
	screen_draw(&dash->screen, &dash->snap, &dash->canvas);
	if (dash->react & REACT_REPAINT)
		terminal_dress(dash->screen.theme);
	terminal_show(&dash->canvas, dash->react & REACT_REPAINT);
	dash->drawn_ms = mono_ms();
	dash->react = 0;
}

static void inspect(struct dashboard *dash)
{
	int64_t station = dash->screen.view == VIEW_STATION ? screen_station(&dash->screen) : -1;
	if (station != dash->inspected)
		dash->host->inspect(dash->host->arg, station);
	dash->inspected = station;
}

/* Keys are answered at once; news waits for its turn. */
static void react(struct dashboard *dash)
{
	bool due = dash->news && !dash->screen.paused && mono_ms() - dash->drawn_ms >= dash->frame_ms;
	if (due)
		take_snapshot(dash);
	else if (dash->react & REACT_RESORT)
		screen_refresh(&dash->screen, &dash->snap);
	if (due || dash->react) {
		inspect(dash);
		draw(dash);
	}
}

/* How long nothing can happen by itself: until the clock's next second, or until a frame that waits for its turn is due. */
static int idle_ms(const struct dashboard *dash)
{
	if (dash->screen.paused)
		return -1;
	int64_t left = dash->news ? dash->frame_ms - (mono_ms() - dash->drawn_ms) : 1000 - clock_wall_ms() % 1000;
	return left > 0 ? (int)left : 0;
}

static void read_keys(struct dashboard *dash)
{
	struct input in;
	bool gone = false;
	while (!(dash->react & REACT_QUIT) && terminal_key(&in, &gone))
		dash->react |= screen_input(&dash->screen, &in);
	if (dash->react & REACT_STEER) {
		dash->host->steer(dash->host->arg, &dash->screen.wish);
		dash->react &= ~(unsigned)REACT_STEER;
		dash->news = true;
	}
	if (gone)
		dash->react |= REACT_QUIT;
}

static void stop_and_continue(struct dashboard *dash)
{
	terminal_suspend();
	signals_suspend();
	terminal_resume();
	dash->react |= REACT_REPAINT;
}

static void on_signals(struct dashboard *dash, unsigned signals)
{
	if (signals & SIGNALS_STOP)
		dash->react |= REACT_QUIT;
	if (signals & SIGNALS_RESIZE)
		dash->react |= REACT_REDRAW;
	if (signals & SIGNALS_SUSPEND)
		stop_and_continue(dash);
	else if (signals & SIGNALS_CONTINUE)
		dash->react |= REACT_REPAINT;
}

static void run(struct dashboard *dash)
{
	int64_t second = clock_wall_ms() / 1000;
	while (!(dash->react & REACT_QUIT)) {
		react(dash);
		int news = dash->news ? -1 : dash->host->news->fd; /* once known, more of it must not wake us */
		struct pollfd fds[] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = news, .events = POLLIN}};
		on_signals(dash, signals_wait(fds, 2, idle_ms(dash)));
		if (fds[0].revents)
			read_keys(dash);
		if (fds[1].revents) {
			wake_clear(dash->host->news);
			dash->news = true;
		}
		if (clock_wall_ms() / 1000 != second) { /* the clock and what counts from it */
			second = clock_wall_ms() / 1000;
			dash->news = true;
		}
	}
}

int dashboard_run(const struct dashboard_host *host, struct error *err)
{
	struct dashboard dash = {.host = host, .news = true, .inspected = -1, .react = REACT_REDRAW};
	const struct config *cfg = host->cfg;
	uint64_t fps = config_count(cfg, "ui.fps");
	struct terminal_wish wish = {.ascii = config_bool(cfg, "ui.ascii"), .mouse = config_bool(cfg, "ui.mouse")};
	if (screen_init(&dash.screen, config_text(cfg, "ui.view"), config_text(cfg, "ui.sort"), config_text(cfg, "ui.columns"), err) ||
	    theme_find(config_text(cfg, "ui.theme"), &wish.theme, err))
		return -1;
	dash.screen.theme = wish.theme;
	if (terminal_open(&wish, err)) {
		screen_fini(&dash.screen);
		return -1;
	}
	dash.frame_ms = fps ? 1000 / (int64_t)(fps < 60 ? fps : 60) : 1000;
	dash.drawn_ms = mono_ms() - dash.frame_ms;
	canvas_init(&dash.canvas, 0, 0, terminal_ascii());
	snapshot_init(&dash.snap);
	run(&dash);
	terminal_close();
	snapshot_fini(&dash.snap);
	canvas_fini(&dash.canvas);
	screen_fini(&dash.screen);
	return 0;
}
