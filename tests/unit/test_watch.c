/*
 * test_watch.c - a live capture on a terminal.  What is drawn goes to a terminal of this file, which
 * knows the few sequences that may be used and fails on any other, and on what leaves its edges.
 */
#include "test.h"

#include "watched.h"

#include <stdlib.h>
#include <string.h>

#define MOST_COLUMNS 300u
#define MOST_ROWS 100u

static struct live_view now, before;

static struct {
    unsigned columns, rows, row, column;
    char cell[MOST_ROWS][MOST_COLUMNS + 1];
    unsigned coloured; /* sequences of colour, and whether one is on */
    bool on;
} terminal;

static void resize(unsigned columns, unsigned rows)
{
    terminal.columns = columns;
    terminal.rows = rows;
    for (unsigned r = 0; r < MOST_ROWS; r++)
        memset(terminal.cell[r], '@', columns);
    for (unsigned r = 0; r < MOST_ROWS; r++)
        terminal.cell[r][columns] = '\0';
}

static void clear_line(void)
{
    if (terminal.column >= terminal.columns)
        fail_msg("wiped in the last column");
    memset(terminal.cell[terminal.row] + terminal.column, ' ', terminal.columns - terminal.column);
}

static void clear_below(void)
{
    clear_line();
    for (unsigned r = terminal.row + 1; r < terminal.rows; r++)
        memset(terminal.cell[r], ' ', terminal.columns);
}

/* What follows an ESC; returns its last octet. */
static const char *sequence(const char *text)
{
    size_t n = 1 + strspn(text + 1, "0123456789;");

    assert_int_equal(text[0], '[');
    switch (text[n]) {
    case 'H':
        terminal.row = terminal.column = 0;
        break;
    case 'K':
        clear_line();
        break;
    case 'J':
        clear_below();
        break;
    case 'm':
        terminal.coloured++;
        terminal.on = text[1] != '0';
        return text + n;
    default:
        fail_msg("sequence '%c'", text[n]);
    }
    assert_int_equal(n, 1);
    return text + n;
}

static void show(const char *text)
{
    for (; *text; text++) {
        if (*text == '\x1b') {
            text = sequence(text + 1);
        } else if (*text == '\r') {
            terminal.column = 0;
        } else if (*text == '\n') {
            assert_int_equal(terminal.column, 0);
            assert_false(terminal.on);
            terminal.row++;
            assert_true(terminal.row < terminal.rows);
        } else {
            assert_true(*text >= ' ' && *text < 0x7f);
            assert_true(terminal.column < terminal.columns);
            terminal.cell[terminal.row][terminal.column++] = *text;
        }
    }
}

static void draw_as(unsigned columns, unsigned rows, bool colour)
{
    static char text[1u << 20];
    FILE *out = fmemopen(text, sizeof text, "w");

    assert_non_null(out);
    watch_draw(out, &now, &before, columns, rows, colour);
    assert_true(ftell(out) < (long)sizeof text - 1);
    fclose(out);
    terminal.coloured = 0;
    assert_memory_equal(text, "\x1b[H", 3);
    show(text);
    assert_false(terminal.on);
    for (unsigned r = 0; r < terminal.rows; r++)
        assert_null(strchr(terminal.cell[r], '@'));
}

static void draw(unsigned columns, unsigned rows)
{
    resize(columns, rows);
    draw_as(columns, rows, false);
    assert_int_equal(terminal.coloured, 0);
}

/* The lines of the screen without their blank ends; below them it is empty. */
static void expect(const char *screen)
{
    for (unsigned r = 0; r < terminal.rows; r++) {
        const char *line = terminal.cell[r];
        size_t n = strlen(line), wanted = strcspn(screen, "\n");
        while (n && line[n - 1] == ' ')
            n--;
        if (n != wanted || memcmp(line, screen, n) != 0)
            fail_msg("line %u: '%.*s', not '%.*s'", r + 1, (int)n, line, (int)wanted, screen);
        screen += wanted + (screen[wanted] != '\0');
    }
    assert_string_equal(screen, "");
}

static bool seen(const char *text)
{
    for (unsigned r = 0; r < terminal.rows; r++)
        if (strstr(terminal.cell[r], text))
            return true;
    return false;
}

/* ---- screens */

