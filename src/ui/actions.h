/* actions.h: what the keys of the keymap do. Each returns reactions: what must happen now. */
#ifndef TFLTOP_UI_ACTIONS_H
#define TFLTOP_UI_ACTIONS_H

#include "ui/screen.h"

typedef unsigned action_fn(struct screen *sc, const struct input *in, int arg); /* arg: of the binding's row */

action_fn act_move, act_wheel;              /* enum move */
action_fn act_view, act_view_step;          /* enum view_id; +1 or -1 */
action_fn act_sort_step, act_menu_step;     /* +1 or -1 */
action_fn act_prompt, act_prompt_end;       /* enum prompt to open; 1 keeps what was typed */
action_fn act_prompt_back, act_prompt_clear, act_search_next, act_menu_choose;
action_fn act_sim_rate, act_sim_speed;      /* +1 or -1 */
action_fn act_sim_pause;
action_fn act_sim_scenario, act_sim_seed; /* +1 or -1 */
action_fn act_reverse, act_pause, act_theme, act_log_level, act_repaint, act_back, act_quit, act_click;

/* A printable character typed at a prompt. */
unsigned prompt_insert(struct screen *sc, int key);

#endif
