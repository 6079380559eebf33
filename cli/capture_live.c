#include "capture.h"
#include "command.h"
int capture_live(const struct capture_values *v, unsigned keep, const struct filter *filter)
{
    (void)v;
    (void)keep;
    (void)filter;
    return command_failed("capture", "not yet");
}
