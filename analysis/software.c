/*
 * software.c - see software.h.
 *
 * RFC 5321 4.2 has the greeting begin with the host's name; what follows is free text.  A product
 * is named where its own greeting has it, never by the name of the host: exim.example.org may run
 * anything.
 */
#include <mailtap/software.h>

#include <mailtap/evidence.h>
#include <mailtap/slice.h>

enum where {
    START,   /* the greeting, one without a host name, begins so, in these letters */
    FRONT,   /* the first words behind the host name and ESMTP, SMTP or LMTP */
    WITHIN,  /* words anywhere behind the host name */
    KEYWORD, /* a keyword of the EHLO reply, with its arguments as far as they are given */
};

/* The first row that matches is the answer, so the narrower stands above the wider. */
static const struct {
    const char *name;
    enum where where;
    const char *needle;
    const char *domain; /* the host's name must lie in it, too; or NULL */
} products[] = {
    {"Gmail", WITHIN, "- gsmtp", NULL},
    {"Exchange Online", FRONT, "Microsoft ESMTP MAIL Service ready at", "outlook.com"},
    {"Exchange Online", FRONT, "Microsoft ESMTP MAIL Service ready at", "outlook.de"},
    {"Exchange Online", FRONT, "Microsoft ESMTP MAIL Service ready at", "partner.outlook.cn"},
    {"Exchange Online", FRONT, "Microsoft ESMTP MAIL Service ready at", "office365.us"},
    {"Yahoo", FRONT, "ready", "yahoo.com"},
    {"Yahoo", FRONT, "YSmtpProxy", NULL},
    {"Yahoo", START, "YSmtp ", NULL},
    {"Yandex", WITHIN, "Yandex.Mail for your domain", NULL},
    {"Mail.ru", WITHIN, "Looking for Mail for your domain", "mail.ru"},
    {"Mail.ru", START, "Mail.Ru ESMTP", NULL},
    {"QQ Mail", WITHIN, "QQ Mail Server", NULL},
    {"Coremail", WITHIN, "Coremail System", NULL},
    {"Nemesis", WITHIN, "Nemesis ESMTP Service", NULL},
    {"Amazon SES", FRONT, "SimpleEmailService-", NULL},
    {"SendGrid", START, "SG ESMTP service ready at ", NULL},
    {"Mailgun", START, "Mailgun Influx ready", NULL},
    {"Mailjet", FRONT, "Mailjet", NULL},
    {"Postini", START, "Postini ESMTP ", NULL},
    {"Proofpoint", FRONT, "mfa-", "pphosted.com"},
    {"Proofpoint", FRONT, "mfa-", "gpphosted.com"},
    {"Proofpoint", WITHIN, "Proofpoint", NULL},
    {"Mimecast", FRONT, ";", "mimecast.com"},
    {"Mimecast", FRONT, ";", "mimecast.lan"},
    {"Mimecast", FRONT, "Mimecast", NULL},

    /* gateways */
    {"Symantec Messaging Gateway", WITHIN, "Symantec Messaging Gateway", NULL},
    {"Symantec Messaging Gateway", WITHIN, "Symantec Brightmail Gateway", NULL},
    {"Barracuda", FRONT, "Barracuda", NULL},
    {"Cisco ESA (IronPort)", FRONT, "IronPort", NULL},
    {"FortiMail", WITHIN, "FortiMail", NULL},
    {"Sophos", FRONT, "Sophos", NULL},
    {"Trend Micro", WITHIN, "Trend Micro", NULL},
    {"Trend Micro", FRONT, "TrendMicro", NULL},
    {"MailMarshal", WITHIN, "MailMarshal", NULL},
    {"MailMarshal", FRONT, "Trustwave SEG", NULL},
    {"Clearswift", WITHIN, "MAILsweeper ESMTP Receiver", NULL},
    {"Clearswift", FRONT, "Clearswift", NULL},
    {"Check Point FireWall-1", START, "CheckPoint FireWall-1 secure ", NULL},

    /* Microsoft */
    {"Microsoft Exchange", FRONT, "Microsoft ESMTP MAIL Service ready at", NULL},
    {"Microsoft Exchange", WITHIN, "Microsoft Exchange Internet Mail", NULL},

    /* servers that name themselves behind ESMTP */
    {"Postfix", FRONT, "Postfix", NULL},
    {"Postfix", FRONT, "Postcow", NULL},
    {"Postfix", WITHIN, "Mail-in-a-Box (Ubuntu/Postfix", NULL},
    {"Exim", FRONT, "Exim", NULL},
    {"Sendmail", FRONT, "Sendmail", NULL},
    {"Sendmail", FRONT, "Debian Sendmail", NULL},
    {"Sendmail", START, "Sendmail ESMTP ready", NULL},
    {"netqmail", FRONT, "netqmail", NULL},
    {"qmail", FRONT, "qmail", NULL},
    {"qpsmtpd", FRONT, "qpsmtpd", NULL},
    {"Courier", FRONT, "Courier", NULL},
    {"OpenSMTPD", FRONT, "OpenSMTPD", NULL},
    {"Haraka", FRONT, "Haraka", NULL},
    {"Momentum", FRONT, "ecelerity", NULL},
    {"PowerMTA", FRONT, "PowerMTA", NULL},
    {"KumoMTA", FRONT, "KumoMTA", NULL},
    {"Postal", FRONT, "Postal/", NULL},
    {"Stalwart", FRONT, "Stalwart", NULL},
    {"Stalwart", START, "Stalwart ESMTP at your service", NULL},
    {"Maddy", FRONT, "Maddy", NULL},
    {"Zimbra", FRONT, "Zimbra", NULL},
    {"Citadel", FRONT, "Citadel server", NULL},
    {"ZMailer", FRONT, "ZMailer", NULL},
    {"XMail", WITHIN, "[XMail", NULL},
    {"James", WITHIN, "JAMES SMTP Server", NULL},
    {"James", WITHIN, "JAMES ESMTP Server", NULL},
    {"James", START, "Apache JAMES ", NULL},
    {"Dovecot", WITHIN, "Dovecot ready", NULL},
    {"Cyrus", FRONT, "Cyrus LMTP", NULL},
    {"DBMail", FRONT, "DBMail LMTP", NULL},

    /* products whose names are words of their own */
    {"MDaemon", WITHIN, "MDaemon", NULL},
    {"IceWarp", FRONT, "IceWarp", NULL},
    {"IceWarp", FRONT, "Merak", NULL},
    {"Kerio Connect", FRONT, "Kerio Connect", NULL},
    {"Kerio Connect", FRONT, "Kerio MailServer", NULL},
    {"hMailServer", FRONT, "hMailServer", NULL},
    {"Lotus Domino", WITHIN, "(Lotus Domino", NULL},
    {"Lotus Domino", WITHIN, "(IBM Domino", NULL},
    {"Lotus Domino", WITHIN, "(HCL Domino", NULL},
    {"Lotus Domino", FRONT, "Lotus SMTP MTA Service", NULL},
    {"Lotus Domino", START, "Lotus Notes ESMTP Server ", NULL},
    {"Oracle Communications Messaging", WITHIN, "(Oracle Communications Messaging", NULL},
    {"Sun Java Messaging", WITHIN, "(Sun Java System Messaging", NULL},
    {"Sun Java Messaging", WITHIN, "(Sun Java(tm) System Messaging", NULL},
    {"Sun Java Messaging", WITHIN, "(Sun ONE Messaging", NULL},
    {"Sun Java Messaging", WITHIN, "(iPlanet Messaging", NULL},
    {"Netscape Messaging", WITHIN, "(Netscape Messaging", NULL},
    {"PMDF", WITHIN, "(PMDF", NULL},
    {"InterMail", WITHIN, "(InterMail", NULL},
    {"CommuniGate Pro", FRONT, "CommuniGate Pro", NULL},
    {"GroupWise", FRONT, "GroupWise", NULL},
    {"MailEnable", FRONT, "MailEnable", NULL},
    {"Axigen", FRONT, "Axigen", NULL},
    {"SurgeMail", FRONT, "SurgeSMTP", NULL},
    {"SurgeMail", FRONT, "SurgeMail", NULL},
    {"SmarterMail", WITHIN, "SmarterMail", NULL},
    {"IMail", WITHIN, "(IMail", NULL},
    {"MailSite", FRONT, "MailSite", NULL},
    {"Mercury", FRONT, "Mercury/32", NULL},
    {"ArGoSoft", WITHIN, "ArGoSoft Mail Server", NULL},
    {"ArGoSoft", START, "ArGoSoft Mail Server", NULL},
    {"SLmail", WITHIN, "SLmail", NULL},
    {"VPOP3", FRONT, "VPOP3", NULL},
    {"Xeams", FRONT, "Xeams", NULL},
    {"Eudora Internet Mail Server", WITHIN, "Eudora Internet Mail Server", NULL},

    /* libraries and test servers */
    {"Python", FRONT, "Python SMTP", NULL},
    {"SubEthaSMTP", FRONT, "SubEthaSMTP", NULL},
    {"MailHog", FRONT, "MailHog", NULL},
    {"Mailpit", FRONT, "Mailpit", NULL},
    {"smtp4dev", FRONT, "smtp4dev", NULL},
    {"GreenMail", FRONT, "GreenMail", NULL},
    {"Inbucket", FRONT, "Inbucket", NULL},

    /* the greeting is silent, and a keyword that one product alone has is not */
    {"Microsoft Exchange", KEYWORD, "X-ANONYMOUSTLS", NULL},
    {"Microsoft Exchange", KEYWORD, "XEXCH50", NULL},
    {"Courier", KEYWORD, "XVERP=Courier", NULL},
    {"Exim", KEYWORD, "X_PIPE_CONNECT", NULL},

    /* Exchange 2000 and 2003 greeted as the service of Windows: their keywords told above */
    {"Microsoft SMTP Service", FRONT, "Microsoft ESMTP MAIL Service, Version:", NULL},
    {"Microsoft SMTP Service", START, "Microsoft ESMTP MAIL Service, Version:", NULL},
    {"Microsoft SMTP Service", FRONT, "Microsoft SMTP MAIL ready at", NULL},
};

