#include "base/gzip.h"

#include <stdlib.h>
#include <zlib.h>

enum { PIECE = 32 * 1024, GZIP_HEADER = 16 }; /* added to the window's bits: gzip, not zlib */

static void deflate_piece(z_stream *z, struct strbuf *out, char *bytes, size_t len, int flush)
{
	z->next_in = (Bytef *)bytes;
	z->avail_in = (uInt)len;
	do {
		strbuf_reserve(out, PIECE);
		z->next_out = (Bytef *)out->data + out->len;
		z->avail_out = PIECE;
		if (deflate(z, flush) == Z_STREAM_ERROR)
			abort(); /* only by misuse */
		out->len += PIECE - z->avail_out;
	} while (!z->avail_out);
}

void gzip_add(struct strbuf *out, size_t (*read)(void *arg, char *room, size_t size), void *arg, size_t len)
{
	char piece[PIECE];
	z_stream z = {0};
	if (deflateInit2(&z, 1, Z_DEFLATED, MAX_WBITS + GZIP_HEADER, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		abort(); /* out of memory */
	while (len) {
		size_t n = read(arg, piece, len < PIECE ? len : PIECE);
		len -= n;
		deflate_piece(&z, out, piece, n, Z_NO_FLUSH);
	}
	deflate_piece(&z, out, piece, 0, Z_FINISH);
	deflateEnd(&z);
}
