#include "base/asset.h"

#include <string.h>

const struct asset *asset_find(const char *name)
{
	for (size_t i = 0; i < nassets; i++)
		if (!strcmp(assets[i].name, name))
			return &assets[i];
	return NULL;
}
