/* kafka_admin: what a test does to a broker behind the program's back, one command a run:
 *   create TOPIC PARTITIONS [KEY=VALUE]…   delete TOPIC   grow TOPIC PARTITIONS   trim TOPIC PARTITION OFFSET   allow TOPIC read|write|describe
 *   write TOPIC [TRANSACTIONAL-ID]
 * write takes lines "PARTITION|TIME-MS|KEY|VALUE[|HEADER=VALUE]" on stdin; "-" is none (partition: by key; time: now), "@FILE" its bytes.
 * With an id, lines "begin", "commit" and "abort" are the transaction's; "flush" says "flushed" when the broker has what was written.
 * The end of the input leaves a transaction open, as a producer does that is killed. The broker is $KAFKA. */
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ANSWER_MS 30000

static rd_kafka_t *rk;
static rd_kafka_queue_t *queue;
static int undelivered;

static void give_up(const char *what, const char *why)
{
	fprintf(stderr, "kafka_admin: %s: %s\n", what, why);
	exit(1);
}

static void on_delivery(rd_kafka_t *client, const rd_kafka_message_t *msg, void *opaque)
{
	(void)client;
	(void)opaque;
	if (msg->err && msg->err != RD_KAFKA_RESP_ERR__PURGE_QUEUE) {
		fprintf(stderr, "kafka_admin: not delivered: %s\n", rd_kafka_err2str(msg->err));
		undelivered++;
	}
}

static void connect_as(const char *id)
{
	char why[256];
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_conf_set(conf, "bootstrap.servers", getenv("KAFKA"), NULL, 0);
	rd_kafka_conf_set(conf, "partitioner", "murmur2_random", NULL, 0);
	rd_kafka_conf_set(conf, "message.max.bytes", "100000000", NULL, 0);
	rd_kafka_conf_set(conf, "linger.ms", "1", NULL, 0);
	rd_kafka_conf_set(conf, "enable.idempotence", "true", NULL, 0);
	rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
	if (id)
		rd_kafka_conf_set(conf, "transactional.id", id, NULL, 0);
	rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
	if (!rk)
		give_up("no client", why);
	queue = rd_kafka_queue_new(rk);
}

/* The answer to an admin request: every one of its topics must have gone well. */
static void answer(const char *what)
{
	rd_kafka_event_t *event = rd_kafka_queue_poll(queue, ANSWER_MS);
	if (!event || rd_kafka_event_error(event))
		give_up(what, event ? rd_kafka_event_error_string(event) : "no answer");
	const rd_kafka_topic_result_t **topics = NULL;
	size_t count = 0;
	if (rd_kafka_event_CreateTopics_result(event))
		topics = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
	else if (rd_kafka_event_DeleteTopics_result(event))
		topics = rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &count);
	else if (rd_kafka_event_CreatePartitions_result(event))
		topics = rd_kafka_CreatePartitions_result_topics(rd_kafka_event_CreatePartitions_result(event), &count);
	for (size_t i = 0; i < count; i++)
		if (rd_kafka_topic_result_error(topics[i]))
			give_up(what, rd_kafka_err2str(rd_kafka_topic_result_error(topics[i])));
	rd_kafka_event_destroy(event);
}

static void create(char **args)
{
	char why[256];
	rd_kafka_NewTopic_t *topic = rd_kafka_NewTopic_new(args[0], atoi(args[1]), 1, why, sizeof why);
	for (char **pair = args + 2; *pair; pair++) {
		char *value = strchr(*pair, '=');
		*value++ = '\0';
		rd_kafka_NewTopic_set_config(topic, *pair, value);
	}
	rd_kafka_CreateTopics(rk, &topic, 1, NULL, queue);
	answer("create");
	rd_kafka_NewTopic_destroy(topic);
}

static void delete(char **args)
{
	rd_kafka_DeleteTopic_t *topic = rd_kafka_DeleteTopic_new(args[0]);
	rd_kafka_DeleteTopics(rk, &topic, 1, NULL, queue);
	answer("delete");
	rd_kafka_DeleteTopic_destroy(topic);
}

static void grow(char **args)
{
	char why[256];
	rd_kafka_NewPartitions_t *topic = rd_kafka_NewPartitions_new(args[0], (size_t)atoi(args[1]), why, sizeof why);
	rd_kafka_CreatePartitions(rk, &topic, 1, NULL, queue);
	answer("grow");
	rd_kafka_NewPartitions_destroy(topic);
}

static void trim(char **args)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
	rd_kafka_topic_partition_list_add(list, args[0], atoi(args[1]))->offset = atoll(args[2]);
	rd_kafka_DeleteRecords_t *before = rd_kafka_DeleteRecords_new(list);
	rd_kafka_DeleteRecords(rk, &before, 1, NULL, queue);
	answer("trim");
	rd_kafka_DeleteRecords_destroy(before);
	rd_kafka_topic_partition_list_destroy(list);
}