/* What the server said, taken apart once. */
struct said {
    struct slice greeting;
    struct slice host;  /* its first word; empty when it begins with the protocol's name */
    struct slice text;  /* what follows the host's name */
    struct slice front; /* what follows ESMTP, SMTP or LMTP there */
    struct slice keywords;
};

static bool alphanumeric(uint8_t octet)
{
    return (octet >= '0' && octet <= '9') || (octet >= 'A' && octet <= 'Z') ||
           (octet >= 'a' && octet <= 'z');
}

/* Does a word go on with `rest`?  A full stop ends a word unless a name goes on behind it. */
static bool goes_on(struct slice rest)
{
    if (rest.n == 0)
        return false;
    if (rest.p[0] == '.')
        return rest.n > 1 && alphanumeric(rest.p[1]);
    return alphanumeric(rest.p[0]) || rest.p[0] == '-' || rest.p[0] == '_' || rest.p[0] == '@';
}

/* s begins with the words of the needle; where that ends in a letter, so does the word. */
static bool begins(struct slice s, const char *needle)
{
    size_t n = slice_of(needle).n;

    return slice_starts_nocase(s, needle) &&
           !(alphanumeric((uint8_t)needle[n - 1]) && goes_on(slice_tail(s, n)));
}

/* An octet before a word that makes it a part of something else: a host name, a URL. */
static bool joins(uint8_t octet)
{
    return alphanumeric(octet) || octet == '-' || octet == '_' || octet == '.' || octet == '/' ||
           octet == '@';
}

