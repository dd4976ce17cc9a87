#include "base/config_internal.h"

#include "base/mem.h"
#include "base/path.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENV_PREFIX "TFL_TOP_"
#define ENV_KAFKA ENV_PREFIX "KAFKA_"

/* ---- command line ---- */

struct args { /* the words that are left, and the one being read */
	int argc;
	char *const *argv;
	int next;
};

/* Whether one of the names in "-b,--brokers" is `name`. */
static bool flag_has(const char *flag, const char *name, size_t len)
{
	while (flag && *flag) {
		size_t n = strcspn(flag, ",");
		if (n == len && !strncmp(flag, name, len))
			return true;
		flag += n + (flag[n] == ',');
	}
	return false;
}

static const struct option *row_of_flag(unsigned command, const char *name, size_t len)
{
	for (size_t i = 0; i < noptions; i++)
		if ((options[i].commands & command) && flag_has(options[i].flag, name, len))
			return &options[i];
	return NULL;
}

static int unknown_flag(unsigned command, const char *name, size_t len, struct error *err)
{
	if (row_of_flag(CMD_ANY, name, len))
		return error_set(err, "%.*s is an option of another command", (int)len, name);
	const char **names = xcalloc(noptions, sizeof *names);
	size_t count = 0;
	for (size_t i = 0; i < noptions; i++)
		if (options[i].flag && (options[i].commands & command))
			names[count++] = strstr(options[i].flag, "--") ? strstr(options[i].flag, "--") : options[i].flag;
	char *word = xstrndup(name, len);
	error_set(err, "no option is called %.80s", word);
	config_suggest(err, word, names, count);
	free(word);
	free(names);
	return -1;
}

/* -X key=value. */
static int set_pair(struct config *cfg, const char *pair, struct error *err)
{
	const char *equals = strchr(pair, '=');
	if (!equals || equals == pair)
		return error_set(err, "-X %.80s: key=value is wanted", pair);
	char *key = xstrndup(pair, (size_t)(equals - pair)), *place = xasprintf("-X %s", key);
	int rc = config_set_key(cfg, key, equals + 1, FROM_FLAG, place, err);
	free(key);
	free(place);
	return rc;
}

/* value: what stands behind '=' or behind a short name; NULL: the next word, when the row wants one. */
static int set_flag(struct config *cfg, struct args *args, const struct option *row, const char *name, const char *value, struct error *err)
{
	if (row->type == OPT_FLAG && value)
		return error_set(err, "%s takes no value", name);
	if (!value && (row->type == OPT_FLAG || row->type == OPT_BOOL))
		value = "true";
	if (!value && args->next == args->argc)
		return error_set(err, "%s needs a value: %s", name, row->value ? row->value : row->choices);
	if (!value)
		value = args->argv[args->next++];
	if (!strcmp(row->key, "set"))
		return set_pair(cfg, value, err);
	return config_set_row(cfg, row, value, FROM_FLAG, name, err);
}

static int long_flag(struct config *cfg, struct args *args, const char *word, struct error *err)
{
	size_t len = strcspn(word, "=");
	const struct option *row = row_of_flag(config_command(cfg), word, len);
	if (!row)
		return unknown_flag(config_command(cfg), word, len, err);
	char *name = xstrndup(word, len);
	int rc = set_flag(cfg, args, row, name, word[len] ? word + len + 1 : NULL, err);
	free(name);
	return rc;
}

/* -v, -vq, -b host:9092, -bhost:9092 */
static int short_flags(struct config *cfg, struct args *args, const char *word, struct error *err)
{
	for (const char *letter = word + 1; *letter; letter++) {
		const char name[] = {'-', *letter, '\0'};
		const struct option *row = row_of_flag(config_command(cfg), name, 2);
		if (!row)
			return unknown_flag(config_command(cfg), name, 2, err);
		bool takes_value = row->type != OPT_FLAG;
		if (set_flag(cfg, args, row, name, takes_value && letter[1] ? letter + 1 : NULL, err))
			return -1;
		if (takes_value)
			break;
	}
	return 0;
}

int config_args(struct config *cfg, int argc, char *const argv[], struct error *err)
{
	struct args args = {argc, argv, 0};
	bool only_words = false;
	while (args.next < argc && !config_bool(cfg, "help")) {
		const char *word = argv[args.next++];
		int rc = 0;
		if (only_words || word[0] != '-' || !word[1])
			config_add_word(cfg, word);
		else if (!strcmp(word, "--"))
			only_words = true;
		else
			rc = word[1] == '-' ? long_flag(cfg, &args, word, err) : short_flags(cfg, &args, word, err);
		if (rc)
			return -1;
	}
	return 0;
}

/* ---- environment ---- */

