/* http_identity.h: who we are to a server, and by what we know it: secrets read from settings or files. Thread: the owner's. */
#ifndef TFLTOP_BASE_HTTP_IDENTITY_H
#define TFLTOP_BASE_HTTP_IDENTITY_H

#include "base/http.h"

struct http_identity {
	char *user, *password;
	char *authorization;     /* the header with the API key; NULL without one */
	char *ca;
	bool has_fingerprint;
	uint8_t digest[32];      /* of the fingerprint */
};

int http_identity_init(struct http_identity *id, const struct http_settings *set, struct error *err);
void http_identity_fini(struct http_identity *id); /* secrets are wiped */

#endif