static bool contains(struct slice s, const char *needle)
{
    bool joined = false;

    for (; s.n; s = slice_tail(s, 1)) {
        if (!joined && begins(s, needle))
            return true;
        joined = joins(s.p[0]);
    }
    return false;
}

static bool in_domain(struct slice host, const char *domain)
{
    size_t n = slice_of(domain).n;

    if (host.n < n || !slice_equal_nocase(slice_tail(host, host.n - n), slice_of(domain)))
        return false;
    return host.n == n || host.p[host.n - n - 1] == '.';
}

static bool has_keyword(struct slice keywords, const char *keyword)
{
    while (keywords.n)
        if (begins(slice_until(&keywords, '\n'), keyword))
            return true;
    return false;
}

static bool says(const struct said *s, enum where where, const char *needle)
{
    switch (where) {
    case START:
        return slice_equal(slice_head(s->greeting, slice_of(needle).n), slice_of(needle));
    case FRONT:
        return begins(s->front, needle);
    case WITHIN:
        return contains(s->text, needle);
    case KEYWORD:
        return has_keyword(s->keywords, needle);
    }
    return false;
}

static bool protocol(struct slice word)
{
    return slice_equal_nocase(word, slice_of("ESMTP")) ||
           slice_equal_nocase(word, slice_of("SMTP")) || slice_equal_nocase(word, slice_of("LMTP"));
}

/* RFC 2034 has no enhanced status code in a greeting; Momentum writes one before its name. */
static bool status_code(struct slice word)
{
    return slice_equal(word, slice_of("2.0.0"));
}

static struct slice next_word(struct slice s)
{
    return slice_until(&s, ' ');
}

/* Behind the protocol's name, dashes and opening brackets, which stand before a name at times. */
static struct slice front_of(struct slice s)
{
    for (;;) {
        s = slice_trim(s);
        if (s.n && (s.p[0] == '(' || s.p[0] == '-'))
            s = slice_tail(s, 1);
        else if (protocol(next_word(s)))
            s = slice_tail(s, next_word(s).n);
        else if (slice_starts_nocase(s, "ESMTP;"))
            s = slice_tail(s, 5);
        else
            return s;
    }
}

static struct said take_apart(const char *greeting, const char *keywords)
{
    struct said s = {.greeting = slice_trim(slice_of(greeting ? greeting : "")),
                     .keywords = slice_of(keywords ? keywords : "")};

    s.text = s.greeting;
    if (status_code(next_word(s.text)))
        s.text = slice_trim(slice_tail(s.text, 5));
    if (!protocol(next_word(s.text)))
        s.host = slice_until(&s.text, ' ');
    if (s.host.n && s.host.p[s.host.n - 1] == ',')
        s.host = slice_head(s.host, s.host.n - 1);
    s.front = front_of(s.text);
    return s;
}

const char *software_name(const char *greeting, const char *keywords)
{
    struct said s = take_apart(greeting, keywords);

    /* The rest of the dialogue went through the same hands, and says nothing of the server. */
    if (greeting && greeting_is_masked(greeting))
        return NULL;
    for (size_t i = 0; i < sizeof products / sizeof *products; i++)
        if ((!products[i].domain || in_domain(s.host, products[i].domain)) &&
            says(&s, products[i].where, products[i].needle))
            return products[i].name;
    return NULL;
}
