#include "command/completion.h"

#include "command/command.h"
#include "sim/scenario.h"
#include "ui/theme.h"
#include "ui/view.h"

#include <string.h>

/* The walk through a command line; the functions it calls are made from the tables. bash cuts words at = and :, so --format=csv comes as
 * three words, and what follows -X is key, = and value. */
static const char walk[] =
	"_tfl_top() {\n"
	"	local IFS=$' \\t\\n' command=top cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} word files\n"
	"	COMPREPLY=()\n"
	"	[[ $COMP_CWORD -gt 1 && ${COMP_WORDS[1]} != -* ]] && command=${COMP_WORDS[1]}\n"
	"	[[ $cur == = ]] && cur=\n"
	"	[[ $prev == = ]] && prev=${COMP_WORDS[COMP_CWORD-2]}\n"
	"	word=$(_tfl_top_value \"$command\" \"$prev\")\n"
	"	case $word in\n"
	"	@file) COMPREPLY=($(compgen -f -- \"$cur\")); compopt -o filenames 2>/dev/null; return ;;\n"
	"	@any) return ;;\n"
	"	@key) compopt -o nospace 2>/dev/null ;;\n"
	"	esac\n"
	"	if [[ $word == @key ]]; then word=$(_tfl_top_keys)\n"
	"	elif [[ $word ]]; then :\n"
	"	elif [[ $cur == -* ]]; then word=$(_tfl_top_options \"$command\")\n"
	"	elif [[ $COMP_CWORD = 1 ]]; then word=$(_tfl_top_commands)\n"
	"	else word=$(_tfl_top_words \"$command\")\n"
	"	fi\n"
	"	COMPREPLY=($(compgen -W \"$word\" -- \"$cur\"))\n"
	"}\n"
	"complete -F _tfl_top tfl-top\n";

/* ---- names that an option's value may have, beside those of a choice ---- */

static void put_scenarios(struct strbuf *out)
{
	for (size_t i = 0; i < nscenarios; i++)
		strbuf_printf(out, " %s", scenarios[i].name);
}

static void put_views(struct strbuf *out)
{
	for (size_t i = 0; i < VIEWS; i++)
		strbuf_printf(out, " %s", views[i].name);
}

static void put_themes(struct strbuf *out)
{
	for (size_t i = 0; i < THEMES; i++)
		strbuf_printf(out, " %s", theme_name((enum theme)i));
}

static const struct {
	const char *key;
	void (*put)(struct strbuf *out);
} named[] = {
	{"with", feed_words}, {"ui.feeds", feed_words}, {"sim.scenario", put_scenarios}, {"ui.view", put_views}, {"ui.theme", put_themes},
};

static void put_choices(const char *choices, struct strbuf *out)
{
	strbuf_addc(out, ' ');
	for (; *choices; choices++)
		strbuf_addc(out, *choices == '|' ? ' ' : *choices);
}

/* What may follow the option; @file, @key or @any where it is not one of a few words. */
static void put_values(const struct option *row, struct strbuf *out)
{
	for (size_t i = 0; i < sizeof named / sizeof *named; i++)
		if (!strcmp(named[i].key, row->key)) {
			named[i].put(out);
			return;
		}
	if (row->choices)
		put_choices(row->choices, out);
	else
		strbuf_puts(out, row->type == OPT_PATH ? "@file" : !strcmp(row->key, "set") ? "@key" : "@any");
}

/* ---- the functions ---- */

/* "-b --brokers", or behind a command's name: "'top -b'|'top --brokers". */
static void put_flags(const struct option *row, const char *between, const char *command, struct strbuf *out)
{
	for (const char *flag = row->flag; *flag;) {
		size_t len = strcspn(flag, ",");
		strbuf_puts(out, flag == row->flag ? "" : between);
		if (command)
			strbuf_printf(out, "'%s ", command);
		strbuf_add(out, flag, len);
		flag += len + (flag[len] == ',');
	}
}

static void put_options_of(const struct command *cmd, struct strbuf *out)
{
	strbuf_printf(out, "	%s) echo \"", cmd->name);
	for (size_t i = 0; i < noptions; i++)
		if (options[i].flag && (options[i].commands & cmd->bit)) {
			strbuf_addc(out, ' ');
			put_flags(&options[i], " ", NULL, out);
		}
	strbuf_puts(out, "\" ;;\n");
}

/* Cases 'COMMAND OPTION'. */
static void put_values_of(const struct command *cmd, struct strbuf *out)
{
	for (size_t i = 0; i < noptions; i++) {
		const struct option *row = &options[i];
		if (!row->flag || !(row->commands & cmd->bit) || row->type == OPT_FLAG || row->type == OPT_BOOL)
			continue;
		strbuf_addc(out, '\t');
		put_flags(row, "'|", cmd->name, out);
		strbuf_puts(out, "') echo \"");
		put_values(row, out);
		strbuf_puts(out, "\" ;;\n");
	}
}

static void put_words_of(const struct command *cmd, struct strbuf *out)
{
	if (!cmd->put_words)
		return;
	strbuf_printf(out, "	%s) echo \"", cmd->name);
	cmd->put_words(out);
	strbuf_puts(out, "\" ;;\n");
}

static void put_function(const char *name, const char *subject, void (*put_case)(const struct command *cmd, struct strbuf *out), struct strbuf *out)
{
	strbuf_printf(out, "%s() {\n	case %s in\n", name, subject);
	for (size_t i = 0; i < ncommands; i++)
		put_case(&commands[i], out);
	strbuf_puts(out, "	esac\n}\n");
}

void completion_bash(struct strbuf *out)
{
	strbuf_puts(out, "# tfl-top for bash. Sourced.\n_tfl_top_commands() { echo \"");
	help_words(out);
	strbuf_puts(out, "\"; }\n_tfl_top_keys() { echo \"");
	for (size_t i = 0; i < noptions; i++)
		if (!options[i].pure_flag)
			strbuf_printf(out, " %s=", options[i].key);
	strbuf_puts(out, "\"; }\n");
	put_function("_tfl_top_options", "$1", put_options_of, out);
	put_function("_tfl_top_value", "\"$1 $2\"", put_values_of, out);
	put_function("_tfl_top_words", "$1", put_words_of, out);
	strbuf_puts(out, walk);
}
