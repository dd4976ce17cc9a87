#!/bin/bash
# The elastic sink against a server that fails in every way: many seeds of what the unit test tries a few of.
. "$(dirname "$0")/lib.sh"
seeds=500
[ "$FULL" = 1 ] && seeds=10000
check "nothing is lost and nothing doubled for $seeds seeds" env SEEDS=$seeds "$BUILD/tests/unit/test_elastic_faults"
