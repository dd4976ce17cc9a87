#!/bin/sh
# assets.sh TOP FILE… > assets.c: the table of src/base/asset.h, with the files below TOP; the bytes themselves are taken in by the assembler.
set -eu
folder=$1
shift
echo '/* Made by build-aux/assets.sh. */'
echo '#include "base/asset.h"'
n=0
for file; do
	[ -r "$folder/$file" ] || { echo "assets.sh: cannot read $folder/$file" >&2; exit 1; }
	cat <<C
__asm__(".section .rodata\n\t.balign 16\nasset_$n:\n\t.incbin \"$folder/$file\"\n\t.byte 0\n\t.previous\n");
extern const char asset_$n[];
C
	n=$((n + 1))
done
echo 'const struct asset assets[] = {'
n=0
for file; do
	printf '\t{"%s", asset_%d, %d},\n' "${file#data/}" "$n" "$(wc -c < "$folder/$file")"
	n=$((n + 1))
done
[ "$n" -gt 0 ] || printf '\t{"", "", 0},\n'
echo '};'
echo "const size_t nassets = $n;"
