/* box.c - see box.h. */
#include "box.h"

#include <string.h>

const char *box_name(enum box_form box)
{
    static const char *const names[BOX_FORMS + 1] = {
        [BOX_DELETED] = "deleted", [BOX_MASKED] = "masked", [BOX_REFUSED] = "refused",
        [BOX_COMMAND] = "command", [BOX_EHLO] = "ehlo",     [BOX_BROKEN] = "broken",
        [BOX_FORMS] = "none",
    };
    return names[box <= BOX_FORMS ? box : BOX_FORMS];
}

const char *box_keyword(enum box_form box, enum speaker near, const char *keyword)
{
    if (near == SPEAKER_SERVER || strcmp(keyword, "STARTTLS") != 0)
        return keyword;
    if (box == BOX_DELETED)
        return NULL;
    return box == BOX_MASKED ? "XXXXXXXA" : keyword; /* PIX and ASA leave a last letter */
}

const char *box_request(enum box_form box, enum speaker near)
{
    if (near == SPEAKER_CLIENT)
        return "STARTTLS";
    if (box == BOX_REFUSED)
        return NULL;
    return box == BOX_COMMAND ? "XXXXXXXX" : "STARTTLS";
}

const char *box_answer(enum box_form box)
{
    if (box == BOX_REFUSED)
        return "502 5.5.2 Error: command not recognized";
    return box == BOX_COMMAND ? "500 5.5.1 Command unrecognized: \"XXXXXXXX\"" : NULL;
}

const char *box_ehlo(enum box_form box, enum speaker near)
{
    return box == BOX_EHLO && near == SPEAKER_SERVER ? "XXXX" : "EHLO";
}

const char *box_rule(enum box_form box, enum speaker near)
{
    static const char *const rules[BOX_FORMS][2] = {
        [BOX_DELETED] = {"offer-missing", NULL},
        [BOX_MASKED] = {"offer-masked", NULL},
        [BOX_REFUSED] = {"refused", NULL},
        [BOX_COMMAND] = {"refused", "command-masked"},
        [BOX_EHLO] = {"ehlo-masked", "ehlo-masked"},
        [BOX_BROKEN] = {"handshake-broken", "handshake-broken"},
    };
    return box < BOX_FORMS ? rules[box][near] : NULL;
}
