/* SPDX-License-Identifier: ISC */
#include "show/page_chart.h"

#include "show/page.h"

#define COLUMN_WIDTH 10 /* in units of the drawing, which is stretched */
#define COLUMN_BAR   8
#define HEIGHT       140 /* pixels; page.c has it, too */
#define LEAST        3   /* of what is not nothing */
#define FEW          10  /* columns that would be too wide */

#define BAR_WIDTH  1000
#define BAR_HEIGHT 6
#define BAR_LEAST  4 /* and a line around it that is not stretched, by page.c */

/* How long n is where max is full; not 0 unless n is. */
static unsigned
scale(uint64_t n, uint64_t max, unsigned full, unsigned least)
{
	double length = max > 0 ? (double)n / (double)max * full : 0;

	return n == 0 ? 0 : length < least ? least : (unsigned)(length + 0.5);
}

/* Both lengths; together they are never more than full. */
static void
stack(uint64_t successes, uint64_t failures, uint64_t max, unsigned full,
    unsigned least, unsigned *good, unsigned *bad)
{
	*good = scale(successes, max, full, least);
	*bad = scale(failures, max, full, least);
	if (*good + *bad <= full)
		return;
	if (*good >= *bad)
		*good = full - *bad;
	else
		*bad = full - *good;
}

static void
add_rect(struct strbuf *out, const char *kind, size_t x, size_t y, size_t width,
    size_t height)
{
	if (width > 0 && height > 0)
		strbuf_addf(out,
		    "<rect class=\"%s\" x=\"%zu\" y=\"%zu\" width=\"%zu\" height=\"%zu\"/>",
		    kind, x, y, width, height);
}

/* --- columns -------------------------------------------------------------------------------- */

static void
add_words(struct strbuf *out, const struct page_chart_bar *bar)
{
	strbuf_addf(out, "%s: ", bar->label);
	if (!bar->has_data) {
		strbuf_adds(out, "no report");
		return;
	}
	page_number(out, bar->successes);
	strbuf_adds(out, " successful, ");
	page_number(out, bar->failures);
	strbuf_adds(out, " failed");
}

static void
add_column(struct strbuf *out, const struct page_chart_bar *bar, size_t x, uint64_t max)
{
	unsigned good, bad;

	strbuf_adds(out, "<g><title>");
	add_words(out, bar);
	strbuf_adds(out, "</title>");
	stack(bar->successes, bar->failures, max, HEIGHT, LEAST, &good, &bad);
	if (!bar->has_data)
		add_rect(out, "none", x, 0, COLUMN_BAR, HEIGHT);
	add_rect(out, "good", x, HEIGHT - bad - good, COLUMN_BAR, good);
	add_rect(out, "bad", x, HEIGHT - bad, COLUMN_BAR, bad);
	strbuf_adds(out, "</g>\n");
}

static const struct page_chart_bar *
greatest(const struct page_chart_bar *bars, size_t count)
{
	const struct page_chart_bar *best = bars;
	size_t i;

	for (i = 1; i < count; i++)
		if (bars[i].successes + bars[i].failures >
		    best->successes + best->failures)
			best = &bars[i];
	return best;
}

static size_t
count_unknown(const struct page_chart_bar *bars, size_t count)
{
	size_t i, unknown = 0;

	for (i = 0; i < count; i++)
		unknown += !bars[i].has_data;
	return unknown;
}

/* What the picture shows, for who does not see it. */
static void
add_description(struct strbuf *out, const struct page_chart_bar *bars, size_t count)
{
	size_t i, unknown = count_unknown(bars, count);
	uint64_t failures = 0;

	for (i = 0; i < count; i++)
		failures += bars[i].failures;
	strbuf_addf(out, "<desc>%s to %s, ", bars[0].label, bars[count - 1].label);
	page_number(out, failures);
	strbuf_adds(out, " failed; most on ");
	add_words(out, greatest(bars, count));
	if (unknown > 0)
		strbuf_addf(out, "; %zu without a report", unknown);
	strbuf_adds(out, ".  The table below has the numbers.</desc>\n");
}

static void
add_colour(struct strbuf *out, const char *kind, const char *meaning)
{
	strbuf_addf(out,
	    "<span><svg viewBox=\"0 0 1 1\" aria-hidden=\"true\"><rect class=\"%s\" "
	    "width=\"1\" height=\"1\"/></svg>%s</span>",
	    kind, meaning);
}

static void
add_axis(struct strbuf *out, const struct page_chart_bar *bars, size_t count)
{
	strbuf_adds(out, "<figcaption>\n<div class=\"axis\">");
	strbuf_addf(out, "<time>%s</time>", bars[0].label);
	if (count > 2 && count % 2 == 1)
		strbuf_addf(out, "<time>%s</time>", bars[count / 2].label);
	strbuf_addf(out, "<time>%s</time></div>\n<div class=\"legend\">",
	    bars[count - 1].label);
	add_colour(out, "good", "successful");
	add_colour(out, "bad", "failed");
	if (count_unknown(bars, count) > 0)
		add_colour(out, "none", "no report");
	strbuf_adds(out, "</div>\n</figcaption>\n");
}

void
page_chart_add_columns(struct strbuf *out, const char *what,
    const struct page_chart_bar *bars, size_t count)
{
	const struct page_chart_bar *most = greatest(bars, count);
	uint64_t max = most->successes + most->failures;
	size_t i;

	strbuf_addf(out, "<figure%s>\n<h2>%s</h2>\n<small>up to ",
	    count <= FEW ? " class=\"few\"" : "", what);
	page_number(out, max);
	strbuf_addf(out,
	    "</small>\n<svg class=\"days\" viewBox=\"0 0 %zu %d\" "
	    "preserveAspectRatio=\"none\" shape-rendering=\"crispEdges\" role=\"img\">\n"
	    "<title>%s</title>\n",
	    count * COLUMN_WIDTH, HEIGHT, what);
	add_description(out, bars, count);
	for (i = 0; i < count; i++)
		add_column(out, &bars[i], i * COLUMN_WIDTH + 1, max);
	strbuf_adds(out, "</svg>\n");
	add_axis(out, bars, count);
	strbuf_adds(out, "</figure>\n");
}

/* --- rows ------------------------------------------------------------------------------------ */

void
page_chart_add_bar(
    struct strbuf *out, uint64_t successes, uint64_t failures, uint64_t max)
{
	unsigned good, bad;

	stack(successes, failures, max, BAR_WIDTH, BAR_LEAST, &good, &bad);
	strbuf_addf(out,
	    "<svg class=\"bar\" viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\" "
	    "aria-hidden=\"true\">",
	    BAR_WIDTH, BAR_HEIGHT);
	add_rect(out, "good", bad, 0, good, BAR_HEIGHT);
	add_rect(out, "bad", 0, 0, bad, BAR_HEIGHT);
	strbuf_adds(out, "</svg>");
}
