#include "base/config.h"

#include <string.h>

#define HELP_COLUMN 34

static void put_flags(const struct option *row, struct strbuf *out)
{
	for (const char *flag = row->flag; *flag;) {
		size_t len = strcspn(flag, ",");
		strbuf_add(out, flag, len);
		flag += len;
		if (*flag++ != ',')
			break;
		strbuf_puts(out, ", ");
	}
	if (row->value || row->choices)
		strbuf_printf(out, " %s", row->value ? row->value : row->choices);
}

static void put_row(const struct option *row, struct strbuf *out)
{
	size_t start = out->len;
	strbuf_puts(out, strncmp(row->flag, "--", 2) ? "  " : "      "); /* long names below long names */
	put_flags(row, out);
	size_t width = out->len - start;
	if (width + 1 > HELP_COLUMN) {
		strbuf_addc(out, '\n');
		width = 0;
	}
	strbuf_printf(out, "%*s%s", (int)(HELP_COLUMN - width), "", row->help);
	if (!row->pure_flag)
		strbuf_printf(out, " [%s]", row->key);
	if (row->preset && row->type != OPT_BOOL)
		strbuf_printf(out, " (default: %s)", row->preset);
	strbuf_addc(out, '\n');
}

static void put_rows(unsigned command, bool common, struct strbuf *out)
{
	for (size_t i = 0; i < noptions; i++)
		if (options[i].flag && (options[i].commands & command) && (options[i].commands == CMD_ANY) == common)
			put_row(&options[i], out);
}

void config_help(unsigned command, struct strbuf *out)
{
	strbuf_puts(out, "options:\n");
	put_rows(command, false, out);
	strbuf_puts(out, "common options:\n");
	put_rows(command, true, out);
}
