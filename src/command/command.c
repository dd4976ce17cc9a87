#include "command/command.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/signals.h"
#include "base/zone.h"
#include "command/completion.h"
#include "sim/scenario.h"

#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int help_run(struct config *cfg);

const struct command commands[] = {
	{.name = "top", .bit = CMD_TOP, .takes_signals = true, .synopsis = "top [options]",
	 .help = "the dashboard; --demo needs nothing else",
	 .about = "Runs the feeds of ui.feeds and shows every station live. Where another process already writes the history, it only looks on.\n"
		  "Without a terminal (or with TERM=dumb) it prints a line for each change instead of drawing; --demo then ends after --duration\n"
		  "(20s unless given) with the totals of every station and the proof that what was produced, joined and counted is the same.",
	 .run = top_run},
	{.name = "feed", .bit = CMD_FEED, .words = 16, .takes_signals = true, .synopsis = "feed SINK... [options]",
	 .help = "run feeds without a screen: history, elastic, stdout",
	 .about = "history counts passengers into the local database, exactly once: it goes on where the database says. elastic stores every\n"
		  "event in Elasticsearch or OpenSearch, each once: several of them share the work and go on where their consumer group says;\n"
		  "what is refused goes to the topic of dead letters. stdout prints every record as a line of JSON, from the beginning of the\n"
		  "topics unless --from says end or a time. With -e a feed stops where the topics ended when it began. The last line on stderr\n"
		  "is the account. ^C stops, drains and commits; a second ^C leaves at once, which is safe.",
	 .put_words = feed_words, .run = feed_run},
	{.name = "enrich", .bit = CMD_ENRICH, .takes_signals = true, .synopsis = "enrich [-e]",
	 .help = "join entries and exits with the stations, as ksqlDB does",
	 .about = "Reads topics entries, exits and stations; writes station_entries and station_exits byte for byte as ksqlDB\n"
		  "writes them, in Kafka transactions: each event exactly once, whatever dies. Events of unknown stations and\n"
		  "records that ksqlDB would not read are dropped and counted. Several of them share the work.",
	 .run = enrich_run},
	{.name = "simulate", .bit = CMD_SIMULATE, .synopsis = "simulate [options]",
	 .help = "produce passengers: entries and exits on a virtual clock",
	 .about = "Journeys follow TfL's counts of the scenario's day: who enters where and when, where they go, and how long it takes. The same\n"
		  "scenario, seed, rate and --from give the same records. Journeys begun before --to or --count are finished, unless --cut.\n"
		  "With --check nothing is produced: scenario, seed and rate make a day, and the exit status is 1 if it is not like TfL's.\n"
		  "Exit status 1 if any event was not acknowledged. ^C stops and waits for what was produced; a second ^C gives that up.",
	 .run = simulate_run},
	{.name = "frame", .bit = CMD_FRAME, .synopsis = "frame [options]",
	 .help = "draw a view of the screen to stdout, from the database alone",
	 .about = "The picture depends on the file, the time (a whole minute), the size and the way it is written, on nothing else: what only a running\n"
		  "dashboard knows is –. Views: stations, network, station (the one on top), pipeline, simulator, help.",
	 .run = frame_run},
	{.name = "query", .bit = CMD_QUERY, .words = 16, .synopsis = "query [REPORT [NAME=VALUE...] | --sql SQL | - | --backup FILE] [options]",
	 .help = "answer from the history: reports and SQL, offline",
	 .about = "Without arguments the reports are listed. SQL comes from --sql or standard input; :since and :until in it are the times of those\n"
		  "options in Unix seconds, and NAME=VALUE sets :NAME. The history is only read, also while it is written. *.sql files in the folder\n"
		  "reports beside the configuration file are reports as well. Exit status 1 if the SQL failed or took longer than --timeout.",
	 .put_words = query_words, .run = query_run},
	{.name = "setup", .bit = CMD_SETUP, .words = 16, .synopsis = "setup [PART...] [options]",
	 .help = "make what the pipeline needs; what is there is left as it is",
	 .about = "topics: the five topics, with topic.partitions partitions, kept for ever (stations: compacted).\n"
		  "stations: writes London's stations to the stations topic; --only-if-empty leaves a topic alone that holds any row.\n"
		  "elastic: lifecycle policy, mappings, index template and data streams of Elasticsearch or OpenSearch. kibana: data views and a\n"
		  "dashboard. mariadb: a database with London's stations and 100000 users; a table that holds any row is left alone.\n"
		  "Without a PART, topics and stations. With --dry-run nothing is changed; elastic and kibana print their requests, mariadb its SQL.",
	 .put_words = setup_words, .run = setup_run},
	{.name = "doctor", .bit = CMD_DOCTOR, .synopsis = "doctor [options]",
	 .help = "examine configuration, Kafka, topics, database, Elasticsearch and terminal, and say what to do",
	 .about = "A line for each thing: ok, warn or fail, what it is, and what to do. Nothing is changed. Exit status 1 if anything fails.",
	 .run = doctor_run},
	{.name = "verify", .bit = CMD_VERIFY, .words = 2, .synopsis = "verify [SINK...] [options]",
	 .help = "count again what Kafka holds, and compare history and Elasticsearch with it",
	 .about = "SINK: history, elastic; without one, history, and elastic if elastic.url is set. Every event from --since (24 hours ago unless given)\n"
		  "to --until (now) is read from Kafka once more and counted by station, quarter hour and direction, also while the feeds run:\n"
		  "what a feed has not read yet is no difference. Printed are the cells that differ, what cannot be compared and why, and a verdict.\n"
		  "Exit status 1 if anything differs.",
	 .put_words = verify_words, .run = verify_run},
	{.name = "help", .bit = CMD_HELP, .words = 1, .synopsis = "help [COMMAND]", .help = "say what there is, or all about one command",
	 .about = "With --completion it prints what a shell needs to complete the command line: in bash,\n"
		  "eval \"$(tfl-top help --completion bash)\".",
	 .put_words = help_words, .run = help_run},
};
const size_t ncommands = sizeof commands / sizeof *commands;

