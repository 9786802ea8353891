dnl Settings for Sendmail under test only; sendmail_host.sh puts them in front of the mailers, and adds the host's addresses.
dnl The world's addresses are no business of this host.
define(`confDONT_PROBE_INTERFACES', `True')dnl
dnl Hosts that hang do so quickly.
define(`confTO_ICONNECT', `3s')dnl
define(`confTO_CONNECT', `3s')dnl
define(`confTO_INITIAL', `5s')dnl
define(`confTO_HELO', `5s')dnl
define(`confTO_STARTTLS', `5s')dnl
define(`confTO_MAIL', `5s')dnl
define(`confTO_RCPT', `5s')dnl
define(`confTO_RESOLVER_RETRANS', `3s')dnl
define(`confTO_RESOLVER_RETRY', `1')dnl
dnl However busy the machine is, a message is tried at once.
define(`confQUEUE_LA', `1000')dnl
define(`confREFUSE_LA', `1000')dnl
define(`confDELAY_LA', `0')dnl
dnl What the tests read.
define(`confLOG_LEVEL', `14')dnl
dnl Hosts of the world for domains that it does not have.
FEATURE(`mailertable', `text -k0 -v1 -o /etc/mail/mailertable')dnl
dnl hopseald's own reports.
define(`HOPSEAL_FREE', `tls@mta.example.net')dnl
