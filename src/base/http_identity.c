#include "base/http_identity.h"

#include "base/http_trust.h"
#include "base/json_write.h"
#include "base/mem.h"
#include "base/secret.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void set_authorization(struct http_identity *id, const char *key)
{
	struct strbuf text = {0};
	if (strchr(key, ':'))
		json_add_base64(&text, key, strlen(key)); /* "…", quotes included */
	id->authorization = text.len ? xasprintf("Authorization: ApiKey %.*s", (int)text.len - 2, text.data + 1)
				       : xasprintf("Authorization: ApiKey %s", key);
	strbuf_fini(&text);
}

static int take_secrets(struct http_identity *id, const struct http_settings *set, struct error *err)
{
	char *key = NULL;
	int rc = secret_read(set->key, "password", set->password, set->password_file, &id->password, err);
	if (!rc)
		rc = secret_read(set->key, "api_key", set->api_key, set->api_key_file, &key, err);
	if (!rc && key && set->user)
		rc = error_set(err, "%s.user and an API key are both set: only one of them can count", set->key);
	if (!rc && id->password && !set->user)
		rc = error_set(err, "%s.user is not set, but a password is", set->key);
	if (!rc && key)
		set_authorization(id, key);
	secret_free(key);
	return rc;
}

static int take_trust(struct http_identity *id, const struct http_settings *set, struct error *err)
{
	if (set->ca && set->fingerprint)
		return error_set(err, "%s.ca and %s.fingerprint are both set: only one of them can count", set->key, set->key);
	if (set->fingerprint && fingerprint_parse(set->fingerprint, id->digest, err)) {
		error_prefix(err, "%s.fingerprint", set->key);
		return -1;
	}
	FILE *f = set->ca ? fopen(set->ca, "re") : NULL;
	if (set->ca && !f)
		return error_set(err, "%s.ca: %s: %s", set->key, set->ca, strerror(errno));
	if (f)
		fclose(f);
	id->ca = set->ca ? xstrdup(set->ca) : NULL;
	id->has_fingerprint = set->fingerprint;
	return 0;
}

int http_identity_init(struct http_identity *id, const struct http_settings *set, struct error *err)
{
	*id = (struct http_identity){.user = set->user ? xstrdup(set->user) : NULL};
	return take_secrets(id, set, err) || take_trust(id, set, err) ? -1 : 0;
}

void http_identity_fini(struct http_identity *id)
{
	secret_free(id->password);
	secret_free(id->authorization);
	free(id->user);
	free(id->ca);
	*id = (struct http_identity){0};
}
