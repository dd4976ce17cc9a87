/* Life of a feed that reads in a consumer group. */
#include "feed/group_inside.h"

#include "base/mem.h"
#include "feed/kafka.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Dead letters are read by a group of their own, from their beginning on: what one run was given is done for the next one. */
static void feed_again(struct feed *fd)
{
	struct group *gr = fd->group;
	char *id = xasprintf("%s-dead-letters", gr->id);
	free(gr->id);
	gr->id = id;
	gr->again = true;
	gr->from_end = false;
	for (int d = ENTRY; d <= EXIT; d++) {
		gr->origin[d] = fd->source[d].topic;
		fd->source[d].topic = config_text(fd->cfg, fd->ops->dead_letter_key);
	}
	fd->goal.exit_at_end = true; /* else those that are refused again would go round for ever */
}

/* The feed must not read what it writes. */
static int check_dead_topic(const struct feed *fd, struct error *err)
{
	const char *topic = config_text(fd->cfg, fd->ops->dead_letter_key);
	for (int d = ENTRY; d <= EXIT; d++)
		if (!strcmp(topic, fd->source[d].topic))
			return error_set(err, "%s is %s, which is read as well: give dead letters a topic of their own", fd->ops->dead_letter_key,
					 topic);
	return 0;
}

int group_new(struct feed *fd, struct error *err)
{
	if (check_dead_topic(fd, err))
		return -1;
	const struct dead_calls calls = {group_letter_settled, fd};
	struct group *gr = fd->group = xcalloc(1, sizeof *fd->group);
	wake_init(&gr->wake);
	gr->id = xstrdup(config_text(fd->cfg, fd->ops->group_key));
	gr->from_end = !strcmp(config_text(fd->cfg, fd->ops->start_key), "end");
	snprintf(gr->connector, sizeof gr->connector, "tfl-top-%s", fd->ops->name);
	if (fd->goal.dead_letters)
		feed_again(fd);
	gr->dead = dead_topic_new(fd->cfg, config_text(fd->cfg, fd->ops->dead_letter_key), gr->wake.fd, &calls, err);
	return gr->dead ? 0 : -1;
}

int group_begin(struct feed *fd, struct error *err)
{
	struct group *gr = fd->group;
	const char *topics[] = {fd->source[ENTRY].topic, fd->source[EXIT].topic};
	group_judge_init(fd);
	fd->ops->later->attach(fd->sink, &gr->judge);
	return member_init(&gr->member, &fd->cs, topics, gr->again ? 1 : 2, gr->wake.fd, err);
}

void group_leave(struct feed *fd)
{
	member_leave(&fd->group->member);
	dead_topic_free(fd->group->dead);
	fd->group->dead = NULL;
}

void group_free(struct feed *fd)
{
	struct group *gr = fd->group;
	if (!gr)
		return;
	dead_topic_free(gr->dead);
	wake_fini(&gr->wake);
	free(gr->id);
	free(gr->seats);
	free(gr->headers);
	free(gr);
}
