/*
 * For LD_PRELOAD under danetool(1): libunbound has it that there is no "test.", where the world's names are.
 */
#define _GNU_SOURCE
#include <dlfcn.h>

struct ub_ctx;
struct ub_result;

typedef int resolve_fn(struct ub_ctx *, const char *, int, int, struct ub_result **);
typedef int zone_remove_fn(struct ub_ctx *, const char *);

int ub_resolve(
    struct ub_ctx *ctx, const char *name, int type, int class, struct ub_result **out);

int
ub_resolve(
    struct ub_ctx *ctx, const char *name, int type, int class, struct ub_result **out)
{
	resolve_fn *resolve = (resolve_fn *)dlsym(RTLD_NEXT, "ub_resolve");
	zone_remove_fn *remove =
	    (zone_remove_fn *)dlsym(RTLD_NEXT, "ub_ctx_zone_remove");

	remove(ctx, "test.");
	return resolve(ctx, name, type, class, out);
}