static const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < ncommands; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static int usage_error(const char *name, const char *text)
{
	fprintf(stderr, "tfl-top%s%s: %s\n", name ? " " : "", name ? name : "", text);
	return EXIT_USAGE;
}

static int unknown_command(const char *word)
{
	const char **names = xcalloc(ncommands, sizeof *names);
	for (size_t i = 0; i < ncommands; i++)
		names[i] = commands[i].name;
	struct error err;
	const char *near = nearest_name(word, names, ncommands);
	error_set(&err, "no command is called \"%.80s\"%s%s%s; tfl-top --help lists them", word, near ? " (did you mean " : "", near ? near : "",
		  near ? "?)" : "");
	free(names);
	return usage_error(NULL, err.text);
}

static int print(struct strbuf *out)
{
	bool written = fwrite(strbuf_str(out), 1, out->len, stdout) == out->len && !fflush(stdout);
	int rc = written || errno == EPIPE ? 0 : 1;
	strbuf_fini(out);
	return rc;
}

static void put_scenarios(struct strbuf *out)
{
	strbuf_puts(out, "scenarios:\n");
	for (size_t i = 0; i < nscenarios; i++)
		strbuf_printf(out, "  %-10s %s\n", scenarios[i].name, scenarios[i].help);
}

static int print_command(const struct command *cmd)
{
	struct strbuf out = {0};
	strbuf_printf(&out, "usage: tfl-top %s\n%s\n", cmd->synopsis, cmd->help);
	if (cmd->about)
		strbuf_printf(&out, "\n%s\n", cmd->about);
	strbuf_addc(&out, '\n');
	config_help(cmd->bit, &out);
	if (cmd->bit & (CMD_TOP | CMD_SIMULATE))
		put_scenarios(&out);
	return print(&out);
}

static int print_overview(void)
{
	struct strbuf out = {0};
	strbuf_puts(&out, "usage: tfl-top [COMMAND] [OPTION...]\nLondon's stations from Kafka, on the screen and in SQL\n\ncommands (none: top):\n");
	for (size_t i = 0; i < ncommands; i++)
		strbuf_printf(&out, "  %-10s %s\n", commands[i].name, commands[i].help);
	strbuf_addc(&out, '\n');
	config_help(CMD_TOP, &out);
	strbuf_puts(&out, "\ntfl-top COMMAND --help says more; tfl-top --print-config shows every key of the configuration\n");
	return print(&out);
}

void help_words(struct strbuf *out)
{
	for (size_t i = 0; i < ncommands; i++)
		strbuf_printf(out, " %s", commands[i].name);
}

static int print_completion(void)
{
	struct strbuf out = {0};
	completion_bash(&out);
	return print(&out);
}

static int help_run(struct config *cfg)
{
	if (config_is_set(cfg, "completion"))
		return print_completion();
	const char *word = config_word(cfg, 0);
	if (!word)
		return print_overview();
	const struct command *cmd = command_find(word);
	return cmd ? print_command(cmd) : unknown_command(word);
}

bool command_has_screen(void)
{
	const char *term = getenv("TERM");
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && term && *term && strcmp(term, "dumb");
}

