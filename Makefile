# mailtap - build, test, demonstrate.
#
#   make          build/mailtap
#   make demo     install what is missing, build, analyse a real capture, print the report
#   make test     install what is missing, build, run every test, also under the sanitizers
#   make check    the same tests on this build only, installing nothing
#   make population   how often findings of stripping are right (minutes)
#   make loop     scenarios made into captures and analysed: do they say what the scenarios said? (minutes)
#   make bench    reading files: mailtap, libpcap alone and other programs (minutes); docs/BENCHMARKS.md
#   make bench-instructions   instructions a packet, compared with those that are stored (valgrind)
#   make bench-store   how fast a million sessions are stored, judged and asked about
#   make bench-simulate   how long a simulation of a million relations takes
#   make lint     layout, clang-tidy, which layer includes what
#   make fuzz     libFuzzer targets in build/fuzz/ (clang); FUZZ_SECONDS each
#   make install  PREFIX=/usr/local DESTDIR=   the program, and its service: docs/SERVICE.md

B ?= build
PREFIX ?= /usr/local
SANITIZE ?=
FUZZ_SECONDS ?= 60
Q := $(if $(V),,@)

PACKAGES := gcc libc6-dev make pkg-config libpcap-dev libndpi-dev libssl-dev libsqlite3-dev \
            zlib1g-dev libzstd-dev libxxhash-dev libseccomp-dev libcmocka-dev sqlite3 ca-certificates
# What tests compare with; without them those tests say so and pass.
TEST_PACKAGES := tshark python3 libdbd-sqlite3-perl chromium chromium-driver postfix swaks \
                 libnet-ssleay-perl openssl tcpreplay tcpdump iproute2 valgrind
LIBRARIES := libpcap libndpi libssl libcrypto sqlite3 zlib libzstd libxxhash libseccomp

