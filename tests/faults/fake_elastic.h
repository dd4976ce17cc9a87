/* fake_elastic.h: a server for tests that answers as Elasticsearch does and keeps the set of documents, with the identity they have in a
 * time series (or by id), while it fails in all the ways a server, a proxy and a network can. What a document's user begins with decides
 * what is always wrong with it; all else is drawn at random. Thread: its own ones; the functions: any, lock: fake. */
#ifndef TFLTOP_FAKE_ELASTIC_H
#define TFLTOP_FAKE_ELASTIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fake_faults {
	double request;      /* share of the bulks that go wrong as a whole */
	double item;         /* share of the items that go wrong in bulks that do not */
	size_t body_max;     /* larger bodies are 413; 0 = no limit */
	bool opensearch;     /* plain data streams, explicit ids */
	bool no_template;    /* until fake_make_template */
	bool locked;         /* until fake_unlock: 403 for everything but bulks that come before */
	bool stranger;       /* until fake_unlock: answers, but is none */
};

struct fake *fake_start(uint64_t seed, const struct fake_faults *faults);
void fake_stop(struct fake *fk);
int fake_port(const struct fake *fk);
void fake_heal(struct fake *fk);          /* from now on nothing goes wrong but what is wrong with documents */
void fake_make_template(struct fake *fk);
void fake_unlock(struct fake *fk);

size_t fake_count(struct fake *fk);       /* documents */
bool fake_ordinary_index(struct fake *fk);/* a bulk arrived where there was no template */
size_t fake_bulks(struct fake *fk);

/* The document of that identity ("index|station|user|time", or the id), heap; NULL: there is none. */
char *fake_document(struct fake *fk, const char *identity);

/* What a user's name may begin with. */
#define FAKE_REFUSED "R400 "     /* 400 mapping error */
#define FAKE_LATE "LATE "        /* 400 out of window */
#define FAKE_FAILURE_STORE "FS " /* 201, but in the failure store */
#define FAKE_ALWAYS_500 "S500 "
#define FAKE_WORDY "WORDY "      /* 400, and megabytes of why */

#endif
