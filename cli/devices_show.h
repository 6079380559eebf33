/* devices_show.h - the network interfaces as a table. */
#ifndef MAILTAP_DEVICES_SHOW_H
#define MAILTAP_DEVICES_SHOW_H

#include <mailtap/devices.h>
#include <stdio.h>

/* At most 80 columns of ASCII; with no interface, what to do about that. */
void devices_show(FILE *out, const struct device *list, unsigned count);

#endif
