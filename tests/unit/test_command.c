#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "command/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What a run of the program's main printed, and its exit status. */
struct said {
	int status;
	char out[16384], err[2048];
};

static void slurp(FILE *file, char *text, size_t size)
{
	rewind(file);
	text[fread(text, 1, size - 1, file)] = '\0';
	fclose(file);
}

static void say(struct said *said, const char *line)
{
	static char copy[512];
	char *argv[16], *rest = copy;
	int argc = 0;
	snprintf(copy, sizeof copy, "tfl-top %s", line);
	for (char *word; (word = strsep(&rest, " "));)
		if (*word)
			argv[argc++] = word;
	FILE *out = tmpfile(), *err = tmpfile();
	fflush(stdout);
	int old_out = dup(STDOUT_FILENO), old_err = dup(STDERR_FILENO);
	dup2(fileno(out), STDOUT_FILENO);
	dup2(fileno(err), STDERR_FILENO);
	said->status = command_main(argc, argv);
	fflush(stdout);
	dup2(old_out, STDOUT_FILENO);
	dup2(old_err, STDERR_FILENO);
	close(old_out);
	close(old_err);
	slurp(out, said->out, sizeof said->out);
	slurp(err, said->err, sizeof said->err);
}

static void mistakes_are_one_line_and_status_2(void **state)
{
	(void)state;
	static const struct {
		const char *line, *err;
	} rows[] = {
		{"hlep", "tfl-top: no command is called \"hlep\" (did you mean help?); tfl-top --help lists them\n"},
		{"xyzzy", "tfl-top: no command is called \"xyzzy\"; tfl-top --help lists them\n"},
		{"help hlep", "tfl-top: no command is called \"hlep\" (did you mean help?); tfl-top --help lists them\n"},
		{"help --versoin", "tfl-top help: no option is called --versoin (did you mean --version?)\n"},
		{"help me please", "tfl-top help: \"please\" is one word too many; usage: tfl-top help [COMMAND]\n"},
		{"help -X time.zone=Europe/Londn", "tfl-top help: time.zone \"Europe/Londn\" is not in the system's zone data: say a name such as "
						   "Europe/London, or install tzdata\n"},
		{"help -X time.day_start=noon", "tfl-top help: time.day_start \"noon\" is no time of day: say 04:30\n"},
	};
	struct said said;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		say(&said, rows[i].line);
		assert_string_equal(said.err, rows[i].err);
		assert_string_equal(said.out, "");
		assert_int_equal(said.status, 2);
	}
}

static void a_log_that_cannot_be_opened_is_a_failure(void **state)
{
	(void)state;
	struct said said;
	say(&said, "help --log /nonexistent/x");
	assert_int_equal(said.status, 1);
	assert_string_equal(said.err, "tfl-top help: cannot open the log /nonexistent/x: No such file or directory (log.file names another)\n");
}

static void help_is_the_same_however_it_is_asked_for(void **state)
{
	(void)state;
	static struct said first, other;
	say(&first, "help");
	assert_int_equal(first.status, 0);
	say(&other, "help --help");
	assert_string_equal(first.out, other.out);
	for (size_t i = 0; i < ncommands; i++) {
		char line[64], row[64];
		snprintf(row, sizeof row, "\n  %-10s ", commands[i].name);
		assert_non_null(strstr(first.out, row));
		snprintf(line, sizeof line, "help %s", commands[i].name);
		say(&other, line);
		assert_int_equal(other.status, 0);
		snprintf(row, sizeof row, "usage: tfl-top %s", commands[i].name);
		assert_memory_equal(other.out, row, strlen(row));
	}
}

static void version_and_settings_are_printed(void **state)
{
	(void)state;
	static struct said said;
	say(&said, "help --version");
	assert_string_equal(said.out, "tfl-top " TFLTOP_VERSION "\n");
	assert_int_equal(said.status, 0);
	say(&said, "help --print-config --db /x/y.db");
	assert_int_equal(said.status, 0);
	assert_non_null(strstr(said.out, "\nhistory.db=/x/y.db "));
	assert_string_equal(said.err, "");
}

static void every_row_is_well_formed(void **state)
{
	(void)state;
	for (size_t i = 0; i < ncommands; i++) {
		const struct command *cmd = &commands[i];
		if (!cmd->run || !cmd->help || strncmp(cmd->synopsis, cmd->name, strlen(cmd->name)) || !cmd->bit || (cmd->bit & (cmd->bit - 1)))
			fail_msg("row %s", cmd->name);
		for (size_t j = 0; j < i; j++)
			if (!strcmp(cmd->name, commands[j].name) || cmd->bit == commands[j].bit)
				fail_msg("rows %s and %s", cmd->name, commands[j].name);
	}
}

int main(void)
{
	setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mistakes_are_one_line_and_status_2),
		cmocka_unit_test(a_log_that_cannot_be_opened_is_a_failure),
		cmocka_unit_test(help_is_the_same_however_it_is_asked_for),
		cmocka_unit_test(version_and_settings_are_printed),
		cmocka_unit_test(every_row_is_well_formed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
