/* rng.h: seedable random numbers, the same on every machine (xoshiro256**, seeded by splitmix64; both by Blackman and Vigna). */
#ifndef TFLTOP_BASE_RNG_H
#define TFLTOP_BASE_RNG_H

#include <stdint.h>

struct rng {
	uint64_t s[4];
};

void rng_init(struct rng *rng, uint64_t seed, uint64_t stream); /* other streams of one seed are independent */
uint64_t rng_next(struct rng *rng);
double rng_unit(struct rng *rng);                       /* [0, 1) */
uint32_t rng_below(struct rng *rng, uint32_t n);        /* [0, n), n > 0 */
double rng_normal(struct rng *rng);                     /* mean 0, deviation 1 */

#endif
