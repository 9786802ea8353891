/* SPDX-License-Identifier: ISC */
#include "show/page.h"

/*
 * Colours are told apart by brightness, too, and every text keeps a contrast of at least 4.5 to its ground (WCAG 2.1,
 * 1.4.3); tests/system/test_report_page.py measures it.
 */
static const char style[] =
    ":root{color-scheme:light dark;--ground:#fff;--text:#1b1f24;--dim:#59616b;"
    "--line:#d8dce1;--good:#6f8fa8;--bad:#c8281e;--none:#eceef1;--alarm:#a51d1d}\n"
    "@media(prefers-color-scheme:dark){:root{--ground:#14171a;--text:#e4e7ea;"
    "--dim:#a2aab3;--line:#343a41;--good:#5f7f99;--bad:#ff6b5e;--none:#23282d;"
    "--alarm:#ff9a92}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0 auto;padding:1rem;max-width:68rem;background:var(--ground);"
    "color:var(--text);font:15px/1.45 system-ui,-apple-system,'Segoe UI',"
    "'DejaVu Sans',sans-serif;font-variant-numeric:tabular-nums;"
    "-webkit-text-size-adjust:100%;overflow-wrap:anywhere}\n"
    "h1{font-size:1.25rem;line-height:1.25;margin:0 0 .25rem}\n"
    "h2,caption{font-size:1rem;font-weight:600;margin:0;text-align:left}\n"
    "p{margin:0 0 .75rem}\n"
    "small,.dim,thead th,dt,figcaption{color:var(--dim)}\n"
    "small,figcaption,thead th{font-size:.8125rem;font-weight:400}\n"
    "th small,td small{display:block}\n"
    ".answer{font-size:1.125rem;font-weight:600;margin:1rem 0 .5rem}\n"
    ".failed{color:var(--alarm)}\n"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.125rem 1rem;"
    "margin:0 0 1rem}\n"
    "dd{margin:0;min-width:0}\n"
    "figure{margin:0 0 1.5rem}\n"
    "svg{display:block;width:100%}\n"
    ".days{height:140px;border-bottom:1px solid var(--dim)}\n"
    ".few{max-width:26rem}\n"
    ".axis,.legend{display:flex;justify-content:space-between;gap:.25rem 1rem}\n"
    ".legend{justify-content:flex-start;flex-wrap:wrap;margin-top:.25rem}\n"
    ".legend svg{display:inline-block;width:.75em;height:.75em;margin-right:.35em}\n"
    ".good{fill:var(--good)}.bad{fill:var(--bad)}.none{fill:var(--none)}\n"
    ".bar{height:6px;margin:.25rem 0 .125rem}\n"
    ".bar rect{stroke-width:3px;vector-effect:non-scaling-stroke}"
    ".bar .good{stroke:var(--good)}.bar .bad{stroke:var(--bad)}\n"
    "time{white-space:nowrap}\n"
    "time+.bar{display:inline-block;vertical-align:middle;"
    "width:calc(100% - 6.5rem);margin:0 0 0 .75rem}\n"
    "table{border-collapse:collapse;width:100%;margin:0 0 1.5rem}\n"
    "caption{padding-bottom:.125rem}\n"
    "th,td{padding:.375rem 0;vertical-align:top;border-top:1px solid var(--line)}\n"
    "th{font-weight:400;text-align:left}\n"
    "td,thead th+th{text-align:right;white-space:nowrap;padding-left:.875rem;width:1%}\n"
    "td[colspan]{text-align:left;padding-left:0;white-space:normal}\n"
    "@media(min-width:52rem){.two{display:grid;grid-template-columns:1fr 1fr;"
    "gap:0 3rem;align-items:start}.two>*{min-width:0}}\n"
    "@media print{body{max-width:none;padding:0;font-size:10pt}"
    "tr,figure{break-inside:avoid}thead{display:table-header-group}"
    "svg,rect{print-color-adjust:exact;-webkit-print-color-adjust:exact}}\n";

void
page_begin(struct strbuf *out, const char *title)
{
	strbuf_adds(out,
	    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	    "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	    "<meta name=\"color-scheme\" content=\"light dark\">\n"
	    "<meta name=\"referrer\" content=\"no-referrer\">\n"
	    "<meta name=\"generator\" content=\"hopseal " HOPSEAL_VERSION "\">\n"
	    "<title>");
	page_text(out, title);
	strbuf_addf(out, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<h1>", style);
	page_text(out, title);
	strbuf_adds(out, "</h1>\n");
}

void
page_end(struct strbuf *out)
{
	strbuf_adds(out, "</body>\n</html>\n");
}

/* --- tables ------------------------------------------------------------------------------- */

void
page_table_begin(struct strbuf *out, const char *heading, const char *about,
    const char *const *columns, size_t count)
{
	size_t i;

	strbuf_addf(out,
	    "<table>\n<caption>%s</caption>\n<thead><tr><th scope=\"col\">%s</th>",
	    heading, about);
	for (i = 0; i < count; i++)
		strbuf_addf(out, "<th scope=\"col\">%s</th>", columns[i]);
	strbuf_adds(out, "</tr></thead>\n<tbody>\n");
}

void
page_row_begin(struct strbuf *out)
{
	strbuf_adds(out, "<tr><th scope=\"row\">");
}

void
page_row_numbers(struct strbuf *out, const uint64_t *numbers, size_t count)
{
	size_t i;

	strbuf_adds(out, "</th>");
	for (i = 0; i < count; i++) {
		strbuf_adds(out, "<td>");
		page_number(out, numbers[i]);
		strbuf_adds(out, "</td>");
	}
	strbuf_adds(out, "</tr>\n");
}

void
page_table_end(struct strbuf *out, uint64_t more)
{
	strbuf_adds(out, "</tbody>\n</table>\n");
	if (more == 0)
		return;
	strbuf_adds(out, "<p class=\"dim\">and ");
	page_number(out, more);
	strbuf_adds(out, " more</p>\n");
}
