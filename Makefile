# hopseal: build, test, install.  GNU make, no configure step.
#
#   make                 everything
#   make deps            install what building and testing need (Debian packages, as root)
#   make demo            deps, build, a small Internet, a real MTA, one table
#   make check           deps, build, all tests; last line "N passed, N failed, N skipped"
#   make bench           deps, build, ours beside others; writes bench.json in the build folder
#   make torture         200,000 sessions told to a daemon that is killed 200 times; 220 kills in all
#   make conformance     which items of the standards are shown by which passing test
#   make capabilities    the same for what operators ask for
#   make fuzz            libFuzzer programs; FUZZ_SECONDS=20 each
#   make lint            include layers, headers alone, formatting, manual pages, size figures
#   make install uninstall    DESTDIR=DIR PREFIX=/usr
#   make clean
#
# SAN=address,undefined or SAN=thread builds apart and runs the same tests; O=DIR builds
# elsewhere; V=1 shows commands; CHECKS="unit scenario" runs a part of the tests; MTA=exim and
# MTA=opensmtpd show these in the demo, SUITE=trixie the MTA of Debian 13.

VERSION := 0.1.0

PREFIX     ?= /usr/local
SBINDIR    ?= $(PREFIX)/sbin
BINDIR     ?= $(PREFIX)/bin
MANDIR     ?= $(PREFIX)/share/man
DOCDIR     ?= $(PREFIX)/share/doc/hopseal
UNITDIR    ?= $(PREFIX)/lib/systemd/system
SYSUSERDIR ?= $(PREFIX)/lib/sysusers.d
SYSCONFDIR ?= /etc
RUNDIR     ?= /run/hopseal
STATEDIR   ?= /var/lib/hopseal
EXIMDIR    ?= /usr/lib/exim4
LIBEXECDIR ?= /usr/libexec/opensmtpd
BASHCOMPDIR ?= $(PREFIX)/share/bash-completion/completions
# Debian's zsh does not look into /usr/share/zsh/site-functions.
ZSHCOMPDIR ?= $(PREFIX)/share/zsh/$(if $(filter /usr,$(PREFIX)),vendor-completions,site-functions)

CC         ?= cc
AR         ?= ar
CLANG      ?= clang
INSTALL    ?= install
PKG_CONFIG ?= pkg-config

# --- where objects go: one tree for each kind of build, so they never mix -----
comma := ,
O ?= build
B := $(O)/$(if $(SAN),san-$(subst $(comma),-,$(SAN)),plain)

# --- what it stands on --------------------------------------------------------
LIBRARIES := openssl libcares libcurl json-c sqlite3 libevent_core inih libidn2 zlib
BUILD_PACKAGES := gcc libc6-dev pkg-config libssl-dev libc-ares-dev libcurl4-openssl-dev \
	libjson-c-dev libsqlite3-dev libevent-dev libinih-dev libidn2-dev zlib1g-dev libmilter-dev \
	ca-certificates
TEST_PACKAGES := clang clang-format libclang-rt-14-dev libcmocka-dev mandoc python3 \
	iproute2 ldnsutils nsd unbound bind9-dnsutils zstd curl openssl procps git \
	faketime python3-dkim python3-jsonschema miltertest chromium fonts-dejavu-core zsh
BENCH_PACKAGES := postfix-mta-sts-resolver python3-uvloop

# Goals that compile need the libraries now; the others install them first.
LATER := deps demo check bench torture clean help uninstall lint-sizes
ifneq ($(filter-out $(LATER),$(or $(MAKECMDGOALS),all)),)
MISSING := $(strip $(foreach l,$(LIBRARIES),$(shell $(PKG_CONFIG) --exists $(l) 2>/dev/null || echo $(l))))
ifneq ($(MISSING),)
$(error hopseal needs these libraries: $(MISSING) ("make deps" installs them on Debian))
endif
DEP_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(LIBRARIES))
DEP_LIBS   := $(shell $(PKG_CONFIG) --libs $(LIBRARIES)) -pthread
endif

# --- flags: CFLAGS and LDFLAGS stay the caller's, ours are separate -----------
CFLAGS ?= -O2 -g
WARN := -Wall -Wextra -Wshadow -Wvla -Wwrite-strings -Wpointer-arith -Wformat=2 \
	-Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
	-Wimplicit-fallthrough -Wswitch-enum -Wundef -Werror
# Fortification needs an optimiser and is not for sanitizers, which do better.
HARDEN := -fstack-protector-strong -fstack-clash-protection -fPIE \
	$(if $(SAN),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
SANFLAGS := $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)
OUR_CPPFLAGS := -Icore -D_GNU_SOURCE -DHOPSEAL_VERSION='"$(VERSION)"' \
	-DHOPSEAL_RUNDIR='"$(RUNDIR)"' -DHOPSEAL_STATEDIR='"$(STATEDIR)"' \
	-DHOPSEAL_SYSCONFDIR='"$(SYSCONFDIR)"'
