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
#include <unistd.h>

/* The manual pages say of every row of options[] and commands[] what --help says, and know no other. */
static struct strbuf page;
static const char *page_name;

static void read_page(const char *name)
{
	char path[512], chunk[4096];
	const char *srcdir = getenv("srcdir");
	snprintf(path, sizeof path, "%s/man/%s", srcdir ? srcdir : ".", name);
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	page_name = name;
	strbuf_reset(&page);
	for (size_t n; (n = fread(chunk, 1, sizeof chunk, file)) > 0;)
		strbuf_add(&page, chunk, n);
	fclose(file);
}

static int read_commands(void **state)
{
	(void)state;
	read_page("tfl-top.1");
	return 0;
}

static int read_keys(void **state)
{
	(void)state;
	read_page("tfl-top.conf.5");
	return 0;
}

static int free_page(void **state)
{
	(void)state;
	strbuf_fini(&page);
	return 0;
}

/* The part below a heading, up to the next one of its rank. */
static char *section(const char *heading)
{
	char line[80];
	snprintf(line, sizeof line, "\n.S%s\n", heading); /* "H COMMANDS", "S Feed" */
	const char *start = strstr(strbuf_str(&page), line);
	if (!start)
		fail_msg("man/%s has no .S%s", page_name, heading);
	start += strlen(line) - 1;
	const char *end = strstr(start, *heading == 'H' ? "\n.SH" : "\n.S");
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
		fail_msg("man/%s, %s, wants:%s", page_name, where, strbuf_str(paragraph));
	strbuf_reset(paragraph);
}

/* \fB\-b\fR, \fB\-\-brokers\fR */
static void add_names(struct strbuf *out, const char *flags)
{
	for (const char *flag = flags; *flag; flag += *flag == ',') {
		char *name = strndup(flag, strcspn(flag, ","));
		strbuf_puts(out, flag == flags ? "\\fB" : ", \\fB");
		add_text(out, name);
		strbuf_puts(out, "\\fR");
		flag += strlen(name);
		free(name);
	}
}

static void add_flags(struct strbuf *out, const struct option *row)
{
	strbuf_puts(out, "\n.TP\n");
	add_names(out, row->flag);
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
	flags_of(CMD_VERIFY, false, "S Verify");
	flags_of(CMD_HELP, false, "S Help");
}

static void add_kind(struct strbuf *out, const struct option *row)
{
	static const char *const kinds[] = {
		[OPT_BOOL] = "True or false", [OPT_COUNT] = "A whole number", [OPT_REAL] = "A number above 0",
		[OPT_SPEED] = "A number above 0, or max", [OPT_DURATION] = "A duration", [OPT_MODE] = "Permissions in octal",
		[OPT_PATH] = "A path; ~/ at its head is the home folder", [OPT_CHOICE] = "One of ",
	};
	if (!kinds[row->type])
		return;
	strbuf_puts(out, kinds[row->type]);
	for (const char *c = row->choices ? row->choices : ""; *c; c++)
		strbuf_printf(out, *c == '|' ? ", " : "%c", *c);
	strbuf_puts(out, ".\n");
}

static void add_option_line(struct strbuf *out, const struct option *row)
{
	if (!row->flag)
		return;
	strbuf_puts(out, "Option: ");
	add_names(out, row->flag);
	strbuf_puts(out, ".\n");
}

static void every_key_is_there(void **state)
{
	(void)state;
	struct strbuf want = {0};
	size_t rows = 0;
	char *text = section("H KEYS");
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
		add_kind(&want, row);
		add_option_line(&want, row);
		expect("KEYS", text, &want);
		rows++;
	}
	assert_int_equal(paragraphs(text), rows);
	free(text);
	strbuf_fini(&want);
}

/* The example is a file that is read without a mistake. */
static void its_example_is_read(void **state)
{
	(void)state;
	char name[] = "/tmp/tfl-top-conf.XXXXXX", *argv[] = {(char *)"-c", name};
	struct error err;
	FILE *file = fdopen(mkstemp(name), "w");
	assert_non_null(file);
	const char *from = strstr(strbuf_str(&page), "\n.EX\n"), *to = strstr(strbuf_str(&page), "\n.EE\n");
	assert_true(from && to);
	for (const char *c = from + strlen("\n.EX\n"); c <= to; c++)
		if (*c != '\\') /* of \- */
			fputc(*c, file);
	fclose(file);
	struct config *cfg = config_new();
	if (config_load(cfg, CMD_TOP, 2, argv, &err))
		fail_msg("%s", err.text);
	assert_true(config_file_keys(cfg) >= 5);
	config_free(cfg);
	unlink(name);
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
	assert_non_null(strstr(strbuf_str(&page), " \"\" \"tfl\\-top " TFLTOP_VERSION "\""));
}

int main(void)
{
	const struct CMUnitTest commands_page[] = {
		cmocka_unit_test(every_flag_is_there),
		cmocka_unit_test(every_command_is_there),
		cmocka_unit_test(every_scenario_is_there),
		cmocka_unit_test(its_version_is_ours),
	};
	const struct CMUnitTest keys_page[] = {
		cmocka_unit_test(every_key_is_there),
		cmocka_unit_test(its_example_is_read),
		cmocka_unit_test(its_version_is_ours),
	};
	int failed = cmocka_run_group_tests(commands_page, read_commands, free_page);
	return failed + cmocka_run_group_tests(keys_page, read_keys, free_page);
}
