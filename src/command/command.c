#include "command/command.h"

#include <stdio.h>

int command_main(int argc, char *argv[])
{
	(void)argc;
	printf("%s %s\n", argv[0], TFLTOP_VERSION);
	return 0;
}
