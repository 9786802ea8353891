dnl ---- hopseal-milter, for Sendmail 8.14 and later -------------------------------------
dnl Optional; hopseal.m4 does without it, but for mail whose sender asked for "TLS-Required: No".
dnl hopseal-milter(8) says what for.
dnl
dnl To install: into /etc/mail, and this line in sendmail.mc, behind other milters' that are to come
dnl first; then make, and restart.
dnl   include(`/etc/mail/hopseal-milter.m4')dnl
dnl
dnl At 3 a.m.:
dnl   a client says "451 4.7.5", "550 5.7.5" or "556 5.1.10" and names the domain
dnl       early replies (hopseal-milter.conf): "hopseal explain DOMAIN" on this machine.
dnl   log says "Milter (hopseal): error connecting to filter"
dnl       hopseal-milter does not run.  Mail passes without it.
dnl
dnl No F= among the equates: without the filter mail passes.  No macros need be set: it asks for
dnl them itself.  R is longer than the 60 s that a client may be made to wait at most.
INPUT_MAIL_FILTER(`hopseal', `S=local:/run/hopseal/milter.sock, T=C:10s;S:10s;R:70s;E:2m')dnl
