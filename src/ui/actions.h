/* actions.h: what the keys of the keymap do. Each returns reactions: what must happen now. */
#ifndef TFLTOP_UI_ACTIONS_H
#define TFLTOP_UI_ACTIONS_H

#include "ui/screen.h"

typedef unsigned action_fn(struct screen *sc, const struct input *in);

action_fn act_help, act_search, act_search_next, act_filter, act_sort_menu, act_sort_left, act_sort_right, act_reverse;
action_fn act_up, act_down, act_page_up, act_page_down, act_home, act_end, act_wheel_up, act_wheel_down, act_click;
action_fn act_next_view, act_previous_view, act_pause, act_repaint, act_back, act_quit;
action_fn act_prompt_done, act_prompt_cancel, act_prompt_back, act_prompt_clear;
action_fn act_menu_choose, act_menu_close, act_menu_up, act_menu_down;

/* A printable character typed at a prompt. */
unsigned prompt_insert(struct screen *sc, int key);

#endif