static void allow(char **args)
{
	char why[256];
	rd_kafka_AclOperation_t operation = *args[1] == 'r'   ? RD_KAFKA_ACL_OPERATION_READ
					    : *args[1] == 'w' ? RD_KAFKA_ACL_OPERATION_WRITE
							      : RD_KAFKA_ACL_OPERATION_DESCRIBE;
	rd_kafka_AclBinding_t *acl = rd_kafka_AclBinding_new(RD_KAFKA_RESOURCE_TOPIC, args[0], RD_KAFKA_RESOURCE_PATTERN_LITERAL, "User:ANONYMOUS",
							     "*", operation, RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW, why, sizeof why);
	rd_kafka_CreateAcls(rk, &acl, 1, NULL, queue);
	answer("allow");
	rd_kafka_AclBinding_destroy(acl);
}

struct bytes {
	char *data;
	size_t len;
};

/* A field as the head of this file says. */
static struct bytes bytes_of(const char *field)
{
	struct bytes all = {NULL, 0};
	if (!field || !strcmp(field, "-"))
		return all;
	if (*field != '@')
		return (struct bytes){strdup(field), strlen(field)};
	FILE *in = fopen(field + 1, "rb");
	if (!in || fseek(in, 0, SEEK_END))
		give_up(field, "cannot be read");
	all.len = (size_t)ftell(in);
	all.data = malloc(all.len + 1);
	rewind(in);
	if (fread(all.data, 1, all.len, in) != all.len)
		give_up(field, "cannot be read");
	fclose(in);
	return all;
}

static rd_kafka_headers_t *headers_of(char *field)
{
	char *value = field ? strchr(field, '=') : NULL;
	if (!value)
		return NULL;
	rd_kafka_headers_t *headers = rd_kafka_headers_new(1);
	rd_kafka_header_add(headers, field, value - field, value + 1, -1);
	return headers;
}

static void write_line(const char *topic, char *line)
{
	char *field[5] = {NULL};
	for (int i = 0; i < 5; i++)
		field[i] = strsep(&line, "|");
	struct bytes key = bytes_of(field[2]), value = bytes_of(field[3]);
	int32_t partition = strcmp(field[0], "-") ? atoi(field[0]) : RD_KAFKA_PARTITION_UA;
	int64_t time_ms = field[1] && strcmp(field[1], "-") ? atoll(field[1]) : 0;
	rd_kafka_resp_err_t rc;
	do {
		rc = rd_kafka_producev(rk, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(partition), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
				       RD_KAFKA_V_KEY(key.data, key.len), RD_KAFKA_V_VALUE(value.data, value.len), RD_KAFKA_V_TIMESTAMP(time_ms),
				       RD_KAFKA_V_HEADERS(headers_of(field[4])), RD_KAFKA_V_END);
		rd_kafka_poll(rk, rc ? 100 : 0);
	} while (rc == RD_KAFKA_RESP_ERR__QUEUE_FULL);
	if (rc)
		give_up("write", rd_kafka_err2str(rc));
	free(key.data);
	free(value.data);
}

/* Whether the line is a command rather than a record. */
static int obey(const char *line)
{
	rd_kafka_error_t *error = NULL;
	if (!strcmp(line, "begin"))
		error = rd_kafka_begin_transaction(rk);
	else if (!strcmp(line, "commit"))
		error = rd_kafka_commit_transaction(rk, ANSWER_MS);
	else if (!strcmp(line, "abort"))
		error = rd_kafka_abort_transaction(rk, ANSWER_MS);
	else if (!strcmp(line, "flush"))
		puts(rd_kafka_flush(rk, ANSWER_MS) ? "not flushed" : "flushed");
	else
		return 0;
	if (error)
		give_up(line, rd_kafka_error_string(error));
	fflush(stdout);
	return 1;
}

static void write_all(char **args)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t len;
	if (args[1]) {
		rd_kafka_error_t *error = rd_kafka_init_transactions(rk, ANSWER_MS);
		if (error)
			give_up("transactions", rd_kafka_error_string(error));
	}
	while ((len = getline(&line, &room, stdin)) > 0) {
		line[len - 1] = '\0';
		if (!obey(line))
			write_line(args[0], line);
	}
	free(line);
	rd_kafka_flush(rk, ANSWER_MS);
	fflush(stderr);
	_exit(undelivered > 0); /* without the farewell that would end an open transaction */
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int least;
		void (*run)(char **args);
	} commands[] = {
		{"create", 2, create}, {"delete", 1, delete}, {"grow", 2, grow}, {"trim", 3, trim}, {"allow", 2, allow}, {"write", 1, write_all},
	};
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		if (argc < 2 || strcmp(argv[1], commands[i].name) || argc - 2 < commands[i].least || !getenv("KAFKA"))
			continue;
		connect_as(!strcmp(argv[1], "write") ? argv[3] : NULL);
		commands[i].run(argv + 2);
		rd_kafka_queue_destroy(queue);
		rd_kafka_destroy(rk);
		return 0;
	}
	fprintf(stderr, "kafka_admin: no such command (the head of its source lists them), or KAFKA is not set\n");
	return 2;
}
