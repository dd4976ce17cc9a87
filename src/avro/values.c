#include "avro/values.h"

#include "avro/decode.h"
#include "avro/encode.h"
#include "avro/registry.h"
#include "base/clock.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum {
	TRIES = 5,                 /* for a schema that the registry does not know yet … */
	TRY_MS = 100,              /* … the first pause between them, each twice the one before */
	AGAIN_MS = 60 * 1000,      /* an id that it does not know is asked for again after this long */
	AWAY_MS = 1000,            /* between two requests to a registry that is away */
	UNKNOWN_MAX = 1000,        /* ids kept of which nothing is known: bytes at random may hold any */
};

struct schema { /* by its id */
	uint32_t id;
	enum { SCHEMA_NEW, SCHEMA_GOOD, SCHEMA_UNKNOWN /* to the registry */, SCHEMA_BAD } state;
	struct shape *shape;      /* good */
	struct error problem;     /* all others */
	unsigned tries;
	int64_t again_ms;         /* new, unknown: not asked for before */
};

struct values_writer {
	struct values *vs;
	struct values_writer *next;
	struct shape *shape;
	char *subject, *text;
	bool registered;
	uint32_t id;
};

struct values {
	struct registry *registry;
	bool waits;                /* registry.url is set: it is waited for */
	struct schema *schemas;
	size_t nschemas, cap, nunknown, last; /* last: the one that was looked up last */
	unsigned impatience;       /* how many ids were unknown of late: the more, the fewer tries has the next one … */
	int64_t impatient_ms;      /* … until then */
	int64_t away_until_ms;
	struct error away;         /* why */
	struct strbuf text;
	struct values_writer *writers;
};

struct values *values_new(const struct config *cfg, struct error *err)
{
	struct registry *rg = registry_new(cfg, err);
	if (!rg)
		return NULL;
	struct values *vs = xcalloc(1, sizeof *vs);
	vs->registry = rg;
	vs->waits = config_is_set(cfg, "registry.url");
	return vs;
}

void values_free(struct values *vs)
{
	if (!vs)
		return;
	for (size_t i = 0; i < vs->nschemas; i++)
		shape_free(vs->schemas[i].shape);
	for (struct values_writer *wr; (wr = vs->writers);) {
		vs->writers = wr->next;
		shape_free(wr->shape);
		free(wr->subject);
		free(wr->text);
		free(wr);
	}
	free(vs->schemas);
	strbuf_fini(&vs->text);
	registry_free(vs->registry);
	free(vs);
}

static int64_t now_ms(void)
{
	return clock_mono_us() / 1000;
}

/* Takes the place of one that the registry did not know, if there are too many of them. */
static struct schema *add_schema(struct values *vs, uint32_t id)
{
	size_t at = 0;
	if (vs->nunknown >= UNKNOWN_MAX) {
		while (vs->schemas[at].state != SCHEMA_UNKNOWN)
			at++;
		vs->nunknown--;
	} else {
		vs->schemas = xgrow(vs->schemas, vs->nschemas, &vs->cap, sizeof *vs->schemas);
		at = vs->nschemas++;
	}
	vs->schemas[at] = (struct schema){.id = id};
	vs->last = at;
	return &vs->schemas[at];
}

static struct schema *schema_of(struct values *vs, uint32_t id)
{
	if (vs->nschemas && vs->schemas[vs->last].id == id)
		return &vs->schemas[vs->last];
	for (size_t i = 0; i < vs->nschemas; i++)
		if (vs->schemas[i].id == id) {
			vs->last = i;
			return &vs->schemas[i];
		}
	return add_schema(vs, id);
}

static void set_state(struct values *vs, struct schema *sc, int state)
{
	vs->nunknown -= sc->state == SCHEMA_UNKNOWN;
	vs->nunknown += state == SCHEMA_UNKNOWN;
	sc->state = state;
}

/* A schema is registered before anything is written by it, but another server of the registry may hear of it a little later. */
static enum values_got not_known(struct values *vs, struct schema *sc)
{
	int64_t now = now_ms();
	if (now > vs->impatient_ms)
		vs->impatience = 0;
	if (sc->state == SCHEMA_NEW && sc->tries + vs->impatience < TRIES) {
		sc->again_ms = now + (TRY_MS << sc->tries);
		return VALUES_WAIT;
	}
	set_state(vs, sc, SCHEMA_UNKNOWN);
	sc->again_ms = vs->impatient_ms = now + AGAIN_MS;
	if (vs->impatience < TRIES)
		vs->impatience++;
	return VALUES_BAD;
}