static void the_usual_screen(void **state)
{
    (void)state;
    watched_minute(&now, &before, 20);
    draw(80, 24);
    expect("mailtap  2 d 03:04:05                                                findings.db\n"
           "eth0 12,345 frames/s  61.2 Mbit/s  0 dropped\n"
           "\n"
           "sessions            all      new    share\n"
           "stripped              1       +1    2.4 %  #\n"
           "cleartext            12      +12   29.3 %  ###########\n"
           "starttls-failed       0             0.0 %\n"
           "starttls             27      +27   65.9 %  ########################\n"
           "implicit-tls          0             0.0 %\n"
           "unknown               1       +1    2.4 %  #\n"
           "\n"
           "waiting               0  findings, 0 B of 256 MiB\n"
           "connections       1,234  of 262,144\n"
           "stored               41  sessions\n"
           "\n"
           "UTC       class            client     server         name            rule\n"
           "01:50:52  cleartext        192.0.2.1  198.51.100.25  mx1.example.o~\n"
           "01:50:51  starttls         192.0.2.2  198.51.100.2~  mx1.example.o~\n"
           "01:50:50  starttls-failed  192.0.2.3  198.51.100.25  mx1.example.o~\n"
           "01:50:49  stripped         192.0.2.4  198.51.100.25  mx1.example.o~  ehlo-masked\n"
           "01:50:48  implicit-tls     192.0.2.5  198.51.100.25  mx1.example.o~\n"
           "01:50:47  unknown          192.0.2.6  198.51.100.25  mx1.example.o~\n"
           "01:50:46  cleartext        192.0.2.7  198.51.100.25  mx1.example.o~\n"
           "01:50:45  starttls         192.0.2.8  198.51.100.25  mx1.example.o~\n");
}

static void a_low_and_narrow_screen(void **state)
{
    (void)state;
    watched_minute(&now, &before, 20);
    draw(20, 5);
    expect("mailtap 2 d 03:04:05\n"
           "eth0 12,345/s 0 dro~\n"
           "     1 stripped\n"
           "    12 cleartext\n"
           "     0 starttls-fai~\n");
    draw(20, 1);
    expect("mailtap 2 d 03:04:05\n");
    draw(1, 1);
    expect("~\n");
}

static void what_is_wrong_comes_first(void **state)
{
    (void)state;
    watched_minute(&now, &before, 1);
    now.writing_fails = true;
    strcpy(now.trouble, "/var/lib/mailtap/findings.db: the disk is full");
    now.rows_dropped = 12;
    now.interface[0].up = false;
    now.interface[0].counts.kernel_dropped = 1234;
    now.interface[0].counts.interface_dropped = 7;
    before.interface[0].counts = now.interface[0].counts;
    now.waiting = 1500;
    now.waiting_octets = 250u << 20;
    draw(80, 10);
    expect("mailtap  2 d 03:04:05                                                findings.db\n"
           "NOT WRITTEN: the disk is full\n"
           "LOST findings: 12; too many waited for the database\n"
           "eth0 DOWN      0 frames/s      0 bit/s  DROPPED 1,234 by kernel, 7 by interface\n"
           "stripped              1       +1    2.4 %  #\n"
           "cleartext            12      +12   29.3 %  ###########\n"
           "starttls-failed       0             0.0 %\n"
           "starttls             27      +27   65.9 %  ########################\n"
           "implicit-tls          0             0.0 %\n"
           "unknown               1       +1    2.4 %  #\n");
    draw(80, 1);
    expect("NOT WRITTEN: the disk is full\n");
}

static void interfaces_have_lines_while_there_is_room(void **state)
{
    (void)state;
    watched_minute(&now, &before, 20);
    watched_interfaces(&now, &before, 3);
    now.interface[1].up = false;
    now.interface[2].counts.kernel_dropped = 9;
    draw(90, 12);
    expect("mailtap  2 d 03:04:05                                                          "
           "findings.db\n"
           "eth0      12,345 frames/s  61.2 Mbit/s  0 dropped\n"
           "eth1 DOWN 12,345 frames/s  61.2 Mbit/s  0 dropped\n"
           "eth2      12,345 frames/s  61.2 Mbit/s  DROPPED 9 by kernel\n"
           "stripped              1       +1    2.4 %  #\n"
           "cleartext            12      +12   29.3 %  ##############\n"
           "starttls-failed       0             0.0 %\n"
           "starttls             27      +27   65.9 %  ###############################\n"
           "implicit-tls          0             0.0 %\n"
           "unknown               1       +1    2.4 %  #\n"
           "waiting               0  findings, 0 B of 256 MiB\n"
           "connections       1,234  of 262,144\n");
    draw(80, 8);
    expect("mailtap  2 d 03:04:05                                                findings.db\n"
           "2 of 3 up 37,035 frames/s   184 Mbit/s  DROPPED 9 by kernel\n"
           "stripped              1       +1    2.4 %  #\n"
           "cleartext            12      +12   29.3 %  ###########\n"
           "starttls-failed       0             0.0 %\n"
           "starttls             27      +27   65.9 %  ########################\n"
           "implicit-tls          0             0.0 %\n"
           "unknown               1       +1    2.4 %  #\n");
}

