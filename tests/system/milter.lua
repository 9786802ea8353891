-- milter.lua: hopseal-milter through the eyes of miltertest(8); test_milter.py runs it with the socket as "socket".
-- The daemon behind it takes no mail for null.test; "early" is "reject".

local function expect(is_ok, what)
	if not is_ok then
		error(what)
	end
end

local conn = mt.connect(socket)
expect(conn ~= nil, "cannot connect")

-- It changes nothing, and spares the MTA what it does not need.
for _, action in ipairs({ SMFIF_ADDHDRS, SMFIF_CHGHDRS, SMFIF_CHGBODY, SMFIF_ADDRCPT, SMFIF_DELRCPT, SMFIF_QUARANTINE }) do
	expect(not mt.test_action(conn, action), "wants to change mail: " .. action)
end
for _, step in ipairs({ SMFIP_NOBODY, SMFIP_NOEOH, SMFIP_NODATA, SMFIP_NOUNKNOWN }) do
	expect(mt.test_option(conn, step), "wants a step that it does not need: " .. step)
end

expect(mt.conninfo(conn, "client.example", "192.0.2.9") == nil, "conninfo")
mt.macro(conn, SMFIC_HELO, "{tls_version}", "TLSv1.3", "{cipher}", "TLS_AES_256_GCM_SHA384", "{verify}", "OK")
expect(mt.helo(conn, "client.example") == nil, "helo")
mt.macro(conn, SMFIC_MAIL, "i", "lua1")
expect(mt.mailfrom(conn, "<a@client.example>") == nil, "mailfrom")

mt.macro(conn, SMFIC_RCPT, "{rcpt_mailer}", "esmtp", "{rcpt_host}", "null.test.", "{rcpt_addr}", "b@null.test")
expect(mt.rcptto(conn, "<b@null.test>") == nil, "rcptto")
expect(mt.getreply(conn) == SMFIR_REPLYCODE, "a null MX is not refused")

mt.macro(conn, SMFIC_RCPT, "{rcpt_mailer}", "esmtp", "{rcpt_host}", "good.test.", "{rcpt_addr}", "b@good.test")
expect(mt.rcptto(conn, "<b@good.test>") == nil, "rcptto")
expect(mt.getreply(conn) == SMFIR_CONTINUE, "a recipient is not taken")

expect(mt.header(conn, "Subject", "test") == nil, "header")
expect(mt.header(conn, "TLS-Required", "No") == nil, "header")
expect(mt.eom(conn) == nil, "eom")
expect(mt.getreply(conn) == SMFIR_CONTINUE, "the mail is not taken")
expect(not mt.eom_check(conn, MT_HDRADD), "a header field was added")
mt.disconnect(conn)
