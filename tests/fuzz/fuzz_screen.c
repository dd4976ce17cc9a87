/* fuzz_screen.c: keys, clicks, sizes and news in any order before a made snapshot. An input is a byte of how things stand, and steps: a byte
 * of what, and what that needs. */
#include "fuzz_cells.h"
#include "../unit/ui_fixture.h"
#include "ui/linear.h"
#include "ui/screen.h"
#include "ui/view.h"

#define STEPS 60

static struct snapshot snap;
static struct snapshot whole;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	fixture_init(&whole);
	return 0;
}

struct bytes {
	const uint8_t *p, *end;
};

static unsigned take(struct bytes *in)
{
	return in->p < in->end ? *in->p++ : 0;
}

static int character(struct bytes *in)
{
	unsigned code = take(in) << 16 | take(in) << 8 | take(in);
	return 1 + (int)(code % 0x10ffff);
}

/* Rows are only ever added: a snapshot never has fewer stations than the one before. */
static void stand(unsigned how)
{
	struct feed_status *fd = &snap.feed[0];
	size_t stations = snap.stations.count;
	snap = whole;
	if ((how & 3) == 3 && !stations)
		snap.stations.count = snap.board.newest_ts = snap.board.watermark_ms = 0;
	snap.has_sim = how & 4;
	snap.demo = how & 8;
	snap.mode = (enum snapshot_mode)((how >> 4) % 3);
	fd->state = (enum feed_state)((how >> 3) % (FEED_STOPPED + 1));
	snap.feeds = snap.mode == MODE_LIVE;
	if (how & 16)
		fd->brokers_up = 0;
	if (how & 32)
		fd->partition[1].ledger.stored--;
	if (how & 64)
		snap.wall_ms += 86400000;
	if (how & 128)
		snprintf(fd->detail, sizeof fd->detail, "\033[31m no answer from \302\233 \346\261\237\346\210\270 since \314\201");
	snapshot_clock(&snap, "auto");
}

static void check_screen(const struct screen *sc)
{
	MUST(sc->view < VIEWS && sc->sort < ncolumns && sc->menu < ncolumns && sc->count <= snap.stations.count);
	MUST(memchr(sc->filter, '\0', SCREEN_TEXT) && memchr(sc->search, '\0', SCREEN_TEXT));
	MUST(sc->selected >= -1 && sc->selected < (int64_t)whole.stations.count);
	MUST(screen_position(sc) <= sc->count);
}

static void check_hits(const struct screen *sc, const struct canvas *cv)
{
	MUST(sc->nhits <= SCREEN_HITS);
	for (size_t i = 0; i < sc->nhits; i++) {
		struct rect area = sc->hits[i].area;
		MUST(area.x >= 0 && area.y >= 0 && area.w >= 0 && area.h >= 0);
		MUST(area.x + area.w <= cv->width && area.y + area.h <= cv->height);
		MUST(sc->hits[i].column < (int)ncolumns && sc->hits[i].station < (int64_t)snap.stations.count);
	}
}

/* A frame is a function of its snapshot and of what was chosen: drawn again, it is the same. */
static void draw(struct screen *sc, struct canvas *cv)
{
	struct canvas again;
	screen_draw(sc, &snap, cv);
	check_cells(cv);
	check_hits(sc, cv);
	canvas_init(&again, cv->width, cv->height, cv->ascii);
	screen_draw(sc, &snap, &again);
	for (int y = 0; y < cv->height; y++)
		for (int x = 0; x < cv->width; x++)
			MUST(cell_same(canvas_cell(cv, x, y), canvas_cell(&again, x, y)));
	canvas_fini(&again);
	check_printed(cv, (enum theme)(cv->height % THEMES), (enum depth)(cv->width % DEPTHS));
}

static void check_line(void)
{
	struct strbuf line = {0};
	linear_line(&snap, &line);
	for (size_t i = 0; i < line.len; i++)
		MUST(line.data[i] >= ' ' && line.data[i] <= '~');
	strbuf_fini(&line);
}

static void press(struct screen *sc, const struct input *in)
{
	if (screen_input(sc, in) & REACT_RESORT)
		screen_refresh(sc, &snap);
	check_screen(sc);
}

static void step(struct screen *sc, struct canvas *cv, struct bytes *in)
{
	int width, height;
	switch (take(in) % 8) {
	case 0:
		press(sc, &(struct input){.key = (int)take(in)});
		break;
	case 1:
		press(sc, &(struct input){.key = K_UP + (int)take(in) % (K_F(12) + 1 - K_UP)});
		break;
	case 2:
		width = (int)take(in);
		press(sc, &(struct input){.key = K_CLICK, .x = width, .y = (int)take(in)});
		break;
	case 3:
		width = (int)take(in);
		height = (int)take(in) % 70;
		canvas_resize(cv, 1 + width, 1 + height);
		break;
	case 4:
		stand(take(in));
		screen_refresh(sc, &snap);
		check_line();
		break;
	case 5:
		cv->ascii = !cv->ascii;
		break;
	case 6:
		press(sc, &(struct input){.key = character(in)});
		break;
	default:
		draw(sc, cv);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = {data, data + size};
	struct screen sc;
	struct canvas cv;
	snap.stations.count = 0;
	stand(take(&in));
	MUST(!screen_init(&sc, NULL, NULL, NULL, NULL));
	screen_refresh(&sc, &snap);
	canvas_init(&cv, 80, 24, false);
	for (int steps = 0; in.p < in.end && steps < STEPS; steps++)
		step(&sc, &cv, &in);
	canvas_clear(&cv);
	draw(&sc, &cv);
	canvas_fini(&cv);
	screen_fini(&sc);
	return 0;
}
