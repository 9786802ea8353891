/*
 * Calls hopseal.so as Exim does: opened lazily, functions found by name, texts ended by NUL, a list ended by NULL, forks in
 * between.  SPDX-License-Identifier: ISC
 *
 *	exim_caller MODULE call FUNCTION ARGUMENT...   print what it returned and its text
 *	exim_caller MODULE script                      the same for each line of stdin, FUNCTION TAB ARGUMENT TAB ...;
 *	                                               "~" is a line end; "fork": a child goes on with what follows
 *	exim_caller MODULE fuzz COUNT SEED             that many sets of arguments that Exim would never make
 *
 * After each call: the result is one of those that Exim may see, the text is a printable line, errno is what it
 * was, no descriptor is left open and no signal's handling changed.  Ends with 1 where that is not so.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/attr.h"

#define ARGUMENTS_MAX 12
#define TEXT_MAX      30000
#define ERRNO         4242 /* an errno that nobody else sets */
#define LOOK_EVERY    4096 /* calls between two looks at the process */
#define BIG           (2 * 1024 * 1024)

typedef int dlfunc(unsigned char **yield, int argc, unsigned char *argv[]);

static const struct function {
	const char *name;
	bool may_fail, has_text;
} functions[] = {
	{ "hopseal_policy", true, true },
	{ "hopseal_event", false, false },
	{ "hopseal_verify", false, true },
	{ "hopseal_admit", true, true },
	{ "hopseal_inbound", false, false },
};

static dlfunc *entries[COUNT_OF(functions)];
static size_t descriptors;

static NORETURN void
die(const char *what, const char *detail)
{
	fprintf(stderr, "exim_caller: %s: %s\n", what, detail);
	exit(1);
}

static void
load(const char *path)
{
	void *handle = dlopen(path, RTLD_LAZY);
	size_t i;

	if (handle == NULL)
		die(path, dlerror());
	for (i = 0; i < COUNT_OF(functions); i++) {
		*(void **)&entries[i] = dlsym(handle, functions[i].name);
		if (entries[i] == NULL)
			die(functions[i].name, dlerror());
	}
}

/* --- what a call must leave as it was ------------------------------------------------- */

static size_t
count_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t n = 0;

	if (dir == NULL)
		die("/proc/self/fd", "cannot be read");
	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return n;
}

static void
check_process(void)
{
	struct sigaction action;

	if (count_descriptors() != descriptors)
		die("process", "a descriptor was left open");
	if (sigaction(SIGPIPE, NULL, &action) == -1 || action.sa_handler != SIG_DFL)
		die("process", "SIGPIPE is handled otherwise");
}

static void
check_call(const struct function *f, int result, const char *text)
{
	const char *p;

	if (errno != ERRNO)
		die(f->name, "errno changed");
	if (result != 0 && !(result == 2 && f->may_fail))
		die(f->name, "a result that Exim must not see");
	for (p = text; *p != '\0'; p++)
		if (*p < 0x20 || *p > 0x7e)
			die(f->name, "text is not printable");
	if (p - text > TEXT_MAX || (p > text && !f->has_text))
		die(f->name, "text is too long");
	if (result == 2 && strncmp(text, "hopseal: ", 9) != 0)
		die(f->name, "failed without a reason");
}

/* Returns its result; *text is the module's. */
static int
call(size_t function, int argc, unsigned char **argv, const char **text)
{
	unsigned char *yield = NULL;
	int result;

	errno = ERRNO;
	result = entries[function](text != NULL ? &yield : NULL, argc, argv);
	if (text == NULL)
		return result;
	if (yield == NULL)
		die(functions[function].name, "no text");
	check_call(&functions[function], result, (const char *)yield);
	*text = (const char *)yield;
	return result;
}

static size_t
find(const char *name)
{
	size_t i;

	for (i = 0; i < COUNT_OF(functions); i++)
		if (strcmp(functions[i].name, name) == 0)
			return i;
	die(name, "no such function");
}

static void
call_and_print(const char *name, int argc, unsigned char **argv)
{
	const char *text;
	int result = call(find(name), argc, argv, &text);

	printf("%d %s\n", result, text);
	fflush(stdout);
	check_process();
}

/* --- a script ------------------------------------------------------------------------- */

/* The child goes on; its end is ours. */
static void
go_on_in_child(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		return;
	if (pid == -1 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		exit(1);
	exit(WEXITSTATUS(status));
}

static void
run_line(char *line)
{
	unsigned char *argv[ARGUMENTS_MAX + 1] = { NULL };
	char *next = strchr(line, '\t'), *p;
	int argc = 0;

	for (p = line; *p != '\0'; p++)
		if (*p == '~')
			*p = '\n';
	while (next != NULL && argc < ARGUMENTS_MAX) {
		*next++ = '\0';
		argv[argc++] = (unsigned char *)next;
		next = strchr(next, '\t');
	}
	call_and_print(line, argc, argv);
}

static void
run_script(void)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	/* A child shares the place in the file: all of it is read by one of them. */
	setvbuf(stdin, NULL, _IONBF, 0);
	while ((len = getline(&line, &size, stdin)) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (strcmp(line, "fork") == 0)
			go_on_in_child();
		else
			run_line(line);
	}
	free(line);
}

/* --- random arguments ----------------------------------------------------------------- */

static uint64_t seed;

static uint64_t
random_below(uint64_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % n;
}