static enum values_got known(struct values *vs, struct schema *sc)
{
	sc->shape = shape_new(vs->text.data, vs->text.len, &sc->problem);
	set_state(vs, sc, sc->shape ? SCHEMA_GOOD : SCHEMA_BAD);
	if (sc->shape)
		return VALUES_JSON;
	error_prefix(&sc->problem, "schema %u", sc->id);
	return VALUES_BAD;
}

static void keep_away(struct values *vs, const struct error *err)
{
	vs->away = *err;
	vs->away_until_ms = now_ms() + AWAY_MS;
}

static enum values_got away(struct values *vs, struct error *err)
{
	*err = vs->away;
	if (vs->waits)
		return VALUES_WAIT;
	error_prefix(err, "registry.url is not set, and there is none at its default");
	return VALUES_BAD;
}

static enum values_got look_up(struct values *vs, struct schema *sc, struct error *err)
{
	enum values_got got = VALUES_BAD;
	if (now_ms() < vs->away_until_ms)
		return away(vs, err);
	switch (registry_schema(vs->registry, sc->id, &vs->text, &sc->problem)) {
	case REGISTRY_AWAY:
		keep_away(vs, &sc->problem);
		return away(vs, err);
	case REGISTRY_OK:
		got = known(vs, sc);
		break;
	case REGISTRY_UNKNOWN:
		sc->tries++;
		got = not_known(vs, sc);
		break;
	case REGISTRY_REFUSED:
		set_state(vs, sc, SCHEMA_BAD);
		break;
	}
	*err = sc->problem;
	return got;
}

/* The schema with that id, from memory if it is there. */
static enum values_got find(struct values *vs, uint32_t id, const struct shape **shape, struct error *err)
{
	struct schema *sc = schema_of(vs, id);
	enum values_got got = VALUES_JSON;
	if (sc->state != SCHEMA_GOOD && sc->state != SCHEMA_BAD && now_ms() >= sc->again_ms) {
		got = look_up(vs, sc, err);
	} else if (sc->state != SCHEMA_GOOD) {
		*err = sc->problem;
		got = sc->state == SCHEMA_NEW ? VALUES_WAIT : VALUES_BAD;
	}
	*shape = sc->shape;
	return got;
}

static enum values_got read_frame(struct values *vs, const void *bytes, size_t len, bool event, struct strbuf *json, struct error *err)
{
	struct frame frame;
	const struct shape *shape;
	strbuf_reset(json);
	if (frame_read(bytes, len, &frame, err))
		return VALUES_BAD;
	enum values_got got = find(vs, frame.id, &shape, err);
	if (got != VALUES_JSON)
		return got;
	if (shape->nodes[0].kind != SHAPE_RECORD) {
		error_set(err, "schema %u is of a %s, not of a record", frame.id, shape_kind_name(shape->nodes[0].kind));
		return VALUES_BAD;
	}
	if (!avro_decode(shape, frame.body, frame.len, event, json, err))
		return VALUES_JSON;
	error_prefix(err, "schema %u", frame.id);
	return VALUES_BAD;
}

enum values_got values_read(struct values *vs, const void *frame, size_t len, struct strbuf *json, struct error *err)
{
	return read_frame(vs, frame, len, false, json, err);
}

enum values_got values_read_event(struct values *vs, const void *frame, size_t len, struct strbuf *json, struct error *err)
{
	return read_frame(vs, frame, len, true, json, err);
}

struct values_writer *values_writer(struct values *vs, const char *topic, const char *schema_json, struct error *err)
{
	struct shape *shape = shape_new(schema_json, strlen(schema_json), err);
	if (!shape)
		return NULL;
	struct values_writer *wr = xcalloc(1, sizeof *wr);
	*wr = (struct values_writer){.vs = vs, .next = vs->writers, .shape = shape, .text = xstrdup(schema_json)};
	wr->subject = xasprintf("%s-value", topic);
	vs->writers = wr;
	return wr;
}

int values_writer_ready(struct values_writer *wr, struct error *err)
{
	struct values *vs = wr->vs;
	if (wr->registered)
		return 0;
	if (now_ms() < vs->away_until_ms) {
		*err = vs->away;
		return 1;
	}
	switch (registry_register(vs->registry, wr->subject, wr->text, &wr->id, err)) {
	case REGISTRY_OK:
		wr->registered = true;
		return 0;
	case REGISTRY_AWAY:
		keep_away(vs, err);
		return 1;
	default:
		return -1;
	}
}

int values_write(struct values_writer *wr, struct text json, struct strbuf *frame, struct error *err)
{
	int rc = values_writer_ready(wr, err);
	if (rc)
		return rc;
	strbuf_reset(frame);
	frame_begin(frame, wr->id);
	return avro_encode(wr->shape, json, frame, err);
}