/* Under the dashboard a line on stderr would spoil the screen: then the log goes to a file, or if that cannot be, to the ring alone. */
int command_open_log(const struct config *cfg, bool screen, struct error *err)
{
	static const char *const levels[] = {"debug", "info", "warn", "error"};
	const char *path = config_text(cfg, "log.file"), *word = config_text(cfg, "log.level");
	enum log_format format = strcmp(config_text(cfg, "log.format"), "json") ? LOG_LOGFMT : LOG_JSON;
	enum log_level level = LOG_DEBUG;
	while (strcmp(word, levels[level]))
		level++;
	if (config_bool(cfg, "verbose") || config_bool(cfg, "quiet"))
		level = config_bool(cfg, "verbose") ? LOG_DEBUG : LOG_ERROR;
	if (path || !screen)
		return log_open(path, level, format, err);
	if (config_bool(cfg, "demo")) /* leaves nothing behind */
		return log_open("/dev/null", level, format, err);
	char *file = path_of(PATH_STATE, "tfl-top.log", err);
	int rc = 0;
	if (!file || path_make_folder(file, err) || log_open(file, level, format, err)) {
		rc = log_open("/dev/null", level, format, NULL);
		log_warn("%s", err->text);
	}
	free(file);
	return rc;
}

/* Who may belong to the file's group its owner has decided. The doctor has a line of its own. */
static void warn_of_open_secret(const struct config *cfg)
{
	struct stat st;
	char *file = config_file_secret(cfg) ? config_file_name(cfg) : NULL;
	if (file && !stat(file, &st) && st.st_mode & 007)
		log_warn("%s holds a password and is open to every user (mode %04o): chmod 600 %s", file, st.st_mode & 07777, file);
	free(file);
}

static int run(const struct command *cmd, struct config *cfg)
{
	struct error err = {0};
	if (zone_init(config_text(cfg, "time.zone"), config_text(cfg, "time.day_start"), &err))
		return usage_error(cmd->name, err.text);
	bool screen = cmd->bit == CMD_TOP && !config_bool(cfg, "headless") && command_has_screen();
	if (command_open_log(cfg, screen, &err)) {
		fprintf(stderr, "tfl-top %s: %s\n", cmd->name, err.text);
		return 1;
	}
	if (cmd->bit != CMD_DOCTOR)
		warn_of_open_secret(cfg);
	if (cmd->takes_signals)
		signals_init();
	int rc = cmd->run(cfg);
	log_close();
	return rc;
}

static int print_config(const struct config *cfg)
{
	struct strbuf out = {0};
	config_print(cfg, &out);
	return print(&out);
}

static int print_version(void)
{
	struct strbuf out = {0};
	strbuf_printf(&out, "tfl-top %s\n", TFLTOP_VERSION);
	return print(&out);
}

/* What was taken for the dashboard's, since the command does not come first. */
static void hint_at_command(struct error *err, int argc, char *argv[])
{
	for (int i = 0; i < argc; i++)
		if (command_find(argv[i])) {
			error_set(err, "the command comes first: tfl-top %s OPTION...", argv[i]);
			return;
		}
}

/* named: the user wrote the command's name, so --help is about it alone. */
static int dispatch(const struct command *cmd, bool named, struct config *cfg, int argc, char *argv[])
{
	struct error err = {0};
	if (config_load(cfg, cmd->bit, argc, argv, &err)) {
		if (!named)
			hint_at_command(&err, argc, argv);
		return usage_error(named ? cmd->name : NULL, err.text);
	}
	if (config_bool(cfg, "help"))
		return named && cmd->run != help_run ? print_command(cmd) : print_overview();
	if (config_bool(cfg, "version"))
		return print_version();
	if (config_words(cfg) > cmd->words) {
		error_set(&err, "\"%.80s\" is one word too many; usage: tfl-top %s", config_word(cfg, cmd->words), cmd->synopsis);
		if (!named)
			hint_at_command(&err, argc, argv);
		return usage_error(named ? cmd->name : NULL, err.text);
	}
	return config_bool(cfg, "print-config") ? print_config(cfg) : run(cmd, cfg);
}

int command_main(int argc, char *argv[])
{
	setlocale(LC_CTYPE, ""); /* numbers stay as C writes them */
	signal(SIGPIPE, SIG_IGN); /* a reader that goes away is an error of the write, EPIPE: no failure of ours */
	bool named = argc > 1 && argv[1][0] != '-';
	const struct command *cmd = command_find(named ? argv[1] : "top");
	if (!cmd)
		return unknown_command(named ? argv[1] : "top");
	int skip = named ? 2 : argc > 0;
	struct config *cfg = config_new();
	int rc = dispatch(cmd, named, cfg, argc - skip, argv + skip);
	config_free(cfg);
	return rc;
}
