#include "sim/scenario.h"
#include "ui/format.h"
#include "ui/marks.h"
#include "ui/page.h"
#include "ui/theme.h"
#include "ui/view.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define STAGE_WIDTH 14 /* columns of a stage's name; its number and the bar follow */
#define NUMBER_WIDTH 13
#define ROOMY 110       /* columns from which explanations do not cost a line */

static bool in_force(const struct sim_status *sim, const struct scenario *sc)
{
	return sim->scenario && !strcmp(sim->scenario, sc->name);
}

/* What is wished for and not yet so has an arrow before it. */
static void draw_passengers(struct page *pg, const struct sim_status *sim)
{
	const struct sim_desired *wish = &sim->desired;
	const struct scenario *now = wish->scenario;
	for (size_t i = 0; i < nscenarios; i++)
		if (in_force(sim, &scenarios[i]))
			now = &scenarios[i];
	if (now != wish->scenario)
		page_line(pg, ROLE_WARN, "scenario", "%s → %s", now->name, wish->scenario->name);
	else
		page_line(pg, ROLE_STRONG, "scenario", "%s: %s", now->name, now->help);
	page_line(pg, ROLE_STRONG, "rate", "× %g", wish->rate);
	if (sim->seed != wish->seed)
		page_line(pg, ROLE_WARN, "seed", "%" PRIu64 " → %" PRIu64, sim->seed, wish->seed);
	else
		page_line(pg, ROLE_STRONG, "seed", "%" PRIu64, sim->seed);
}

static void draw_desk(struct page *pg, const struct sim_status *sim)
{
	const struct words clock = format_when(sim->virtual_ms);
	char speed[24];
	if (sim->desired.speed > 0)
		snprintf(speed, sizeof speed, "× %g", sim->desired.speed);
	else
		snprintf(speed, sizeof speed, "max");
	page_title(pg, "Simulator", sim->state == SIM_FAILED ? ROLE_ALERT : sim->state == SIM_PAUSED ? ROLE_WARN : ROLE_OK,
		   sim_state_name(sim->state));
	if (sim->detail[0])
		page_line(pg, ROLE_TEXT, "state", "%s", sim->detail);
	page_line(pg, ROLE_STRONG, "clock", "%s", clock.s);
	draw_passengers(pg, sim);
	if (sim->desired.speed > 0 && sim->speed_now > 0 && (sim->speed_now < sim->desired.speed || sim->speed_now > sim->desired.speed))
		page_line(pg, ROLE_STRONG, "speed", "%s (now × %g)", speed, sim->speed_now);
	else
		page_line(pg, ROLE_STRONG, "speed", "%s%s", speed, sim->desired.paused ? ", paused" : "");
	page_gap(pg);
}

struct stage {
	const char *name;
	bool known;
	uint64_t events;
	const char *note;
};

/* One line each, with how many of the stage before are still on their way. */
static void draw_stages(struct page *pg, const struct stage *stages, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct stage *stage = &stages[i];
		int y = pg->y++, x = 2 + STAGE_WIDTH + NUMBER_WIDTH;
		canvas_text(&pg->cv, 2, y, STAGE_WIDTH - 1, ROLE_DIM, stage->name);
		canvas_text_right(&pg->cv, 2 + STAGE_WIDTH, y, NUMBER_WIDTH, stage->known ? ROLE_STRONG : ROLE_DIM,
				  stage->known ? format_count(stage->events).s : UNKNOWN);
		if (i && stage->known && stages[i - 1].known && stages[i - 1].events > stage->events)
			canvas_printf(&pg->cv, x + 2, y, pg->cv.width - x - 3, ROLE_TEXT, "%s on their way",
				      format_count(stages[i - 1].events - stage->events).s);
		else
			canvas_text(&pg->cv, x + 2, y, pg->cv.width - x - 3, ROLE_DIM, stage->note);
	}
}

