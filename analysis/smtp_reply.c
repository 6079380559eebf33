/* smtp_reply.c - a line of the server to a reply line; see smtp.h. */
#include <mailtap/smtp.h>

/* RFC 5321 4.2: Reply-code = %x32-35 %x30-35 %x30-39, then SP, "-", or the end of the line. */
void reply_line_read(struct slice line, struct reply_line *line_r)
{
    static const char low[3] = {'2', '0', '0'}, high[3] = {'5', '5', '9'};
    int code = 0;

    *line_r = (struct reply_line){0};
    for (size_t i = 0; i < 3; i++) {
        if (i == line.n || line.p[i] < low[i] || line.p[i] > high[i])
            return;
        code = code * 10 + (line.p[i] - '0');
    }
    line = slice_tail(line, 3);
    if (line.n && line.p[0] != ' ' && line.p[0] != '-')
        return;
    line_r->more = line.n && line.p[0] == '-';
    line_r->code = code;
    line_r->text = slice_tail(line, 1);
}
