/* SPDX-License-Identifier: ISC */
#include "cli/rollover_state.h"

#include "show/complain.h"

static void
load(struct rollover_state *s)
{
	struct strbuf text = STRBUF_INIT;
	struct why why;
	enum status rc =
	    memory_file_read(&s->file, ROLLOVER_MEMORY_BYTES_MAX, &text, &why);

	if (rc == ST_OK && text.len > 0)
		rc = rollover_memory_parse(
		    strbuf_str(&text), text.len, &s->memory, &why);
	if (rc != ST_OK)
		complain("%s is passed over, time counts from now: %s", s->file.path,
		    why.text);
	strbuf_clear(&text);
}

bool
rollover_state_open(const char *path, struct rollover_state *out)
{
	*out = (struct rollover_state){ .memory = { 0 } };
	if (!memory_file_open(path, "tlsa-ready", &out->file))
		return false;
	load(out);
	return true;
}

bool
rollover_state_save(const struct rollover_state *state)
{
	struct strbuf text = STRBUF_INIT;
	bool is_done;

	rollover_memory_add(&text, &state->memory);
	is_done = memory_file_write(&state->file, &text);
	strbuf_clear(&text);
	return is_done;
}

void
rollover_state_close(struct rollover_state *state)
{
	memory_file_close(&state->file);
	rollover_memory_clear(&state->memory);
}