static const char *const likely[] = { "tcp:connect", "smtp:ehlo", "tls:cert",
	"tcp:close", "msg:host:defer", "msg:delivery", "dane:fail", "tcp:connect",
	"smtp:ehlo", "tls:cert", "", "0", "1", "31", "32", "-1", "acl", "example.org",
	"mx.example.org", "[192.0.2.1]", "192.0.2.1 192.0.2.7 yes", "192.0.2.1  no",
	" 192.0.2.7 no",
	"ver=TLS1.3 cv=1 dane=yes/8 errno=-37 mode=verify vm= ocsp=3 cipher=A:256",
	"ver= cv=0 dane=no errno=0 mode=none vm= ocsp=0 cipher=",
	"ver= ocsp=1 errno=-37", "ver= vm=R ocsp=1", "ver=TLS1.3",
	"250-a\n250-STARTTLS\n250 SIZE 1", "250-a\n250 STARTTLS", "250-a\n250-STARTTLS",
	"250 a", "502 what", "250", "TLS session: (gnutls_handshake): timed out",
	"TLS session: (certificate verification failed)", "validation-failure",
	"dnssec-invalid", "MAEA", "MIIB", "M===", "\xff\xfe\xfd",
	"b\xc3\xbc"
	"cher.test",
	"\"\\${run{/bin/true}}" };

/* A copy of exactly its size, so that a sanitizer sees who reads behind it. */
static unsigned char *
text_of(const char *bytes, size_t len)
{
	unsigned char *text = malloc(len + 1);

	if (text == NULL)
		die("memory", "none");
	memcpy(text, bytes, len);
	text[len] = '\0';
	return text;
}

static unsigned char *
random_octets(size_t len, bool is_base64)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned char *text = malloc(len + 1);
	size_t i;

	if (text == NULL)
		die("memory", "none");
	for (i = 0; i < len; i++)
		text[i] = is_base64 ? (unsigned char)digits[random_below(64)]
				    : (unsigned char)(1 + random_below(255));
	text[len] = '\0';
	return text;
}

static unsigned char *
random_damage(unsigned char *text)
{
	size_t len = strlen((char *)text);

	if (len > 0)
		text[random_below(len)] = (unsigned char)random_below(256);
	return text;
}

static unsigned char *
random_text(void)
{
	const char *word = likely[random_below(COUNT_OF(likely))];
	uint64_t kind = random_below(10000);

	if (kind < 1) /* a megabyte or two */
		return random_octets(random_below(BIG), random_below(2) == 0);
	if (kind < 500)
		return random_octets(4 * random_below(2000), true);
	if (kind < 1500)
		return random_octets(random_below(200), false);
	if (kind < 3000)
		return random_damage(text_of(word, strlen(word)));
	return text_of(word, strlen(word));
}

/* What stands at its place in a real call, most of the time: sessions get further. */
static unsigned char *
text_at(size_t place)
{
	static const char *const usual[][3] = { { "tcp:connect", "smtp:ehlo",
						    "tls:cert" },
		{ "0", "250-a\n250 STARTTLS", "1" },
		{ "example.org", "example.org", "example.org" },
		{ "mx.example.org", "mx.example.org", "" },
		{ "192.0.2.1 192.0.2.7 no", "192.0.2.1  no", "192.0.2.1 192.0.2.7 no" },
		{ "ver= ocsp=0", "ver=TLS1.3 cv=1", "ver= ocsp=1 errno=-37" },
		{ "MAEA", "MAIAAAAA", "" } };
	const char *word;

	if (place >= COUNT_OF(usual) || random_below(4) == 0)
		return random_text();
	word = usual[place][random_below(3)];
	return text_of(word, strlen(word));
}

static void
fuzz_once(void)
{
	unsigned char *argv[ARGUMENTS_MAX + 1] = { NULL };
	size_t count = random_below(4) != 0 ? 7 : random_below(ARGUMENTS_MAX + 1), i;
	size_t function = random_below(3) != 0 ? 1 + random_below(2)
					       : random_below(COUNT_OF(functions));
	int argc = random_below(50) != 0 ? (int)count : (int)random_below(14) - 1;
	const char *text;

	for (i = 0; i < count; i++)
		argv[i] = text_at(i);
	/* Exim ends its list, whatever it says about its length. */
	call(function, argc, random_below(1000) != 0 ? argv : NULL,
	    random_below(1000) != 0 ? &text : NULL);
	for (i = 0; i < count; i++)
		free(argv[i]);
}

static void
fuzz(unsigned long count)
{
	unsigned long i;

	for (i = 0; i < count; i++) {
		fuzz_once();
		if (i % LOOK_EVERY == 0)
			check_process();
	}
	check_process();
	printf("%lu sets of arguments\n", count);
}

int
main(int argc, char *argv[])
{
	if (argc < 3)
		die("usage", "exim_caller MODULE call|script|fuzz ...");
	load(argv[1]);
	descriptors = count_descriptors();
	if (strcmp(argv[2], "script") == 0)
		run_script();
	else if (strcmp(argv[2], "call") == 0 && argc > 3)
		call_and_print(argv[3], argc - 4, (unsigned char **)argv + 4);
	else if (strcmp(argv[2], "fuzz") == 0 && argc == 5) {
		seed = strtoull(argv[4], NULL, 10) | 1;
		fuzz(strtoul(argv[3], NULL, 10));
	} else
		die("usage", "exim_caller MODULE call|script|fuzz ...");
	return 0;
}