void config_env_name(const char *key, struct strbuf *out)
{
	strbuf_puts(out, ENV_PREFIX);
	for (; *key; key++)
		strbuf_addc(out, *key == '.' ? '_' : (char)toupper((unsigned char)*key));
}

static int unknown_variable(const char *name, struct error *err)
{
	struct strbuf *texts = xcalloc(noptions, sizeof *texts);
	const char **names = xcalloc(noptions, sizeof *names);
	size_t count = 0;
	for (size_t i = 0; i < noptions; i++) {
		if (options[i].pure_flag)
			continue;
		config_env_name(options[i].key, &texts[count]);
		names[count] = texts[count].data;
		count++;
	}
	error_set(err, "%.80s in the environment stands for no key", name);
	config_suggest(err, name, names, count);
	for (size_t i = 0; i < count; i++)
		strbuf_fini(&texts[i]);
	free(texts);
	free(names);
	return -1;
}

/* TFL_TOP_KAFKA_SASL_PASSWORD → kafka.sasl.password: names of librdkafka have dots only. */
static int set_kafka_variable(struct config *cfg, const char *name, const char *value, struct error *err)
{
	char *key = xstrdup(name + strlen(ENV_PREFIX));
	for (char *p = key; *p; p++)
		*p = *p == '_' ? '.' : (char)tolower((unsigned char)*p);
	int rc = config_set_key(cfg, key, value, FROM_ENV, name, err);
	free(key);
	return rc;
}

static int set_variable(struct config *cfg, const char *name, const char *value, struct error *err)
{
	struct strbuf env = {0};
	const struct option *row = NULL;
	for (size_t i = 0; i < noptions && !row; i++) {
		strbuf_reset(&env);
		config_env_name(options[i].key, &env);
		if (!options[i].pure_flag && !strcmp(strbuf_str(&env), name))
			row = &options[i];
	}
	strbuf_fini(&env);
	if (row)
		return config_set_row(cfg, row, value, FROM_ENV, name, err);
	if (!strncmp(name, ENV_KAFKA, strlen(ENV_KAFKA)))
		return set_kafka_variable(cfg, name, value, err);
	return unknown_variable(name, err);
}

int config_environment(struct config *cfg, char *const env[], struct error *err)
{
	for (; *env; env++) {
		size_t len = strcspn(*env, "=");
		if (strncmp(*env, ENV_PREFIX, strlen(ENV_PREFIX)) || !(*env)[len])
			continue;
		char *name = xstrndup(*env, len);
		int rc = set_variable(cfg, name, *env + len + 1, err);
		free(name);
		if (rc)
			return -1;
	}
	return 0;
}

/* ---- file ---- */

static char *trimmed(char *text)
{
	text += strspn(text, " \t\r");
	size_t len = strlen(text);
	while (len && strchr(" \t\r", text[len - 1]))
		text[--len] = '\0';
	return text;
}

static int set_line(struct config *cfg, char *line, const char *place, struct error *err)
{
	line = trimmed(line);
	if (!*line || *line == '#')
		return 0;
	char *equals = strchr(line, '=');
	if (!equals || equals == line)
		return error_set(err, "%s: \"%.80s\" is no line of the form key=value", place, line);
	*equals = '\0';
	return config_set_key(cfg, trimmed(line), trimmed(equals + 1), FROM_FILE, place, err);
}

int config_lines(struct config *cfg, char *text, const char *name, struct error *err)
{
	int number = 0, rc = 0;
	for (char *line; !rc && (line = strsep(&text, "\n"));) {
		char *place = xasprintf("%s line %d", name, ++number);
		rc = set_line(cfg, line, place, err);
		free(place);
	}
	return rc;
}

static int read_file(FILE *file, struct strbuf *text)
{
	char chunk[4096];
	for (size_t n; (n = fread(chunk, 1, sizeof chunk, file)) > 0;)
		strbuf_add(text, chunk, n);
	return ferror(file) || strlen(strbuf_str(text)) != text->len ? -1 : 0;
}

char *config_file_name(const struct config *cfg)
{
	const char *given = config_text(cfg, "config");
	return given ? xstrdup(given) : path_of(PATH_CONFIG, "tfl-top.conf", NULL);
}

int config_file(struct config *cfg, struct error *err)
{
	bool given = config_is_set(cfg, "config");
	char *path = config_file_name(cfg);
	FILE *file = path ? fopen(path, "re") : NULL;
	struct strbuf text = {0};
	int rc = 0;
	if (file && read_file(file, &text))
		rc = error_set(err, "%s is not a text file", path);
	else if (file)
		rc = text.data ? config_lines(cfg, text.data, path, err) : 0;
	else if (path && (given || errno != ENOENT))
		rc = error_set(err, "cannot read the configuration %s: %s", path, strerror(errno));
	if (file)
		fclose(file);
	strbuf_fini(&text);
	free(path);
	return rc;
}
