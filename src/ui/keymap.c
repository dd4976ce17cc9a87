#include "ui/keymap.h"

#include "ui/actions.h"
#include "ui/text.h"

#include <stdio.h>
#include <string.h>

const struct binding bindings[] = {
	{IN_VIEWS, {K_F(1), 'h'}, "help", "keys, columns and words explained", "Help", act_view, VIEW_HELP},
	{IN_STATIONS, {K_ENTER, K_RETURN, K_NEWLINE}, "look", "the selected station's day and the stations next to it", NULL, act_view,
	 VIEW_STATION},
	{IN_STATIONS, {K_F(3)}, "search", "go to the next station whose name holds what you type", "Search", act_prompt, PROMPT_SEARCH},
	{IN_STATIONS, {K_F(4), '/'}, "filter", "show only stations whose name or line holds what you type", "Filter", act_prompt,
	 PROMPT_FILTER},
	{IN_STATIONS, {K_F(6)}, "sort", "choose the column to sort by", "Sort", act_prompt, PROMPT_SORT},
	{IN_STATIONS, {'<', ',', K_LEFT}, "sort-left", "sort by the column to the left", NULL, act_sort_step, -1},
	{IN_STATIONS, {'>', '.', K_RIGHT}, "sort-right", "sort by the column to the right", NULL, act_sort_step, +1},
	{IN_STATIONS, {'I', 'r'}, "reverse", "turn the order round", NULL, act_reverse, 0},
	{IN_SIMULATOR, {'s'}, "scenario", "the next scenario; whoever is inside finishes", "Scenario", act_sim_scenario, +1},
	{IN_SIMULATOR, {'S'}, "scenario-back", "the scenario before", NULL, act_sim_scenario, -1},
	{IN_SIMULATOR, {'n'}, "seed-up", "the next seed: other passengers", "Seed", act_sim_seed, +1},
	{IN_SIMULATOR, {'N'}, "seed-down", "the seed before", NULL, act_sim_seed, -1},
	{IN_SIMULATOR, {'+', '='}, "rate-up", "more passengers", "Rate up", act_sim_rate, +1},
	{IN_SIMULATOR, {'-', '_'}, "rate-down", "fewer passengers", "Rate down", act_sim_rate, -1},
	{IN_SIMULATOR, {'.', '>'}, "speed-up", "the virtual clock runs faster", "Faster", act_sim_speed, +1},
	{IN_SIMULATOR, {',', '<'}, "speed-down", "the virtual clock runs slower", "Slower", act_sim_speed, -1},
	{IN_SIMULATOR, {' '}, "halt", "halt the virtual clock, or let it go on", "Halt", act_sim_pause, 0},
	{IN_LOG, {'l'}, "level", "show only lines of a higher level, or all of them again", "Level", act_log_level, 0},
	{IN_VIEWS, {K_UP, 'k', K_CTRL_P}, "up", "one row up", NULL, act_move, MOVE_UP},
	{IN_VIEWS, {K_DOWN, 'j', K_CTRL_N}, "down", "one row down", NULL, act_move, MOVE_DOWN},
	{IN_VIEWS, {K_PAGE_UP}, "page-up", "one page up", NULL, act_move, MOVE_PAGE_UP},
	{IN_VIEWS, {K_PAGE_DOWN}, "page-down", "one page down", NULL, act_move, MOVE_PAGE_DOWN},
	{IN_VIEWS & ~IN_SIMULATOR, {' '}, "space", "one page down, but in Simulator", NULL, act_move, MOVE_PAGE_DOWN},
	{IN_VIEWS, {K_HOME, 'g'}, "top", "to the first row; there the selection stays on top as the order changes", NULL, act_move,
	 MOVE_HOME},
	{IN_VIEWS, {K_END, 'G'}, "end", "to the last row", NULL, act_move, MOVE_END},
	{IN_VIEWS, {K_TAB}, "next-view", "next view", NULL, act_view_step, +1},
	{IN_VIEWS, {K_BACK_TAB}, "previous-view", "previous view", NULL, act_view_step, -1},
	{IN_VIEWS, {'p'}, "pause", "hold the picture still, or let it go on; counting never stops", "Pause", act_pause, 0},
	{IN_VIEWS, {'T'}, "theme", "the next theme", NULL, act_theme, 0},
	{IN_VIEWS, {K_CTRL_L}, "repaint", "paint every cell again", NULL, act_repaint, 0},
	{IN_VIEWS, {K_ESCAPE}, "back", "drop the filter; from Help back to where you were, from Station to all of them", NULL, act_back, 0},
	{IN_VIEWS, {K_F(10), 'q', 'Q'}, "quit", "leave; nothing is lost", "Quit", act_quit, 0},
	{IN_VIEWS | IN_PROMPT | IN_MENU, {K_WHEEL_UP}, "wheel-up", "three rows up", NULL, act_wheel, MOVE_UP},
	{IN_VIEWS | IN_PROMPT | IN_MENU, {K_WHEEL_DOWN}, "wheel-down", "three rows down", NULL, act_wheel, MOVE_DOWN},
	{IN_VIEWS | IN_PROMPT | IN_MENU, {K_CLICK}, "click", "a tab, a column's header, a row, a key of the bottom line", NULL,
	 act_click, 0},
	{IN_PROMPT, {K_ENTER, K_RETURN, K_NEWLINE}, "keep", "keep what was typed", "Done", act_prompt_end, 1},
	{IN_PROMPT, {K_ESCAPE, K_F(10)}, "cancel", "leave things as they were", "Cancel", act_prompt_end, 0},
	{IN_PROMPT, {K_BACKSPACE, K_CTRL_H, K_DELETE_CHAR}, "rub-out", "take the last character away", NULL, act_prompt_back, 0},
	{IN_PROMPT, {K_CTRL_U}, "clear", "take everything typed away", NULL, act_prompt_clear, 0},
	{IN_SEARCH, {K_F(3), K_CTRL_N}, "next", "search: the next station that matches", "Next", act_search_next, 0},
	{IN_PROMPT, {K_UP}, "prompt-up", "one row up", NULL, act_move, MOVE_UP},
	{IN_PROMPT, {K_DOWN}, "prompt-down", "one row down", NULL, act_move, MOVE_DOWN},
	{IN_MENU, {K_ENTER, K_RETURN, K_NEWLINE}, "choose", "sort by this column; once more turns the order round", "Sort",
	 act_menu_choose, 0},
	{IN_MENU, {K_ESCAPE, K_F(10), K_F(6), 'q'}, "close", "leave the order as it is", "Cancel", act_prompt_end, 0},
	{IN_MENU, {K_UP, 'k', K_CTRL_P}, "menu-up", "one column up", NULL, act_menu_step, -1},
	{IN_MENU, {K_DOWN, 'j', K_CTRL_N}, "menu-down", "one column down", NULL, act_menu_step, +1},
};
const size_t nbindings = sizeof bindings / sizeof *bindings;

