"""The network namespace: everything on lo, two networks that swallow packets, a resolv.conf."""
import os
import pathlib
import shutil
import signal
import subprocess
import time

import kinds
import table

ETC = pathlib.Path('/etc/netns')        # "ip netns exec NAME" puts ETC/NAME/* over /etc/*
PATIENCE_S = 2                          # from SIGTERM to SIGKILL


def exists(name):
    return pathlib.Path('/run/netns', name).exists()


def claim(name):
    """Takes the name; False if somebody has it."""
    if exists(name):
        return False
    ETC.mkdir(exist_ok=True)
    try:
        (ETC / name).mkdir()
    except FileExistsError:
        return False
    return True


def addresses(world):
    """Every address that somebody in the world has, without those that lo has by itself."""
    found = [table.TOP, table.LEAF, table.FAULTY, table.LATE]
    for host in world.hosts.values():
        found += [address for _, address in host.live_addresses]
    for domain in world.domains:
        if domain.policy:
            found += [address for _, address in domain.web_addresses]
    found += [collector.address for collector in kinds.COLLECTORS.values()]
    own = ('127.', '::1', '::ffff:', table.NOBODY6)
    return [address for address in dict.fromkeys(found) if not address.startswith(own)]


def _batch(world):
    """Commands for ip -batch."""
    yield 'link set lo up'
    for address in addresses(world):
        length_and_flags = '128 dev lo nodad' if ':' in address else '32 dev lo'
        yield 'addr add %s/%s' % (address, length_and_flags)
    # Nobody reads from this device, so that connections time out without any packet filter.
    yield 'tuntap add dev hole0 mode tun'
    yield 'link set hole0 up'
    yield 'route add %s dev hole0' % table.HOLE4
    yield 'route add %s dev hole0' % table.HOLE6


def create(name, directory, world):
    """Makes the namespace of a name that has been claimed."""
    shutil.copy(directory / 'resolv.conf', ETC / name)
    subprocess.run(['ip', 'netns', 'add', name], check=True)
    subprocess.run(['ip', '-n', name, '-batch', '-'], text=True, check=True,
                   input=''.join(line + '\n' for line in _batch(world)))


def inside(name, command):
    """The command line that runs command in the namespace, under the same process id."""
    return ['ip', 'netns', 'exec', name, *command]


def _processes(name):
    found = subprocess.run(['ip', 'netns', 'pids', name], capture_output=True, text=True,
                           check=False)
    return [int(pid) for pid in found.stdout.split()]


def _end_processes(name):
    for number in (signal.SIGTERM, signal.SIGKILL):
        deadline = time.monotonic() + PATIENCE_S
        for pid in _processes(name):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass
        while _processes(name) and time.monotonic() < deadline:
            time.sleep(.02)


def destroy(name):
    """Ends every process in the namespace and removes it. Missing parts are no error."""
    if exists(name):
        _end_processes(name)
        subprocess.run(['ip', 'netns', 'del', name], check=True)
    shutil.rmtree(ETC / name, ignore_errors=True)