OUR_CFLAGS := -std=c17 -fvisibility=hidden $(WARN) $(HARDEN) $(SANFLAGS)
OUR_LDFLAGS := -pie -Wl,-z,relro,-z,now -Wl,--as-needed
COMPILE = $(CC) $(OUR_CPPFLAGS) $(CPPFLAGS) $(DEP_CFLAGS) $(OUR_CFLAGS) $(CFLAGS) -MMD -MP
LINK    = $(CC) $(CFLAGS) $(SANFLAGS) $(OUR_LDFLAGS) $(LDFLAGS)

ifndef V
Q := @
say = @printf '  %-7s %s\n' $(1) $(2);
endif

# --- what there is to build: a folder is a layer, a file needs no entry here --
srcs = $(foreach d,$(1),$(sort $(wildcard $(d)/*.c)))
objs = $(patsubst %.c,$(B)/%.o,$(call srcs,$(1)))

ENGINE_DIRS := core/base core/wire core/policy core/store core/lookup core/report \
	core/audit core/publish core/watch
CORE_DIRS   := $(ENGINE_DIRS) core/net core/config core/control core/client core/show
UNIT        := $(patsubst tests/unit/%.c,$(B)/tests/%,$(wildcard tests/unit/test_*.c))
SCENARIO    := $(patsubst tests/scenario/%.c,$(B)/tests/%,$(wildcard tests/scenario/scenario_*.c))
FUZZ        := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
REPLAY      := $(FUZZ:%=$(B)/tests/replay_%)
BENCHES     := $(patsubst tests/bench/%.c,$(B)/bench/%,$(wildcard tests/bench/*.c))
MAN         := $(wildcard man/*.[1578])

# Unless you say otherwise.
ifeq ($(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc)
endif

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all deps check built-check tests demo bench benches torture conformance capabilities fuzz \
	lint format install uninstall clean help FORCE

all: $(B)/hopseald $(B)/hopseal $(B)/hopseal.so $(B)/filter-hopseal $(B)/table-hopseal \
	$(B)/hopseal-milter

$(B)/libhopseal.a: $(call objs,$(CORE_DIRS))
$(B)/libengine.a: $(call objs,$(ENGINE_DIRS) tests/fake) $(B)/core/net/guard.o
$(B)/%.a:
	$(call say,AR,$@)$(RM) $@ && $(AR) rcs $@ $^

$(B)/hopseald: $(call objs,core/daemon) $(B)/libhopseal.a
	$(call say,LD,$@)$(LINK) -o $@ $^ $(DEP_LIBS) $(LDLIBS)
$(B)/hopseal: $(call objs,core/cli) $(B)/libhopseal.a
	$(call say,LD,$@)$(LINK) -o $@ $^ $(DEP_LIBS) $(LDLIBS)
# All of the command but its main(), for tests.
$(B)/libcommand.a: $(filter-out $(B)/core/cli/main.o,$(call objs,core/cli))

# What runs in other people's processes stands on libc only, and takes no more of the core than it calls.
ADAPTER_CORE := $(wildcard core/client/*.c) $(addprefix core/wire/,field.c netstring.c smtp_reply.c socketmap.c tls_result.c) \
	$(addprefix core/base/,address.c base64.c domain.c endpoint.c log.c mem.c number.c status.c strbuf.c)
# Exim loads its module anew with each delivery, beside 60 libraries: two mappings instead of four, and nothing to start.
$(B)/hopseal.so: $(patsubst %.c,$(B)/pic/%.o,$(call srcs,exim) $(ADAPTER_CORE))
	$(call say,LD,$@)$(CC) $(CFLAGS) $(SANFLAGS) -shared -Wl,-z,relro,-z,now,-z,noseparate-code,--gc-sections \
		$(if $(SAN),,-nostartfiles -Wl,-z$(comma)defs) $(LDFLAGS) -o $@ $^ $(LDLIBS)
# OpenSMTPD's directory has the names of the programs from "filter" and "table" in smtpd.conf.
SMTPD_MAINS := opensmtpd/filter_main.c opensmtpd/table_main.c
SMTPD_PARTS := $(filter-out $(SMTPD_MAINS),$(call srcs,opensmtpd))
$(B)/filter-hopseal $(B)/table-hopseal: $(B)/%-hopseal: $(B)/pic/opensmtpd/%_main.o \
		$(patsubst %.c,$(B)/pic/%.o,$(SMTPD_PARTS) $(ADAPTER_CORE))
	$(call say,LD,$@)$(LINK) -Wl,--gc-sections -o $@ $^ $(LDLIBS)
# The only one with libmilter, which has no file for pkg-config; what does without it is for tests, too.
MILTER_MAINS := $(addprefix milter/,filter.c listen.c main.c signals.c)
MILTER_PARTS := $(filter-out $(MILTER_MAINS),$(call srcs,milter))
$(B)/hopseal-milter: $(call objs,milter) $(B)/libhopseal.a
	$(call say,LD,$@)$(LINK) -o $@ $^ -lmilter -pthread $(LDLIBS)
$(B)/libadapters.a: $(call objs,exim) $(SMTPD_PARTS:%.c=$(B)/%.o) $(MILTER_PARTS:%.c=$(B)/%.o)

$(B)/pic/%.o: %.c $(B)/.flags
	@mkdir -p $(@D)
	$(call say,PIC,$<)$(COMPILE) -fPIC -ffunction-sections -fdata-sections -c -o $@ $<
$(B)/%.o: %.c $(B)/.flags
	@mkdir -p $(@D)
	$(call say,CC,$<)$(COMPILE) -Itests -c -o $@ $<

# Rebuild when flags change, and only then.
$(B)/.flags: FORCE
	@mkdir -p $(@D)
	@echo '$(subst ','\'',$(COMPILE))' | cmp -s - $@ || echo '$(subst ','\'',$(COMPILE))' > $@

# --- tests --------------------------------------------------------------------
# What several test programs share, in objects of its own.
helpers = $(filter-out $(B)/tests/$(1)/$(2)_%.o,$(call objs,tests/$(1)))

CHECKS ?= unit corpus scenario system

deps:
	$(Q)sh tests/deps.sh $(BUILD_PACKAGES) $(TEST_PACKAGES)

check: deps
	$(Q)$(MAKE) --no-print-directory built-check

built-check: all tests
	$(Q)sh tests/run.sh $(B) $(CHECKS)

tests: $(UNIT) $(SCENARIO) $(REPLAY) $(B)/tests/exim_caller

$(B)/tests/test_%: $(B)/tests/unit/test_%.o $(call helpers,unit,test) $(B)/libadapters.a $(B)/libcommand.a $(B)/libhopseal.a
	@mkdir -p $(@D)
	$(call say,LD,$@)$(LINK) -o $@ $^ $(DEP_LIBS) -lcmocka $(LDLIBS)
$(B)/tests/scenario_%: $(B)/tests/scenario/scenario_%.o $(call helpers,scenario,scenario) $(B)/libengine.a
	@mkdir -p $(@D)
	$(call say,LD,$@)$(LINK) -o $@ $^ $(DEP_LIBS) -lcmocka $(LDLIBS)
$(B)/tests/replay_%: $(B)/tests/fuzz/fuzz_%.o $(B)/tests/fuzz/replay.o $(B)/libadapters.a $(B)/libcommand.a $(B)/libhopseal.a
	@mkdir -p $(@D)
	$(call say,LD,$@)$(LINK) -o $@ $^ $(DEP_LIBS) $(LDLIBS)

# Calls hopseal.so as Exim does.
$(B)/tests/exim_caller: $(B)/tests/system/exim_caller.o
	@mkdir -p $(@D)
	$(call say,LD,$@)$(LINK) -o $@ $^ $(LDLIBS)

MTA   ?= postfix
SUITE ?= bookworm
demo: deps
	$(Q)$(MAKE) --no-print-directory all
	$(Q)python3 tests/system/demo.py $(B) $(MTA) $(SUITE)

torture: deps
	$(Q)$(MAKE) --no-print-directory all
	$(Q)python3 -B tests/system/torture.py $(B) $(TORTURE)

conformance capabilities: built-check
	$(Q)python3 tests/shown.py tests/$@.tsv $(B)/tap

bench: deps
	$(Q)sh tests/deps.sh $(BENCH_PACKAGES)
	$(Q)$(MAKE) --no-print-directory all benches
	$(Q)python3 tests/bench/bench.py $(B) $(BENCH)
benches: $(BENCHES)
$(B)/bench/idle_milter: LDLIBS += -lmilter
$(B)/bench/%: $(B)/tests/bench/%.o $(B)/libhopseal.a
	@mkdir -p $(@D)
	$(call say,LD,$@)$(LINK) -o $@ $^ $(DEP_LIBS) $(LDLIBS)

FUZZ_SECONDS ?= 20
FUZZ_COMPILE = $(CLANG) $(OUR_CPPFLAGS) $(DEP_CFLAGS) -Itests -std=c17 -g -O1 -MMD -MP \
	-fno-sanitize-recover=all -fsanitize=address,undefined
FUZZ_OBJS = $(patsubst %.c,$(O)/fuzz/%.o,$(call srcs,core/base core/wire core/policy core/config core/client) \
	core/publish/rollover_memory.c core/report/digest.c core/report/journal_record.c core/report/refusal.c core/show/page_text.c $(SMTPD_PARTS) $(MILTER_PARTS))
fuzz: $(FUZZ:%=$(O)/fuzz/%)
	$(Q)sh tests/fuzz/run.sh $(O)/fuzz $(FUZZ_SECONDS) $(FUZZ)
$(FUZZ:%=$(O)/fuzz/%): $(O)/fuzz/%: $(O)/fuzz/tests/fuzz/fuzz_%.o $(FUZZ_OBJS)
	$(call say,LD,$@)$(CLANG) -fsanitize=fuzzer,address,undefined -o $@ $^ $(DEP_LIBS)
$(O)/fuzz/%.o: %.c
	@mkdir -p $(@D)
	$(call say,FUZZ,$<)$(FUZZ_COMPILE),fuzzer-no-link -c -o $@ $<

# --- the look of the house ----------------------------------------------------
HEADERS := $(wildcard core/*/*.h)
lint: $(HEADERS:%=$(B)/%.alone)
	$(Q)sh tests/lint/lint.sh
$(B)/%.h.alone: %.h $(B)/.flags
	@mkdir -p $(@D)
	$(call say,HDR,$<)$(COMPILE) -Wno-unused -MF $@.d -MT $@ -x c -fsyntax-only $< && touch $@
format:
	$(Q)git ls-files '*.[ch]' | xargs clang-format -i

# --- install: one table drives install and uninstall --------------------------
# file:folder:mode
INSTALLED := \
	$(B)/hopseald:$(SBINDIR):755 \
	$(B)/hopseal:$(BINDIR):755 \
	$(foreach m,$(MAN),$(m):$(MANDIR)/man$(subst .,,$(suffix $(m))):644) \
	core/cli/completion/hopseal.bash:$(BASHCOMPDIR):644 \
	core/cli/completion/_hopseal:$(ZSHCOMPDIR):644 \
	$(foreach f,$(wildcard core/daemon/systemd/*.service core/daemon/systemd/*.socket),$(f):$(UNITDIR):644) \
	$(foreach f,$(wildcard core/daemon/systemd/*.sysusers core/daemon/systemd/*.sysctl),$(f):$(DOCDIR):644) \
	$(foreach f,$(wildcard core/daemon/*.example),$(f):$(DOCDIR):644) \
	$(foreach f,$(wildcard milter/postfix/*),$(f):$(DOCDIR)/postfix:644) \
	$(foreach f,$(wildcard milter/sendmail/*),$(f):$(DOCDIR)/sendmail:644) \
	$(B)/hopseal.so:$(EXIMDIR):644 \
	$(B)/filter-hopseal:$(LIBEXECDIR):755 \
	$(B)/table-hopseal:$(LIBEXECDIR):755 \
	$(B)/hopseal-milter:$(SBINDIR):755 \
	$(foreach f,$(wildcard milter/*.service),$(f):$(UNITDIR):644) \
	$(foreach f,$(wildcard milter/*.example),$(f):$(DOCDIR):644) \
	$(foreach f,$(filter-out %.c %.h,$(wildcard exim/*)),$(f):$(DOCDIR)/exim:644) \
	$(foreach f,$(filter-out %.c %.h,$(wildcard opensmtpd/*)),$(f):$(DOCDIR)/opensmtpd:644)
f1 = $(word 1,$(subst :, ,$(1)))
f2 = $(word 2,$(subst :, ,$(1)))
f3 = $(word 3,$(subst :, ,$(1)))

install: all
	$(Q)$(foreach i,$(INSTALLED),$(INSTALL) -d '$(DESTDIR)$(call f2,$(i))' && $(INSTALL) -m $(call f3,$(i)) $(call f1,$(i)) '$(DESTDIR)$(call f2,$(i))/' &&) :
	$(Q)$(INSTALL) -d '$(DESTDIR)$(SYSUSERDIR)'
	$(Q)$(INSTALL) -m 644 core/daemon/systemd/hopseal.sysusers '$(DESTDIR)$(SYSUSERDIR)/hopseal.conf'
uninstall:
	$(Q)$(foreach i,$(INSTALLED),$(RM) '$(DESTDIR)$(call f2,$(i))/$(notdir $(call f1,$(i)))' &&) :
	$(Q)$(RM) '$(DESTDIR)$(SYSUSERDIR)/hopseal.conf'

clean:
	$(RM) -r $(O)

help:
	@sed -n '3,/^$$/s/^# \{0,1\}//p' Makefile

-include $(shell find $(B) $(O)/fuzz -name '*.d' 2>/dev/null)