const struct binding *binding_find(unsigned context, int key)
{
	for (size_t i = 0; i < nbindings; i++)
		for (int k = 0; k < BINDING_KEYS && bindings[i].keys[k]; k++)
			if ((bindings[i].contexts & context) && bindings[i].keys[k] == key)
				return &bindings[i];
	return NULL;
}

struct key_label key_label(int key)
{
	static const struct {
		int key;
		const char *name;
	} names[] = {
		{K_TAB, "Tab"}, {K_NEWLINE, "^J"}, {K_RETURN, "Return"}, {K_ESCAPE, "Esc"}, {K_DELETE_CHAR, "^?"}, {' ', "Space"},
		{K_UP, "↑"}, {K_DOWN, "↓"}, {K_LEFT, "←"}, {K_RIGHT, "→"}, {K_PAGE_UP, "PgUp"}, {K_PAGE_DOWN, "PgDn"}, {K_HOME, "Home"},
		{K_END, "End"}, {K_ENTER, "Enter"}, {K_BACKSPACE, "Backspace"}, {K_BACK_TAB, "Shift-Tab"}, {K_WHEEL_UP, "wheel ↑"},
		{K_WHEEL_DOWN, "wheel ↓"}, {K_CLICK, "click"},
	};
	struct key_label out = {""};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (names[i].key == key) {
			snprintf(out.s, sizeof out.s, "%s", names[i].name);
			return out;
		}
	if (key > K_F0)
		snprintf(out.s, sizeof out.s, "F%d", (key - K_F0) % 100);
	else if (key < ' ')
		snprintf(out.s, sizeof out.s, "^%c", key + '@');
	else
		utf8_put(out.s, (uint32_t)key);
	return out;
}

struct key_labels binding_keys(const struct binding *bind)
{
	struct key_labels out = {""};
	for (int k = 0; k < BINDING_KEYS && bind->keys[k]; k++)
		snprintf(out.s + strlen(out.s), sizeof out.s - strlen(out.s), "%s%s", k ? " " : "", key_label(bind->keys[k]).s);
	return out;
}
