/* fuzz_keys.c: bytes typed at a real terminal's line: decoded into keys, answered, drawn; and what is sent back to the terminal. An input is
 * columns, rows, and the bytes. */
#include "fuzz_cells.h"
#include "../unit/ui_fixture.h"
#include "ui/screen.h"
#include "ui/terminal.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#define TYPED_MAX 1024
#define ENDING "MMMMMMMM" /* ends whatever sequence the bytes began */

static struct snapshot snap;
static int master;

/* Where the stream of bytes to the terminal stands. */
enum sent { SENT_TEXT, SENT_ESCAPE, SENT_CSI, SENT_CHARSET, SENT_C2 };

/* Plain text, the few controls that move the cursor, and the sequences of the terminal's description: nothing that a name could have
 * smuggled in, such as a title (ESC ]) or a C1 control. */
static enum sent follow(enum sent at, unsigned char byte)
{
	switch (at) {
	case SENT_ESCAPE:
		MUST(byte && strchr("[(78=>M", byte));
		return byte == '[' ? SENT_CSI : byte == '(' ? SENT_CHARSET : SENT_TEXT;
	case SENT_CSI:
		MUST(byte && (strchr("0123456789;?", byte) || (byte >= '@' && byte <= '~')));
		return byte >= '@' ? SENT_TEXT : SENT_CSI;
	case SENT_CHARSET:
		MUST(byte == 'B' || byte == '0');
		return SENT_TEXT;
	case SENT_C2:
		MUST(byte >= 0xa0);
		return SENT_TEXT;
	case SENT_TEXT:
		break;
	}
	MUST(byte == '\033' || (byte && strchr("\r\n\b\t", byte)) || (byte >= ' ' && byte != 0x7f));
	return byte == '\033' ? SENT_ESCAPE : byte == 0xc2 ? SENT_C2 : SENT_TEXT;
}

/* thread: reader: a terminal that is not read blocks who writes to it. */
static void *read_sent(void *arg)
{
	unsigned char block[4096];
	enum sent at = SENT_TEXT;
	(void)arg;
	for (ssize_t n; (n = read(master, block, sizeof block)) > 0;)
		for (ssize_t i = 0; i < n; i++)
			at = follow(at, block[i]);
	return NULL;
}

static void open_line(void)
{
	const char *name;
	struct termios raw;
	pthread_t reader;
	master = posix_openpt(O_RDWR | O_NOCTTY);
	MUST(master >= 0 && !grantpt(master) && !unlockpt(master) && (name = ptsname(master)));
	int slave = open(name, O_RDWR | O_NOCTTY);
	MUST(slave >= 0 && !tcgetattr(slave, &raw));
	cfmakeraw(&raw); /* ^S would stop us; ^C, ^\ and ^Z, which curses turns on again, make the system drop what it has not sent */
	raw.c_cc[VINTR] = raw.c_cc[VQUIT] = raw.c_cc[VSUSP] = _POSIX_VDISABLE;
	MUST(!tcsetattr(slave, TCSANOW, &raw));
	MUST(dup2(slave, STDIN_FILENO) == STDIN_FILENO && dup2(slave, STDOUT_FILENO) == STDOUT_FILENO);
	MUST(!pthread_create(&reader, NULL, read_sent, NULL));
}

static void resize(unsigned width, unsigned height)
{
	struct winsize size = {.ws_col = (unsigned short)(1 + width % 140), .ws_row = (unsigned short)(1 + height % 50)};
	MUST(!ioctl(STDOUT_FILENO, TIOCSWINSZ, &size));
}

static void start(void)
{
	static const struct terminal_wish wish = {.mouse = true};
	struct error err;
	fixture_init(&snap);
	snap.has_sim = 1;
	setenv("TERM", "xterm-256color", 1);
	unsetenv("NO_COLOR");
	open_line();
	resize(79, 23);
	MUST(!terminal_open(&wish, &err));
}

static void check_key(const struct input *in)
{
	MUST(in->key >= 0 && in->key <= K_F(12));
	struct key_label label = key_label(in->key);
	MUST(memchr(label.s, '\0', sizeof label.s));
	if (in->key == K_CLICK)
		MUST(in->x >= 0 && in->y >= 0);
}

static void answer(struct screen *sc)
{
	struct input in;
	bool gone = false;
	while (terminal_key(&in, &gone)) {
		check_key(&in);
		if (screen_input(sc, &in) & REACT_RESORT)
			screen_refresh(sc, &snap);
	}
	MUST(!gone);
}

static void show(struct screen *sc, bool all)
{
	struct canvas cv;
	int width, height;
	terminal_size(&width, &height);
	canvas_init(&cv, width, height, terminal_ascii());
	screen_draw(sc, &snap, &cv);
	check_cells(&cv);
	terminal_show(&cv, all);
	canvas_fini(&cv);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool started;
	struct screen sc;
	if (size < 2)
		return 0;
	if (!started) /* not earlier: the fuzzer closes its standard output after it has begun */
		start();
	started = true;
	resize(data[0], data[1]);
	size = size - 2 < TYPED_MAX ? size - 2 : TYPED_MAX;
	MUST(!screen_init(&sc, NULL, NULL, NULL, NULL));
	screen_refresh(&sc, &snap);
	show(&sc, false);
	MUST(write(master, data + 2, size) == (ssize_t)size);
	MUST(write(master, ENDING, strlen(ENDING)) == (ssize_t)strlen(ENDING));
	answer(&sc);
	show(&sc, size & 1);
	screen_fini(&sc);
	return 0;
}
