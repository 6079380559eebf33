/*
 * software.h - which mail software a server says it is.
 *
 * Only the server's own words count: the text of its greeting behind the host name, and EHLO
 * keywords that one product alone has.  Whoever runs the server may write what he likes there, so
 * this is what the server claims; and most say nothing, or were silenced on the way.
 */
#ifndef MAILTAP_SOFTWARE_H
#define MAILTAP_SOFTWARE_H

/*
 * `greeting`: the first line of the 220 reply without its code; `keywords`: the EHLO keywords, a
 * line each.  Both as stored; either may be empty or NULL.  The answer lives for ever: "Postfix",
 * "Microsoft Exchange", ...; NULL: they do not tell.  A product has one name whatever its maker
 * called it over the years, so that its deployments are counted together.
 */
const char *software_name(const char *greeting, const char *keywords);

#endif