static void findings_fill_a_large_screen(void **state)
{
    (void)state;
    watched_minute(&now, &before, 32);
    draw(300, 100);
    assert_true(
        seen("UTC       class            client      server             name             rule "
             "        mails"));
    assert_true(seen("01:50:49  stripped         192.0.2.4   198.51.100.25      mx1.example.org  "
                     "ehlo-masked  3"));
    assert_true(seen("01:50:21  "));
    assert_false(seen("~"));
    now.last_count = 0;
    draw(300, 100);
    assert_false(seen("UTC"));
}

static void a_terminal_that_has_no_size_is_taken_for_a_usual_one(void **state)
{
    (void)state;
    watched_minute(&now, &before, 20);
    resize(80, 24);
    draw_as(0, 0, false);
    assert_true(seen("findings.db"));
    assert_true(seen("ehlo-masked"));
}

static void nothing_is_left_of_a_screen_before(void **state)
{
    (void)state;
    watched_minute(&now, &before, 20);
    draw(80, 24);
    watched_minute(&now, &before, 0);
    draw_as(80, 24, false); /* on the same terminal */
    assert_false(seen("mx1"));
    assert_false(seen("UTC"));
}

static void colour_is_used_when_asked_and_is_all_that_differs(void **state)
{
    (void)state;
    static char plain[MOST_ROWS][MOST_COLUMNS + 1];

    watched_minute(&now, &before, 20);
    draw(80, 24);
    memcpy(plain, terminal.cell, sizeof plain);
    resize(80, 24);
    draw_as(80, 24, true);
    assert_true(terminal.coloured > 10);
    assert_memory_equal(plain, terminal.cell, sizeof plain);
}

static void every_size_is_kept_to(void **state)
{
    (void)state;

    for (unsigned hostile = 0; hostile < 2; hostile++) {
        watched_minute(&now, &before, 20);
        watched_interfaces(&now, &before, 5);
        if (hostile)
            watched_hostile(&now);
        for (unsigned columns = 1; columns <= 200; columns++)
            for (unsigned rows = 1; rows <= 60; rows += columns > 100 ? 7 : 1)
                for (unsigned colour = 0; colour < 2; colour++) {
                    resize(columns, rows);
                    draw_as(columns, rows, colour);
                }
    }
}

static void what_went_back_is_no_rate(void **state)
{
    (void)state;
    watched_minute(&now, &before, 0);
    struct live_view later = before;
    before = now;
    now = later;
    draw(80, 24);
    assert_true(seen("eth0      0 frames/s      0 bit/s  0 dropped"));
    assert_false(seen("+"));
    assert_false(seen("-1"));
}

static char *written(void (*by)(FILE *))
{
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);

    assert_non_null(out);
    by(out);
    fclose(out);
    return text;
}

/* What the beginning switches the end switches back. */
static void the_terminal_is_given_back(void **state)
{
    (void)state;
    static const char *const switches[] = {"?1049", "?25", "?7"};
    static const char begin[] = "hll", end[] = "lhh";
    char *begun = written(watch_begin), *ended = written(watch_end);

    for (unsigned i = 0; i < 3; i++) {
        char sequence_text[16];
        snprintf(sequence_text, sizeof sequence_text, "\x1b[%s%c", switches[i], begin[i]);
        assert_non_null(strstr(begun, sequence_text));
        snprintf(sequence_text, sizeof sequence_text, "\x1b[%s%c", switches[i], end[i]);
        assert_non_null(strstr(ended, sequence_text));
    }
    free(begun);
    free(ended);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_usual_screen),
        cmocka_unit_test(a_low_and_narrow_screen),
        cmocka_unit_test(what_is_wrong_comes_first),
        cmocka_unit_test(interfaces_have_lines_while_there_is_room),
        cmocka_unit_test(findings_fill_a_large_screen),
        cmocka_unit_test(a_terminal_that_has_no_size_is_taken_for_a_usual_one),
        cmocka_unit_test(nothing_is_left_of_a_screen_before),
        cmocka_unit_test(colour_is_used_when_asked_and_is_all_that_differs),
        cmocka_unit_test(every_size_is_kept_to),
        cmocka_unit_test(what_went_back_is_no_rate),
        cmocka_unit_test(the_terminal_is_given_back),
    };
    return cmocka_run_group_tests_name("watch", tests, NULL, NULL);
}
