#include "base/http_identity.h"

#include "base/http_trust.h"
#include "base/json_write.h"
#include "base/mem.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A secret: as it is, or the first line of a file. */
static int read_secret(const struct http_settings *set, const char *name, const char *text, const char *path, char **out, struct error *err)
{
	char line[1024];
	*out = text ? xstrdup(text) : NULL;
	if (!path)
		return 0;
	if (text)
		return error_set(err, "%s.%s and %s.%s_file are both set: only one of them can count", set->key, name, set->key, name);
	FILE *f = fopen(path, "re");
	char *got = f ? fgets(line, sizeof line, f) : NULL;
	int wrong = !f || ferror(f) ? errno : 0;
	if (f)
		fclose(f);
	if (!got)
		return error_set(err, "%s.%s_file: %s: %s", set->key, name, path, wrong ? strerror(wrong) : "empty");
	line[strcspn(line, "\r\n")] = '\0';
	*out = xstrdup(line);
	explicit_bzero(line, sizeof line);
	return 0;
}

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
	int rc = read_secret(set, "password", set->password, set->password_file, &id->password, err);
	if (!rc)
		rc = read_secret(set, "api_key", set->api_key, set->api_key_file, &key, err);
	if (!rc && key && set->user)
		rc = error_set(err, "%s.user and an API key are both set: only one of them can count", set->key);
	if (!rc && id->password && !set->user)
		rc = error_set(err, "%s.user is not set, but a password is", set->key);
	if (!rc && key)
		set_authorization(id, key);
	if (key)
		explicit_bzero(key, strlen(key));
	free(key);
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

static void free_secret(char *text)
{
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
}

void http_identity_fini(struct http_identity *id)
{
	free_secret(id->password);
	free_secret(id->authorization);
	free(id->user);
	free(id->ca);
	*id = (struct http_identity){0};
}
