/* smtp_reply.c - a line of the server to a reply line; see smtp.h. */
#include <mailtap/smtp.h>

/* RFC 5321 4.2: Reply-code = %x32-35 %x30-35 %x30-39, then SP, "-", or the end of the line. */
void reply_line_read(struct slice line, struct reply_line *line_r)
{
    static const char low[3] = {'2', '0', '0'}, high[3] = {'5', '5', '9'};
    struct cursor c = cursor_open_whole(line);
    int code = 0;

    *line_r = (struct reply_line){0};
    for (int i = 0; i < 3; i++) {
        uint8_t digit = cursor_u8(&c);
        if (digit < low[i] || digit > high[i])
            return;
        code = code * 10 + (digit - '0');
    }
    if (cursor_more(&c)) {
        uint8_t separator = cursor_u8(&c);
        if (separator != ' ' && separator != '-')
            return;
        line_r->more = separator == '-';
    }
    line_r->code = code;
    line_r->text = cursor_rest(&c);
}
