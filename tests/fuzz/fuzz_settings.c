/* fuzz_settings.c: a configuration file: taken or refused with its line, never more; what was taken can be read by its type and printed. */
#include "base/config_internal.h"
#include "base/mem.h"
#include "fuzz.h"

static void read_by_type(const struct config *cfg, const struct option *row)
{
	switch (row->type) {
	case OPT_FLAG:
	case OPT_BOOL:
		config_bool(cfg, row->key);
		break;
	case OPT_COUNT:
		config_count(cfg, row->key);
		break;
	case OPT_REAL:
	case OPT_SPEED:
		MUST(config_real(cfg, row->key) >= 0);
		break;
	case OPT_DURATION:
		MUST(config_ms(cfg, row->key) >= 0);
		break;
	case OPT_MODE:
		MUST((config_mode(cfg, row->key) & ~0666u) == 0);
		break;
	default:
		MUST(config_text(cfg, row->key) || !row->preset);
	}
}

static void count_kafka(const char *name, const char *value, void *arg)
{
	MUST(*name && *value);
	++*(size_t *)arg;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = xstrndup((const char *)data, size);
	struct strbuf out = {0};
	struct error err = {{0}};
	struct config *cfg = config_new();
	size_t kafka = 0;
	if (config_lines(cfg, text, "file", &err))
		MUST(!strncmp(err.text, "file line ", strlen("file line ")));
	else
		MUST(!*err.text);
	for (size_t i = 0; i < noptions; i++)
		if (!options[i].pure_flag)
			read_by_type(cfg, &options[i]);
	config_each_kafka(cfg, count_kafka, &kafka);
	MUST(kafka >= 1); /* bootstrap.servers */
	config_print(cfg, &out);
	MUST(out.len == strlen(strbuf_str(&out)));
	strbuf_fini(&out);
	config_free(cfg);
	free(text);
	return 0;
}
