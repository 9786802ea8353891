"""How hopseald can fail an MTA, whichever: states to be in, by "with state(lab, hosts)"; and where mail is meanwhile."""
import collections
import contextlib
import os
import signal

from impostor import Impostor, ask

MIB = 1 << 20
NOT_A_NETSTRING = b'220 this is no socketmap\r\n'


@contextlib.contextmanager
def stopped(lab, _hosts):
    lab.stop_daemon()
    yield
    lab.daemon()


@contextlib.contextmanager
def killed(lab, _hosts):
    """Its socket stays, and nobody is behind it."""
    os.kill(lab.process.pid, signal.SIGKILL)
    lab.process.wait()
    lab.process = None
    yield
    lab.daemon()


@contextlib.contextmanager
def frozen(lab, _hosts):
    """It neither accepts nor answers."""
    os.kill(lab.process.pid, signal.SIGSTOP)
    yield
    os.kill(lab.process.pid, signal.SIGCONT)


@contextlib.contextmanager
def without_socket(_lab, hosts):
    aside = [(mta.socket, mta.socket.with_name('aside')) for mta in hosts]
    for path, other in aside:
        path.rename(other)
    yield
    for path, other in aside:
        other.rename(path)


def instead(answer):
    """answer(lab, question) for all questions, see impostor.py."""
    @contextlib.contextmanager
    def state(lab, hosts):
        with contextlib.ExitStack() as impostors:
            for mta in hosts:
                impostors.enter_context(Impostor(mta.socket, lambda question: answer(lab, question)))
            yield
    return state


def always(reply):
    return instead(lambda _lab, _question: reply)


def own_answer(lab, question):
    return ask(lab.folder / 'map', question)


def behind(beginning, reply):
    """All questions get hopseald's own answer but those that begin so: by a map, or by a map and the first word of its keys."""
    return instead(lambda lab, question: reply if question.startswith(beginning) else own_answer(lab, question))


# ---------------------------------------------------------------- mail


def counts(lab, mta):
    """-> how often each address is in the queue, and how often its mail was taken."""
    return (collections.Counter(mta.waiting()),
            collections.Counter(r for mail in lab.sink() for r in mail['recipients']))


def fates(lab, mta, addresses):
    """address -> (how often in the queue, how often taken)"""
    waits, taken = counts(lab, mta)
    return {address: (waits[address], taken[address]) for address in addresses}
