"""The network namespace: everything on lo, two networks that swallow packets, its own resolv.conf."""
import os
import pathlib
import shutil
import signal
import subprocess
import time

import table

ETC = pathlib.Path('/etc/netns')
PATIENCE = 2                            # seconds between SIGTERM and SIGKILL


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
    """Every address that somebody in the world has, in order, without those of lo itself."""
    found = [table.TOP, table.LEAF, table.FAULTY]
    for host in world.hosts.values():
        found += [address for _, address in host.addresses]
    for domain in world.domains:
        if domain.policy:
            found += [address for _, address in domain.web_addresses]
    own = ('127.', '::1', '::ffff:', table.NOBODY6)
    return [address for address in dict.fromkeys(found) if not address.startswith(own)]


def _batch(world):
    yield 'link set lo up'
    for address in addresses(world):
        yield 'addr add %s dev lo%s' % ((address + '/128', ' nodad') if ':' in address else (address + '/32', ''))
    # Nobody reads from this device, so that connections time out without any packet filter.
    yield 'tuntap add dev hole0 mode tun'
    yield 'link set hole0 up'
    yield 'route add %s dev hole0' % table.HOLE4
    yield 'route add %s dev hole0' % table.HOLE6


def create(name, directory, world):
    """Makes the namespace of a name that has been claimed."""
    shutil.copy(directory / 'resolv.conf', ETC / name)
    subprocess.run(['ip', 'netns', 'add', name], check=True)
    subprocess.run(['ip', '-n', name, '-batch', '-'], input='\n'.join(_batch(world)) + '\n', text=True, check=True)


def inside(name, command):
    """The command line that runs command in the namespace. It keeps the process id of what it starts."""
    return ['ip', 'netns', 'exec', name, *command]


def _processes(name):
    found = subprocess.run(['ip', 'netns', 'pids', name], stdout=subprocess.PIPE, text=True, check=False)
    return [int(pid) for pid in found.stdout.split() if int(pid) != os.getpid()]


def _end_processes(name):
    for kind in (signal.SIGTERM, signal.SIGKILL):
        deadline = time.monotonic() + PATIENCE
        for pid in _processes(name):
            try:
                os.kill(pid, kind)
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
