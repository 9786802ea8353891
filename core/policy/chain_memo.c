/* SPDX-License-Identifier: ISC */
#include "policy/chain_memo.h"

#include <openssl/evp.h>

#include "base/mem.h"

#define DIGEST_BYTES 32

/* Where two chains meet in a slot, the later one takes it. */
#define SLOTS 512

struct remembered {
	uint8_t question[DIGEST_BYTES];
	time_t when; /* 0: nothing */
	struct chain_verdict verdict;
};

struct chain_memo {
	EVP_MD *sha256;
	EVP_MD_CTX *ctx;
	struct remembered slots[SLOTS];
};

struct chain_memo *
chain_memo_new(void)
{
	struct chain_memo *memo = xcalloc(1, sizeof(*memo));

	memo->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	memo->ctx = EVP_MD_CTX_new();
	return memo;
}

void
chain_memo_free(struct chain_memo *memo)
{
	if (memo == NULL)
		return;
	EVP_MD_CTX_free(memo->ctx);
	EVP_MD_free(memo->sha256);
	free(memo);
}

/* --- questions ------------------------------------------------------------------------ */

/* All that a verdict hangs on but the time, each part with its length, so that no two questions look the same. */
struct question {
	EVP_MD_CTX *ctx;
	bool is_fine;
};

static struct question
begin(const struct chain_memo *memo, const char *kind)
{
	struct question q = { memo->ctx, memo->sha256 != NULL && memo->ctx != NULL };

	q.is_fine = q.is_fine && EVP_DigestInit_ex2(q.ctx, memo->sha256, NULL) &&
		    EVP_DigestUpdate(q.ctx, kind, strlen(kind) + 1);
	return q;
}

static void
add(struct question *q, const void *bytes, size_t len)
{
	q->is_fine = q->is_fine && EVP_DigestUpdate(q->ctx, &len, sizeof(len)) &&
		     EVP_DigestUpdate(q->ctx, bytes, len);
}

static void
add_names(struct question *q, const struct domain *const *names, size_t count)
{
	size_t i;

	add(q, &count, sizeof(count));
	for (i = 0; i < count; i++)
		add(q, names[i]->text, names[i]->len);
}

static void
add_records(struct question *q, const struct tlsa_set *set)
{
	const struct tlsa *r;

	add(q, &set->count, sizeof(set->count));
	for (r = set->records; r < set->records + set->count; r++) {
		add(q, (uint8_t[]){ r->usage, r->selector, r->matching }, 3);
		add(q, r->data, r->len);
	}
}

static void
add_chain(struct question *q, const struct chain *chain)
{
	size_t i;

	for (i = 0; i < chain->count; i++)
		add(q, chain->certs[i].der, chain->certs[i].len);
}

/* Its slot, with *digest for it; NULL: OpenSSL has no memory, so neither have we. */
static struct remembered *
find(struct chain_memo *memo, struct question *q, uint8_t digest[DIGEST_BYTES])
{
	if (!q->is_fine || !EVP_DigestFinal_ex(q->ctx, digest, NULL))
		return NULL;
	return &memo->slots[(digest[0] | digest[1] << 8) % SLOTS];
}

/* --- answers --------------------------------------------------------------------------- */

static bool
recall(const struct remembered *r, const uint8_t digest[DIGEST_BYTES], time_t now,
    struct chain_verdict *out)
{
	if (r == NULL || r->when == 0 || now < r->when || now - r->when >= MEMO_S ||
	    memcmp(r->question, digest, DIGEST_BYTES) != 0)
		return false;
	*out = r->verdict;
	return true;
}

static void
remember(struct remembered *r, const uint8_t digest[DIGEST_BYTES], time_t now,
    const struct chain_verdict *verdict)
{
	if (r == NULL || verdict->outcome == CHAIN_UNTRIED)
		return;
	memcpy(r->question, digest, DIGEST_BYTES);
	r->when = now;
	r->verdict = *verdict;
}

void
memo_pkix_verify(const struct chain *chain, const struct trust_store *trust,
    const struct domain *host, time_t now, struct chain_verdict *out)
{
	struct chain_memo *memo = trust_store_memo(trust);
	struct question q = begin(memo, "pkix");
	uint8_t digest[DIGEST_BYTES];
	struct remembered *r;

	add_names(&q, &host, 1);
	add_chain(&q, chain);
	r = find(memo, &q, digest);
	if (recall(r, digest, now, out))
		return;
	pkix_verify(chain, trust, host, now, out);
	remember(r, digest, now, out);
}

void
memo_dane_verify(const struct chain *chain, const struct trust_store *trust,
    const struct tlsa_set *usable, const struct domain *const *names, size_t name_count,
    time_t now, struct chain_verdict *out)
{
	struct chain_memo *memo;
	struct question q;
	uint8_t digest[DIGEST_BYTES];
	struct remembered *r;

	if (trust == NULL) {
		dane_verify(chain, usable, names, name_count, now, out);
		return;
	}
	memo = trust_store_memo(trust);
	q = begin(memo, "dane");
	add_names(&q, names, name_count);
	add_records(&q, usable);
	add_chain(&q, chain);
	r = find(memo, &q, digest);
	if (recall(r, digest, now, out))
		return;
	dane_verify(chain, usable, names, name_count, now, out);
	remember(r, digest, now, out);
}