/* Snapshots of the far end are older than those of the near one, so these hold at every moment. */
static void draw_balance(struct page *pg, const struct snapshot *snap, bool counts)
{
	const struct sim_status *sim = &snap->sim;
	if (sim->entries != sim->exits + sim->inside)
		page_line(pg, ROLE_ALERT, "balance", "BROKEN: %s entries, %s exits, but %s inside", format_count(sim->entries).s,
			  format_count(sim->exits).s, format_count(sim->inside).s);
	else if (sim->acknowledged + sim->failed > sim->produced)
		page_line(pg, ROLE_ALERT, "balance", "BROKEN: %s produced, but %s acknowledged and %s failed", format_count(sim->produced).s,
			  format_count(sim->acknowledged).s, format_count(sim->failed).s);
	else if (snap->has_enrich && snap->enrich.joined > sim->offered)
		page_line(pg, ROLE_ALERT, "balance", "BROKEN: %s enriched, but only %s produced", format_count(snap->enrich.joined).s,
			  format_count(sim->offered).s);
	else if (counts && snap->board.applied > sim->offered)
		page_line(pg, ROLE_ALERT, "balance", "BROKEN: %s counted, but only %s produced", format_count(snap->board.applied).s,
			  format_count(sim->offered).s);
	else
		page_line(pg, ROLE_OK, "balance", "holds: entries − exits = inside, nothing came twice");
}

static void draw_events(struct page *pg, const struct snapshot *snap)
{
	const struct sim_status *sim = &snap->sim;
	bool counts = snapshot_history(snap) != NULL;
	const struct stage stages[] = {
		{"produced", true, sim->produced, "handed to Kafka's client: entries and exits"},
		{"acknowledged", true, sim->acknowledged, "the broker has them all"},
		{"enriched", snap->has_enrich, snap->enrich.joined, snap->has_enrich ? "all of them joined with their station" : "not joined here"},
		{"counted", counts, snap->board.applied, counts ? "all of them in the history" : "not counted here"},
	};
	page_title(pg, "Events", ROLE_DIM, "since it began");
	draw_stages(pg, stages, sizeof stages / sizeof *stages);
	page_gap(pg);
	draw_balance(pg, snap, counts);
	page_line(pg, ROLE_TEXT, "journeys", "%s begun · %s inside now", format_count(sim->journeys).s, format_count(sim->inside).s);
	page_line(pg, ROLE_TEXT, "flow", "%s events/s acknowledged", format_rate(sim->rate).s);
	page_line(pg, ROLE_TEXT, "latency", "median %s · 99 of 100 within %s · until counted%s", format_took(sim->latency_ms[0]).s,
		  format_took(sim->latency_ms[1]).s, pg->cv.width < ROOMY ? "" : ", from hand-over; of the last minute or two");
	page_line(pg, sim->failed ? ROLE_ALERT : ROLE_TEXT, "errors", "%s events not acknowledged%s%s", format_count(sim->failed).s,
		  sim->last_error[0] ? " · " : "", sim->last_error);
	page_gap(pg);
}

static void draw_scenarios(struct page *pg, const struct sim_status *sim)
{
	page_title(pg, "Scenarios", ROLE_DIM, "s: the next one");
	for (size_t i = 0; i < nscenarios; i++)
		page_line(pg, in_force(sim, &scenarios[i]) ? ROLE_STRONG : ROLE_DIM, scenarios[i].name, "%s", scenarios[i].help);
	page_gap(pg);
}

static void draw_changes(struct page *pg, const struct store_status *ss)
{
	page_title(pg, "Changes", ROLE_DIM, ss->notes_shown ? "newest first; ◆ on the charts of Network and Station" : "none yet");
	for (size_t i = 0; i < ss->notes_shown; i++) {
		const struct scenario_note *note = &ss->note[i];
		char words[MARK_WORDS];
		mark_words(note, words);
		if (note->until_ts)
			page_line(pg, ROLE_TEXT, format_clock(note->ts * 1000).s, "%s, until %s", words, format_clock(note->until_ts * 1000).s);
		else
			page_line(pg, ROLE_TEXT, format_clock(note->ts * 1000).s, "%s", words);
	}
	page_gap(pg);
}

void simulator_draw(struct screen *sc, const struct snapshot *snap, struct canvas *cv, struct rect area)
{
	struct page pg;
	page_init(&pg, area.w, 40 + PAGE_WRAP * (STORE_NOTES_SHOWN + 24), cv->ascii);
	if (snap->has_sim) {
		draw_desk(&pg, &snap->sim);
		draw_events(&pg, snap);
	} else {
		page_title(&pg, "Simulator", ROLE_DIM, "not here");
		page_line(&pg, ROLE_TEXT, "", "No simulator runs in this process. `tfl-top --demo` has one of its own, to be steered from here; `tfl-top "
			  "simulate` sends passengers to a real broker.");
		page_gap(&pg);
	}
	draw_changes(&pg, &snap->store);
	if (snap->has_sim)
		draw_scenarios(&pg, &snap->sim);
	page_show(&pg, sc, cv, area);
}