DIRS := base capture analysis analysis/evidence db report synth cli
SOURCES := $(sort $(foreach d,$(DIRS),$(wildcard $(d)/*.c)))
OBJECTS := $(SOURCES:%.c=$(B)/%.o)
# Everything but main(): what tests and fuzz targets link.
PARTS := $(filter-out $(B)/cli/main.o,$(OBJECTS))
TESTS := $(patsubst tests/unit/%.c,$(B)/tests/%,$(wildcard tests/unit/test_*.c))
HELPERS := $(patsubst %.c,$(B)/%.o,$(filter-out tests/unit/test_%,$(wildcard tests/unit/*.c)))
FUZZERS := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
REPLAYS := $(FUZZERS:%=$(B)/replay/%)
# In the order of their names, which is not that of their files: '-' comes before '.'.
QUESTIONS := $(patsubst %,db/queries/%.sql,$(sort $(basename $(notdir $(wildcard db/queries/*.sql)))))

WARNINGS := -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
            -Wformat=2 -Wvla -Wundef -Werror
HARDENING := -fstack-protector-strong -fPIE $(if $(SANITIZE),,-D_FORTIFY_SOURCE=2)
ifneq ($(SANITIZE),)
SANITIZER := -fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer
endif
CFLAGS ?= -O2 -g
# The program is optimised as a whole when it is linked, which a tenth of its time is worth; its parts are
# compiled as well, for tests, of which each would take as long to link.
LTO := $(if $(SANITIZE)$(findstring clang,$(CC)),,-flto=auto -ffat-lto-objects)
LINKED = $(if $(LTO),-fno-lto)
# Foreign headers as system headers: their warnings are not ours.
FOREIGN = $(shell pkg-config --cflags $(LIBRARIES) | sed 's/-I/-isystem /g')
# Facts have the fields of a structure in them (facts.h).
LANGUAGE := -std=c11 -fms-extensions -Wno-microsoft-anon-tag
ALL_CFLAGS = $(LANGUAGE) -D_GNU_SOURCE -Iinclude -I$(B) $(FOREIGN) $(CFLAGS) $(WARNINGS) $(HARDENING) \
             $(SANITIZER) $(LTO)
ALL_LDFLAGS = $(SANITIZER) $(LINKED) -pie -Wl,-z,relro,-z,now $(LDFLAGS)
LIBS = $(shell pkg-config --libs $(LIBRARIES)) -lm -pthread

# Objects are kept: make would take some for intermediate files and remove them.
.SECONDARY:
.PHONY: all demo test check deps unit replay cli-test population population-quick \
        loop loop-quick bench bench-instructions bench-store bench-simulate score lint format fuzz \
        install clean
all: $(B)/mailtap

$(B)/mailtap: LINKED = $(CFLAGS) $(LTO)
$(B)/mailtap: $(OBJECTS)
	@echo "  LINK  $@"
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(B)/%.o: %.c Makefile
	@mkdir -p $(@D)
	@echo "  CC    $<"
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# SQL files become C string literals: db/schema.sql, and every named question; so does the style of
# the report.
C_STRING := sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/"/' -e 's/$$/\\n"/'
$(B)/%.inc: db/%.sql Makefile
	@mkdir -p $(@D)
	$(Q)$(C_STRING) $< > $@
$(B)/%.inc: report/%.css Makefile
	@mkdir -p $(@D)
	$(Q)$(C_STRING) $< > $@
$(B)/questions.inc: $(QUESTIONS) Makefile db/queries
	@mkdir -p $(@D)
	$(Q)for f in $(QUESTIONS); do \
	  printf '{"%s", "%s",\n' "$$(basename $$f .sql)" "$$(sed -n '1s/^-- *//p' $$f)"; \
	  $(C_STRING) $$f; printf '},\n'; done > $@
$(B)/db/schema.o: $(B)/schema.inc $(B)/indexes.inc
$(B)/db/question.o: $(B)/questions.inc
$(B)/report/write_html.o: $(B)/style.inc

$(B)/tests/%: $(B)/tests/unit/%.o $(HELPERS) $(PARTS)
	@mkdir -p $(@D)
	@echo "  LINK  $@"
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ -lcmocka $(LIBS)

# A fuzz target linked with a main() that feeds it files: the corpus is a test.
$(B)/replay/%: $(B)/tests/fuzz/%.o $(B)/tests/fuzz/replay.o $(PARTS)
	@mkdir -p $(@D)
	@echo "  LINK  $@"
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

# What `make bench` measures with: each links what it needs only, as the loader's time would count.
BENCH_TOOLS := $(B)/bench-floor $(B)/bench-run $(B)/bench-generate
$(BENCH_TOOLS): $(B)/bench-%: $(B)/bench/%.o
	@echo "  LINK  $@"
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ -Wl,--as-needed $(LIBS)

# Each test is a target of its own, so that as many run at once as make is told to (-j); those that take
# longest begin first.
SLOW_TESTS := test_resplit test_failing_write test_simulate_coverage test_live_keeper
TEST_NAMES := $(TESTS:$(B)/tests/%=%)
unit: $(SLOW_TESTS:%=run-%) $(patsubst %,run-%,$(filter-out $(SLOW_TESTS),$(TEST_NAMES)))
run-test_%: $(B)/tests/test_%
	@echo "  TEST  $<"
	@$<
replay: $(FUZZERS:%=run-%)
run-fuzz_%: $(B)/replay/fuzz_%
	@echo "  FUZZ  fuzz_$* (replay)"
	@$< tests/fuzz/corpus/fuzz_$*
# Shell tests: tests/cli/*.sh, each run with the binary's path.
CLI_TESTS := $(patsubst tests/cli/%.sh,%,$(wildcard tests/cli/*.sh))
SLOW_CLI_TESTS := crash live
cli-test: $(SLOW_CLI_TESTS:%=cli-%) $(patsubst %,cli-%,$(filter-out $(SLOW_CLI_TESTS),$(CLI_TESTS)))
cli-%: tests/cli/%.sh $(B)/mailtap $(BENCH_TOOLS)
	@echo "  TEST  $<"
	@sh $< $(abspath $(B)/mailtap)

# How often findings of stripping are right: populations whose truth is known, stored and judged.
# The quick one has seed 2: of 300 clients of the first seed, the busiest is the one with a rare fault.
MEASURE := $(patsubst %.c,$(B)/%.o,$(wildcard tests/population/*.c))
$(B)/measure: $(MEASURE) $(PARTS)
	@echo "  LINK  $@"
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)
population: $(B)/measure
	$(B)/measure
ifneq ($(SANITIZE),)
population-quick:
	@echo "population: left to the plain build"
else
population-quick: $(B)/measure
	@echo "  TEST  population (quick)"
	@$(B)/measure --quick --seed 2 > $(B)/population-quick.md 2> /dev/null || \
	  { cat $(B)/population-quick.md; exit 1; }
endif

# How fast the store is, and every named question: see bench/store.c.
$(B)/bench-store: $(B)/bench/store.o $(filter-out %/measure.o %/table.o,$(MEASURE)) $(PARTS)
	@echo "  LINK  $@"
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)
bench-store: $(B)/bench-store
	$(B)/bench-store --keep $(B)/bench-store.db
	@rm -f $(B)/bench-store.db

# How long a simulation takes: see bench/simulate.c.
$(B)/bench-simulate: $(B)/bench/simulate.o $(PARTS)
	@echo "  LINK  $@"
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)
bench-simulate: $(B)/bench-simulate
	$(B)/bench-simulate

# How fast files are read, beside libpcap alone and other programs: see bench/files.py.
bench: $(B)/mailtap $(BENCH_TOOLS)
	@python3 bench/files.py $(abspath $(B))
bench-instructions: $(B)/mailtap
	@sh bench/instructions.sh $(abspath $(B)/mailtap)

# The loop closed: scenario, capture, database, and what a simulation expected.
loop: $(B)/mailtap
	@python3 tests/loop/loop.py $(abspath $(B)/mailtap)
loop-quick: $(B)/mailtap
	@echo "  TEST  loop (quick)"
	@if command -v python3 > /dev/null; then python3 tests/loop/loop.py $(abspath $(B)/mailtap) 2; \
	  else echo "loop: skipped: there is no python3"; fi

check: population-quick unit cli-test replay

test:
	@$(MAKE) deps PACKAGES="$(PACKAGES) $(TEST_PACKAGES)"
	@$(MAKE) all
	@$(MAKE) check
	@$(MAKE) check B=$(B)/sanitized SANITIZE=address,undefined CFLAGS="-O1 -g1"
	@$(MAKE) loop-quick
	@$(MAKE) bench-instructions
	@if [ -x ../shared/score ]; then $(MAKE) score; fi
	@echo "all tests passed"

score: $(B)/mailtap
	@sh tests/score.sh $(abspath $(B)/mailtap)

DEMO := tests/captures/demo.pcap
demo: deps
	@$(MAKE) all
	@rm -f $(B)/demo.db
	$(B)/mailtap capture -r $(DEMO) -d $(B)/demo.db
	$(B)/mailtap report $(B)/demo.db
	@echo "The findings are in $(B)/demo.db: try  $(B)/mailtap query $(B)/demo.db"

# Install the Debian packages that are missing, and nothing when none is.
deps:
	@missing=; for p in $(PACKAGES); do \
	  dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || \
	  missing="$$missing $$p"; done; \
	[ -z "$$missing" ] || { echo "installing:$$missing"; \
	  root=; [ "$$(id -u)" = 0 ] || root=sudo; \
	  $$root apt-get update -q && \
	  $$root env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends \
	    $$missing; }

# libFuzzer needs clang; the targets are otherwise the ones that `make check` replays.
fuzz:
	@$(MAKE) fuzz-run B=$(B)/fuzz CC=clang SANITIZE=fuzzer-no-link,address,undefined CFLAGS="-O1 -g"
.PHONY: fuzz-run
fuzz-run: $(FUZZERS:%=$(B)/%)
	@set -e; for f in $(FUZZERS); do mkdir -p $(B)/found/$$f; echo "  FUZZ  $$f"; \
	  $(B)/$$f -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=4096 -print_final_stats=1 \
	    -artifact_prefix=$(B)/found/$$f- $(B)/found/$$f tests/fuzz/corpus/$$f 2>&1 | tail -n 12; done
$(B)/fuzz_%: $(B)/tests/fuzz/fuzz_%.o $(PARTS)
	@echo "  LINK  $@"
	$(Q)$(CC) -fsanitize=fuzzer,address,undefined -pie -o $@ $^ $(LIBS)

C_FILES := $(SOURCES) $(wildcard include/mailtap/*.h cli/*.h db/*.h report/*.h analysis/*.h capture/*.h synth/*.h \
           tests/unit/*.[ch] tests/fuzz/*.c tests/population/*.[ch] bench/*.c)
lint: $(B)/schema.inc $(B)/indexes.inc $(B)/questions.inc $(B)/style.inc
	clang-format --dry-run --Werror $(C_FILES)
	sh tests/layers.sh
	@set -e; for f in $(SOURCES); do echo "  TIDY  $$f"; \
	  clang-tidy --quiet $$f -- $(LANGUAGE) -D_GNU_SOURCE -Iinclude -I$(B) $(FOREIGN) 2> /dev/null; done
format:
	clang-format -i $(C_FILES)

# The unit names the program where it was installed. A configuration that is there is the operator's.
# What reads packets is the operator's to start: nothing is enabled here, and no user is made.
install: $(B)/mailtap
	install -D -m 755 $(B)/mailtap $(DESTDIR)$(PREFIX)/bin/mailtap
	install -D -m 644 docs/SERVICE.md $(DESTDIR)$(PREFIX)/share/doc/mailtap/SERVICE.md
	install -D -m 644 packaging/mailtap.service $(DESTDIR)$(PREFIX)/lib/systemd/system/mailtap.service
	sed -i 's,/usr/\(bin\|share\)/,$(PREFIX)/\1/,' \
	  $(DESTDIR)$(PREFIX)/lib/systemd/system/mailtap.service
	install -D -m 644 packaging/mailtap.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/mailtap.conf
	install -D -m 644 packaging/mailtap.tmpfiles $(DESTDIR)$(PREFIX)/lib/tmpfiles.d/mailtap.conf
	[ -e $(DESTDIR)/etc/mailtap/mailtap.conf ] || \
	  install -D -m 644 packaging/mailtap.conf $(DESTDIR)/etc/mailtap/mailtap.conf
clean:
	rm -rf $(B)

-include $(OBJECTS:.o=.d) $(TESTS:$(B)/tests/%=$(B)/tests/unit/%.d) $(HELPERS:.o=.d) $(MEASURE:.o=.d) $(wildcard $(B)/bench/*.d) \
         $(FUZZERS:%=$(B)/tests/fuzz/%.d)
