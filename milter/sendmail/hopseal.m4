dnl ---- hopseal for Sendmail -------------------------------------------------------------
dnl For Sendmail 8.17 and later with socket maps, STARTTLS, and the names of certificates:
dnl "sendmail -d0.13 -bt </dev/null" says SOCKETMAP, STARTTLS and _FFR_TLS_ALTNAMES; Debian's
dnl has them all.  hopseal-sendmail(7) explains.
dnl
dnl In sendmail.mc, above the MAILER lines:
dnl    define(`confCACERT', `/etc/ssl/certs/ca-certificates.crt')dnl
dnl    define(`confCACERT_PATH', `/etc/ssl/certs')dnl
dnl    define(`SMTP_MAILER_MAXRCPTS', `1')dnl
dnl and as its last line, below them:
dnl    include(`/etc/mail/hopseal.m4')dnl
dnl
dnl In hopseal.conf:
dnl    [listen]
dnl    socketmap = unix:/run/hopseal/map                  (this is the default: open to all)
dnl
dnl At 3 a.m.:
dnl   why does mail for a domain wait?
dnl       "hopseal explain DOMAIN" on this machine, "mailq" for what Sendmail knows.
dnl   log says "reject=450 4.7.x ... hopseal: ..."
dnl       the connection is less than DANE or MTA-STS asks for; the next MX host is tried.
dnl   log says "clt_features=TEMPFAIL, host=..., status=skipped"
dnl       hopseald says that this MX host is not to be used now.
dnl   log says "hopseal: policy daemon not available"
dnl       hopseald does not answer.  Mail waits in the queue, none is lost.
dnl   to let one domain go, whatever its policy says
dnl       "hopseal override add DOMAIN may ..." on this machine.
dnl   to go on without hopseal
dnl       take the include line out, make the .cf anew, restart.  MTA-STS and DANE of hopseal
dnl       are off then.
dnl
dnl ---- what may be set above the include line -------------------------------------------
dnl Where hopseald listens, if not there.
ifdef(`HOPSEAL_SOCKET', `', `define(`HOPSEAL_SOCKET', `unix:/run/hopseal/map')')dnl
dnl HOPSEAL_FREE: senders, between blanks, whose mail goes out whatever policies say, for TLS
dnl reports: define(`HOPSEAL_FREE', `tls-reports@example.org')dnl
dnl
dnl ---- options --------------------------------------------------------------------------
ifdef(`confCACERT', `', `errprint(`*** WARNING: hopseal.m4: no confCACERT, no certificate will be good
')')dnl
ifelse(defn(`SMTP_MAILER_MAXRCPTS'), `1', `', `errprint(`*** WARNING: hopseal.m4: no SMTP_MAILER_MAXRCPTS of 1, 8.18.2 may lose recipients
')')dnl
dnl The certificate's SHA-256, by which hopseald knows what it has verified itself.
define(`confCERT_FINGERPRINT_ALGORITHM', `sha256')dnl
dnl MTA-STS is for the domain that mail was addressed to, not for what that is an alias of.
define(`confDONT_EXPAND_CNAMES', `True')dnl
LOCAL_CONFIG
# Without it {rcpt_addr} is empty, and no name is sent in the handshake.
O StrictTransportSecurity=true
# The names of the server's certificate, for HopsealName.
O SetCertAltnames=true
ifdef(`HOPSEAL_FREE', `C{HopsealFree}HOPSEAL_FREE
')dnl
# -f: keys in full, and as they are.  -d: longer than hopseald takes to find an answer.
Khopseal socket -f -d10 -T<TMPF> HOPSEAL_SOCKET
# Sendmail itself does not say why a host was skipped.
Khopsealsay syslog -LNOTICE -S_

LOCAL_RULESETS
# Since 8.18.2 {rcpt_addr} is filled only where this says that there is a policy to be asked for.
Ssts_exists
R$*			$: $&{rcpt_addr}
R$*@$+			$@ $2
R$*			$@ none

# Does the certificate name the MX host?  A wildcard stands for one label (RFC 8461, section 4.1).
SHopsealName
R$*			$: $&{server_name}
R$+.			$1
R$={cert_altnames}	$@ yes
R$-.$+			$: *.$2
R$={cert_altnames}	$@ yes
R$*			$@ no

# Is the sender one of HOPSEAL_FREE?
SHopsealFree
R$*			$: $&f
R$={HopsealFree}	$@ yes
R$*			$@ no

# What hopseald says of a connection, or of a recipient over it.  Only PASS lets mail go: of an answer that it does not
# understand, or cannot have, Sendmail makes the default of the rule that asked.
SHopsealVerdict
RPASS			$@ ok
RDEFER $-.$-.$- $+	$#error $@ $1.$2.$3 $: "450 hopseal: " $4
R$*			$#error $@ 4.7.0 $: "450 hopseal: policy daemon not available"

# Of a key, what others make up stands last: hopseald takes no field twice, so that the names of hosts say nothing else.

# Before STARTTLS: the name for the handshake, and whether clear text will do after it failed.
Stls_clt_features
R$* $| $*		$: $1 $| $2 $| $>"HopsealFree" x
R$* $| $* $| $*		$: $(hopseal start;id:$&i;ip:$2;free:$3;mx:$1;rcpt:$&{rcpt_addr}; $: none $)
RUSE $+			$@ $1
R$*			$@ ""

# Before each connection: unless it says PASS, the next MX host is tried.  $#error would not keep Sendmail from this one,
# nor does $#temp where there was no answer at all; then LOCAL_TLS_SERVER will.
LOCAL_CLT_FEATURES
R$* $| $*		$: $1
R$+.			$1
R$*			$: $1 $| $>"HopsealFree" x
R$* $| $*		$: $1 $| $(hopseal mx;id:$&i;free:$2;nexthop:$&h;mx:$1; $: none $)
R$* $| PASS		$@ ok
R$* $| SKIP $+		$: $(hopsealsay hopseal: skip $2 $)
R$*			$#temp

# After the handshake, or where there is none.
LOCAL_TLS_SERVER
R$*			$: $1 $| $>"HopsealName" x
R$*			$: $1 $| $>"HopsealFree" x
R$* $| $* $| $*		$: $(hopseal tls;id:$&i;ip:$&{server_addr};verify:$1;name:$2;ver:$&{tls_version};cipher:$&{cipher};fp:$&{cert_fp};free:$3;nexthop:$&h;mx:$&{server_name};rcpt:$&{rcpt_addr}; $: none $)
R$*			$@ $>"HopsealVerdict" $1

# Before each recipient, also of another domain, and over a connection that was kept.  The names of the certificate are
# those of the last handshake, maybe with another host, so that hopseald goes by what it was told above.
LOCAL_TLS_RCPT
R$*			$: $1 $| $>"HopsealFree" x
R$* $| $*		$: $(hopseal rcpt;id:$&i;ip:$&{server_addr};verify:$&{verify};ver:$&{tls_version};cipher:$&{cipher};fp:$&{cert_fp};free:$2;nexthop:$&h;mx:$&{server_name};rcpt:$1; $: none $)
R$*			$@ $>"HopsealVerdict" $1
dnl ---- end of hopseal.m4 ----------------------------------------------------------------
