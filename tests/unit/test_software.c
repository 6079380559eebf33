/* test_software.c - greetings as servers send them, and texts that only look like them. */
#include "test.h"

#include <mailtap/software.h>
#include <stdlib.h>
#include <string.h>

static void greeted(const char *greeting, const char *name)
{
    const char *got = software_name(greeting, "");

    if (!got || strcmp(got, name) != 0)
        fail_msg("%s: '%s' instead of '%s'", greeting, got ? got : "nothing", name);
}

static void untold(const char *greeting)
{
    const char *got = software_name(greeting, "PIPELINING\nSIZE 10240000\nSTARTTLS\nXCLIENT NAME");

    if (got)
        fail_msg("%s: '%s' instead of nothing", greeting, got);
}

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void servers_name_themselves_behind_the_host(void **state)
{
    (void)state;
    static const struct {
        const char *greeting, *name;
    } cases[] = {
        {"mail.example.org ESMTP Postfix", "Postfix"},
        {"mail.example.org ESMTP Postfix (Debian/GNU)", "Postfix"},
        {"mail.example.org ESMTP Postfix (Ubuntu)", "Postfix"},
        {"mail.example.org ESMTP Postfix 2.7.1", "Postfix"},
        {"mail.example.org Postfix", "Postfix"},
        {"mail.example.org SMTP POSTFIX", "Postfix"},
        {"ESMTP Postfix", "Postfix"},
        {"mail.example.org LMTP Postfix", "Postfix"},
        {"mail.example.org ESMTP Postcow", "Postfix"},
        {"box.example.org ESMTP Hi, I'm a Mail-in-a-Box (Ubuntu/Postfix; see https://x.example/)",
         "Postfix"},
        {"mail.example.org ESMTP Exim 4.96 Tue, 24 Nov 2026 01:50:52 +0000", "Exim"},
        {"mail.example.org, ESMTP EXIM 4.83", "Exim"},
        {"mail.example.org ESMTP (Exim 4.87) Thu, 30 Nov 2017 03:25:58 -0800", "Exim"},
        {"mail.example.org ESMTP Exim 4.89 #1 Thu, 16 Nov 2017 04:55:31 -0500 We do not", "Exim"},
        {"ESMTP Exim 4.82 Thu, 16 Nov 2017 12:19:22 +0300", "Exim"},
        {"mail.example.org ESMTP Sendmail 8.15.2/8.15.2; Tue, 24 Nov 2026 01:50:52 GMT",
         "Sendmail"},
        {"mail.example.org ESMTP Debian Sendmail 8.12.0.Beta7/8.12.0/Debian 8.12.0", "Sendmail"},
        {"mail.example.org Sendmail AIX 4.1/UCB 5.64/4.03 ready at Mon, 30 Jul 2001", "Sendmail"},
        {"mail.example.org ESMTP Sendmail @(#)Sendmail version 8.13.3 - HP-UX11.31", "Sendmail"},
        {"Sendmail ESMTP ready", "Sendmail"},
        {"mail.example.org ESMTP qmail", "qmail"},
        {"mail.example.org ESMTP netqmail 1.06", "netqmail"},
        {"mail.example.org ESMTP qpsmtpd 0.84 ready; send us your mail", "qpsmtpd"},
        {"mail.example.org ESMTP Courier", "Courier"},
        {"mail.example.org ESMTP OpenSMTPD", "OpenSMTPD"},
        {"mail.example.org ESMTP Haraka/2.8.28 ready (C2A2E8F3)", "Haraka"},
        {"2.0.0 mail.example.org ESMTP ecelerity 4.2.1.55028 r(:) Tue, 24 Nov 2026", "Momentum"},
        {"mail.example.org (PowerMTA(TM) v3.5r16) ESMTP service ready", "PowerMTA"},
        {"mail.example.org KumoMTA", "KumoMTA"},
        {"postal.example.org ESMTP Postal/7F2C11", "Postal"},
        {"mail.example.org Stalwart ESMTP at your service", "Stalwart"},
        {"Stalwart ESMTP at your service", "Stalwart"},
        {"mail.example.org ESMTP maddy", "Maddy"},
        {"mail.example.org Zimbra LMTP server ready", "Zimbra"},
        {"mail.example.org ESMTP Citadel server ready.", "Citadel"},
        {"mail.example.org ZMailer Server 2.99.57 #1 ESMTP ready at Tue, 24 Nov 2026", "ZMailer"},
        {"mail.example.org <1701.1@mail> [XMail 1.27 ESMTP Server] service ready", "XMail"},
        {"mail.example.org SMTP Server (JAMES SMTP Server 2.3.2) ready Tue, 19 May 2015", "James"},
        {"Apache JAMES awesome SMTP Server", "James"},
        {"mail.example.org Dovecot ready.", "Dovecot"},
        {"mail.example.org (Debian) Dovecot ready.", "Dovecot"},
        {"mail.example.org Cyrus LMTP 3.4.1 server ready", "Cyrus"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        greeted(cases[i].greeting, cases[i].name);
}

static void products_name_themselves(void **state)
{
    (void)state;
    static const struct {
        const char *greeting, *name;
    } cases[] = {
        {"mail.example.org Microsoft ESMTP MAIL Service ready at Tue, 24 Nov 2026 01:50:52 +0000",
         "Microsoft Exchange"},
        {"mail.example.org ESMTP Server (Microsoft Exchange Internet Mail Service 5.5.2653.13) "
         "ready",
         "Microsoft Exchange"},
        {"mail.example.org Microsoft ESMTP MAIL Service, Version: 6.0.3790.4675 ready at Wed",
         "Microsoft SMTP Service"},
        {"Microsoft ESMTP MAIL Service, Version: 6.0.2600.5512 ready at  Thu, 30 Nov 2017",
         "Microsoft SMTP Service"},
        {"mail.example.org Microsoft SMTP MAIL ready at Wed, 29 Nov 2017 Version: 5.5.1877",
         "Microsoft SMTP Service"},
        {"mail.example.org ESMTP MDaemon 20.0.1; Tue, 24 Nov 2026 01:50:52 +0000", "MDaemon"},
        {"mail.example.org ESMTP service ready [1] (MDaemon v2.7 SP4 R)", "MDaemon"},
        {"mail.example.org ESMTP IceWarp 12.0.3.1; Tue, 24 Nov 2026 01:50:52 +0000", "IceWarp"},
        {"mail.example.org ESMTP Merak 8.0.3; Thu, 30 Nov 2017 12:08:09 +0200", "IceWarp"},
        {"mail.example.org Kerio Connect 9.2.4 ESMTP ready", "Kerio Connect"},
        {"mail.example.org Kerio MailServer 6.7.3 ESMTP ready", "Kerio Connect"},
        {"mail.example.org ESMTP hMailServer", "hMailServer"},
        {"mail.example.org ESMTP Service (Lotus Domino Release 8.5.3FP6 HF1944) ready at Thu",
         "Lotus Domino"},
        {"mail.example.org ESMTP Service (IBM Domino Release 9.0.1FP8) ready at Thu",
         "Lotus Domino"},
        {"mail.example.org Lotus SMTP MTA Service Ready", "Lotus Domino"},
        {"Lotus Notes ESMTP Server X1.0 on Example R45 Server/US ready at Fri", "Lotus Domino"},
        {"mail.example.org -- Server ESMTP (Oracle Communications Messaging Server 8.0.2 64bit)",
         "Oracle Communications Messaging"},
        {"mail.example.org -- Server ESMTP (Sun Java(tm) System Messaging Server 7.3-11.01 64bit)",
         "Sun Java Messaging"},
        {"mail.example.org -- Server ESMTP (iPlanet Messaging Server 5.2 HotFix 1.12)",
         "Sun Java Messaging"},
        {"mail.example.org ESMTP service (Netscape Messaging Server 4.15 Patch 7 (built Sep 12))",
         "Netscape Messaging"},
        {"mail.example.org ESMTP server (InterMail vM.8.01.05.28 201-2260) ready Tue", "InterMail"},
        {"mail.example.org ESMTP CommuniGate Pro 6.1.2", "CommuniGate Pro"},
        {"mail.example.org GroupWise Internet Agent 8.0.3  Copyright (c) 1993-2012 Novell, Inc.",
         "GroupWise"},
        {"mail.example.org ESMTP MailEnable Service, Version: 9.53-9.53- ready at 11/30/17",
         "MailEnable"},
        {"mail.example.org Axigen ESMTP ready", "Axigen"},
        {"mail.example.org SurgeSMTP (Version 3.8f2-2) http://surgemail.example", "SurgeMail"},
        {"mail.example.org Tue, 24 Nov 2026 01:50:52 +0000 UTC | SmarterMail Enterprise 15.7",
         "SmarterMail"},
        {"X1 NT-ESMTP Server mail.example.org (IMail 6.06 899085-1)", "IMail"},
        {"mail.example.org  MailSite ESMTP Receiver Version 3.4.6.0 Ready", "MailSite"},
        {"mail.example.org Mercury/32 v4.62 ESMTP server ready.", "Mercury"},
        {"ArGoSoft Mail Server Freeware, Version 1.8 (1.8.8.8)", "ArGoSoft"},
        {"mail.example.org Python SMTP 1.4.2", "Python"},
        {"mail.example.org ESMTP SubEthaSMTP 3.1.7", "SubEthaSMTP"},
        {"mailhog.example ESMTP MailHog", "MailHog"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        greeted(cases[i].greeting, cases[i].name);
}

static void services_and_gateways_name_themselves(void **state)
{
    (void)state;
    static const struct {
        const char *greeting, *name;
    } cases[] = {
        {"mx.google.com ESMTP 5b1f17b1804b1-43f2.123 - gsmtp", "Gmail"},
        {"AM5EUR03FT012.mail.protection.outlook.com Microsoft ESMTP MAIL Service ready at Tue",
         "Exchange Online"},
        {"DB9PR01CA0020.outlook.office365.us Microsoft ESMTP MAIL Service ready at Tue",
         "Exchange Online"},
        {"mtaproxy511.free.mail.ne1.yahoo.com ESMTP ready", "Yahoo"},
        {"mta1180.mail.gq1.yahoo.com ESMTP YSmtpProxy service ready", "Yahoo"},
        {"mxfront1j.mail.yandex.net (Want to use Yandex.Mail for your domain? Visit http://x)",
         "Yandex"},
        {"mx221.i.mail.ru ESMTP ready (Looking for Mail for your domain? Visit https://x)",
         "Mail.ru"},
        {"newxmmxsza.qq.com MX QQ Mail Server.", "QQ Mail"},
        {"163.com Anti-spam GT for Coremail System (163com[20141201])", "Coremail"},
        {"gmx.net (mxgmx016) Nemesis ESMTP Service ready", "Nemesis"},
        {"email-smtp.amazonaws.com ESMTP SimpleEmailService-d-ABCDEFGHI 1a2b3c", "Amazon SES"},
        {"SG ESMTP service ready at ismtpd0001p1iad1.sendgrid.net", "SendGrid"},
        {"Mailgun Influx ready", "Mailgun"},
        {"Postini ESMTP 123 y6_45_0c0 ready.  CA Business and Professions Code", "Postini"},
        {"mx0a-001b2d01.pphosted.com ESMTP mfa-m0098399", "Proofpoint"},
        {"eu-smtp-1.mimecast.com ESMTP ; Tue, 24 Nov 2026 01:50:52 +0000", "Mimecast"},
        {"us-smtp-1.us.mimecast.lan ESMTP; Tue, 24 Nov 2026 01:50:52 -0500", "Mimecast"},
        {"mail.example.org ESMTP Symantec Messaging Gateway", "Symantec Messaging Gateway"},
        {"mail.example.org ESMTP Barracuda Email Security Gateway", "Barracuda"},
        {"mail.example.org ESMTP FortiMail", "FortiMail"},
        {"mail.example.org ESMTP Sophos Email Appliance v4.5", "Sophos"},
        {"mail.example.org Trend Micro InterScan Messaging Security Suite, Version: 5.1 ready",
         "Trend Micro"},
        {"mail.example.org ESMTP MailMarshal (v6.4.1.5038) Ready", "MailMarshal"},
        {"CheckPoint FireWall-1 secure ESMTP server", "Check Point FireWall-1"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        greeted(cases[i].greeting, cases[i].name);
}

static void near_misses(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        "mail.example.org",
        "mail.example.org ESMTP",
        "mail.example.org ESMTP ready at Tue, 24 Nov 2026 01:50:52 +0000",
        "exim.example.org ESMTP",
        "exim ESMTP ready",
        "postfix.example.org ESMTP ready",
        "postfix",
        "gmail-smtp-in.example.org ESMTP ready",
        "mx.google.com ESMTP ready",
        "mail.protection.outlook.com ESMTP ready",
        "mta.notyahoo.com ESMTP ready",
        "yahoo.com.example.org ESMTP ready",
        "mx0a.pphosted.com ESMTP",
        "mx.pphosted.com.example.org ESMTP mfa-m0098399",
        "esa1.hc123-45.iphmx.com ESMTP",
        "mail.example.org ESMTP exim.example.org is at your service",
        "mail.example.org ESMTP Exim-like server",
        "mail.example.org ESMTP Eximious Mail",
        "mail.example.org ESMTP Postfixed",
        "mail.example.org ESMTP postfix@example.org answers for this host",
        "mail.example.org ESMTP this is not Sendmail",
        "mail.example.org ESMTP no qmail here",
        "mail.example.org ESMTP see http://mdaemon.example/",
        "mail.example.org ESMTP see http://www.example/MDaemon",
        "mail.example.org (IntraStore TurboSendmail) ESMTP Service ready",
        "mail.example.org ESMTP James's mail",
        "mail.example.org ESMTP, stalwart defenders of mail",
        "mail.example.org ESMTP Service Ready",
        "mail.example.org Generic SMTP handler",
        "mail.example.org SMTP/smap Ready.",
        "mail.example.org ESMTP Dovecot is not ready",
        "apache JAMES",
        "postini ESMTP ready",
        "mail.example.org ESMTP 0123456789abcdef - not-gsmtp",
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        untold(cases[i]);
}

/* PIX and ASA overwrite the greeting, all of it or all but 2 and 0. */
static void a_masked_greeting_is_no_software(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "****",
        "*************************************",
        "***************************2******2002**********2*****0*00",
        "****.",
        "xxxxxxxxxxxxxxxx",
        "XXXXXXXX XXXXX XXXXXXX",
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        untold(cases[i]);
    assert_null(software_name("****2***0**", "X-ANONYMOUSTLS\nXEXCH50"));
    /* a name that is only made of such letters is a name */
    greeted("xxxx.example.org ESMTP Postfix", "Postfix");
    assert_string_equal(software_name("xxx", "X-ANONYMOUSTLS"), "Microsoft Exchange");
}

static void keywords_tell_where_the_greeting_is_silent(void **state)
{
    (void)state;
    assert_string_equal(
        software_name("mail.example.org ESMTP", "SIZE 37748736\nX-ANONYMOUSTLS\nAUTH"),
        "Microsoft Exchange");
    assert_string_equal(
        software_name("mail.example.org Microsoft ESMTP MAIL Service, Version: 6.0 r",
                      "TURN\nXEXCH50 3\nOK"),
        "Microsoft Exchange");
    assert_string_equal(software_name("mail.example.org ESMTP", "PIPELINING\nXVERP=Courier"),
                        "Courier");
    assert_string_equal(software_name("mail.example.org ESMTP", "x_pipe_connect"), "Exim");
    assert_string_equal(software_name(NULL, "XEXCH50"), "Microsoft Exchange");
    /* the greeting goes first */
    assert_string_equal(software_name("mail.example.org ESMTP Haraka ready", "XVERP=Courier"),
                        "Haraka");
    /* near misses: of several products, arguments, other words */
    assert_null(software_name("mail.example.org ESMTP", "XVERP\nXCLIENT NAME ADDR\nXFORWARD"));
    assert_null(software_name("mail.example.org ESMTP", "XVERP=Couriers"));
    assert_null(software_name("mail.example.org ESMTP", "XEXCH500"));
    assert_null(software_name("mail.example.org ESMTP", "AUTH X-ANONYMOUSTLS"));
    assert_null(software_name("mail.example.org ESMTP", "SIZE\n\n"));
    assert_null(software_name(NULL, NULL));
}

/* Whatever the capture holds: every octet, at every length, as a block of its own. */
static void any_text_is_read_within_its_bounds(void **state)
{
    (void)state;
    static const char words[] = "host.example - ( ESMTP; SMTP (Microsoft ESMTP MAIL Service, 2.0.0";
    uint32_t random = 1;

    for (size_t n = 0; n < sizeof words; n++) {
        char *text = malloc(n + 1);
        assert_non_null(text);
        memcpy(text, words, n);
        text[n] = '\0';
        assert_null(software_name(text, text));
        for (size_t i = 0; i < n; i++) {
            random = random * 1103515245u + 12345u;
            text[i] = (char)(1 + (random >> 16) % 255);
        }
        software_name(text, text);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(servers_name_themselves_behind_the_host),
        cmocka_unit_test(products_name_themselves),
        cmocka_unit_test(services_and_gateways_name_themselves),
        cmocka_unit_test(near_misses),
        cmocka_unit_test(a_masked_greeting_is_no_software),
        cmocka_unit_test(keywords_tell_where_the_greeting_is_silent),
        cmocka_unit_test(any_text_is_read_within_its_bounds),
    };
    return cmocka_run_group_tests_name("software", tests, NULL, NULL);
}
