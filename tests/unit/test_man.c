#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "command/command.h"
#include "sim/scenario.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The manual page says of every row of options[] and commands[] what --help says, and knows no other. */
static struct strbuf page;

static int read_page(void **state)
{
	(void)state;
	char path[512], chunk[4096];
	const char *srcdir = getenv("srcdir");
	snprintf(path, sizeof path, "%s/man/tfl-top.1", srcdir ? srcdir : ".");
	FILE *file = fopen(path, "r");
	if (!file)
		return -1;
	for (size_t n; (n = fread(chunk, 1, sizeof chunk, file)) > 0;)
		strbuf_add(&page, chunk, n);
	fclose(file);
	return 0;
}

static int free_page(void **state)
{
	(void)state;
	strbuf_fini(&page);
	return 0;
}

/* The part below a heading, up to the next one. */
static char *section(const char *heading)
{
	char line[80];
	snprintf(line, sizeof line, "\n.S%s\n", heading); /* "H COMMANDS", "S Feed" */
	const char *start = strstr(strbuf_str(&page), line);
	if (!start)
		fail_msg("man/tfl-top.1 has no .S%s", heading);
	start += strlen(line) - 1;
	const char *end = strstr(start, "\n.S");
	return end ? strndup(start, (size_t)(end + 1 - start)) : strdup(start);
}

static size_t paragraphs(const char *text)
{
	size_t count = 0;
	while ((text = strstr(text, "\n.TP\n"))) {
		count++;
		text++;
	}
	return count;
}

/* As roff wants text: a hyphen that is one. */
static void add_text(struct strbuf *out, const char *text)
{
	for (; *text; text++)
		strbuf_printf(out, *text == '-' ? "\\%c" : "%c", *text);
}

static void add_help(struct strbuf *out, const char *help)
{
	const char first[] = {(char)toupper((unsigned char)*help), '\0'};
	strbuf_addc(out, '\n');
	add_text(out, first);
	add_text(out, help + 1);
	strbuf_puts(out, ".\n");
}

static void expect(const char *where, const char *text, struct strbuf *paragraph)
{
	if (!strstr(text, strbuf_str(paragraph)))
		fail_msg("man/tfl-top.1, %s, wants:%s", where, strbuf_str(paragraph));
	strbuf_reset(paragraph);
}

static void add_flags(struct strbuf *out, const struct option *row)
{
	strbuf_puts(out, "\n.TP\n");
	for (const char *flag = row->flag; *flag; flag += *flag == ',') {
		char *name = strndup(flag, strcspn(flag, ","));
		strbuf_puts(out, flag == row->flag ? "\\fB" : ", \\fB");
		add_text(out, name);
		strbuf_puts(out, "\\fR");
		flag += strlen(name);
		free(name);
	}
	if (row->value || row->choices)
		strbuf_printf(out, " \\fI%s\\fR", row->value ? row->value : row->choices);
}

static void flags_of(unsigned command, bool common, const char *heading)
{
	struct strbuf want = {0};
	size_t rows = 0;
	char *text = section(heading);
	for (size_t i = 0; i < noptions; i++) {
		const struct option *row = &options[i];
		if (!(row->commands & command) || (row->commands == CMD_ANY) != common)
			continue;
		add_flags(&want, row);
		add_help(&want, row->help);
		if (row->preset && row->type != OPT_BOOL)
			strbuf_printf(&want, "Default: %s.\n", row->preset);
		expect(heading, text, &want);
		rows++;
	}
	if (paragraphs(text) != rows)
		fail_msg("man/tfl-top.1, %s, has %zu paragraphs for %zu options", heading, paragraphs(text), rows);
	free(text);
	strbuf_fini(&want);
}

static void every_flag_is_there(void **state)
{
	(void)state;
	flags_of(CMD_ANY, true, "S Common to all commands");
	flags_of(CMD_TOP, false, "S The dashboard");
	flags_of(CMD_FEED, false, "S Feed");
	flags_of(CMD_SIMULATE, false, "S Simulate");
	flags_of(CMD_ENRICH, false, "S Enrich");
	flags_of(CMD_QUERY, false, "S Query");
	flags_of(CMD_FRAME, false, "S Frame");
	flags_of(CMD_SETUP, false, "S Setup");
}

static void every_key_is_there(void **state)
{
	(void)state;
	struct strbuf want = {0};
	size_t rows = 0;
	char *text = section("H CONFIGURATION");
	for (size_t i = 0; i < noptions; i++) {
		const struct option *row = &options[i];
		if (row->pure_flag)
			continue;
		strbuf_printf(&want, "\n.TP\n\\fB%s\\fR", row->key);
		if (row->preset) {
			strbuf_puts(&want, " = \\fI");
			add_text(&want, row->preset);
			strbuf_puts(&want, "\\fR");
		}
		add_help(&want, row->help);
		expect("CONFIGURATION", text, &want);
		rows++;
	}
	assert_int_equal(paragraphs(text), rows);
	free(text);
	strbuf_fini(&want);
}

/* The first word of a paragraph's tag: ".B simulate", "\fBfeed\fR \fISINK\fR". */
static void first_word(const char *tag, char *word, size_t size)
{
	tag += !strncmp(tag, "\\fB", 3) ? 3 : !strncmp(tag, ".BR ", 4) ? 4 : !strncmp(tag, ".B ", 3) ? 3 : 0;
	snprintf(word, size, "%.*s", (int)strspn(tag, "abcdefghijklmnopqrstuvwxyz"), tag);
}

static bool has_tag(const char *text, const char *name)
{
	while ((text = strstr(text, "\n.TP\n"))) {
		char word[32];
		text += strlen("\n.TP\n");
		first_word(text, word, sizeof word);
		if (!strcmp(word, name))
			return true;
	}
	return false;
}

static void every_command_is_there(void **state)
{
	(void)state;
	char *text = section("H COMMANDS");
	for (size_t i = 0; i < ncommands; i++)
		if (!has_tag(text, commands[i].name))
			fail_msg("man/tfl-top.1, COMMANDS, lacks %s", commands[i].name);
	free(text);
}

static void every_scenario_is_there(void **state)
{
	(void)state;
	struct strbuf want = {0};
	char *text = section("H SCENARIOS");
	for (size_t i = 0; i < nscenarios; i++) {
		strbuf_printf(&want, "\n.TP\n.B %s", scenarios[i].name);
		add_help(&want, scenarios[i].help);
		expect("SCENARIOS", text, &want);
	}
	assert_int_equal(paragraphs(text), nscenarios);
	free(text);
	strbuf_fini(&want);
}

static void its_version_is_ours(void **state)
{
	(void)state;
	assert_non_null(strstr(strbuf_str(&page), "\n.TH TFL\\-TOP 1 \"\" \"tfl\\-top " TFLTOP_VERSION "\""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_flag_is_there),
		cmocka_unit_test(every_key_is_there),
		cmocka_unit_test(every_command_is_there),
		cmocka_unit_test(every_scenario_is_there),
		cmocka_unit_test(its_version_is_ours),
	};
	return cmocka_run_group_tests(tests, read_page, free_page);
}
