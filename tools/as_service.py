#!/usr/bin/env python3
"""as_service.py UNIT COMMAND...: runs a command in what a unit of systemd asks for, as far as that goes without
systemd: ProcSubset=, ProtectProc=, CapabilityBoundingSet=, NoNewPrivileges=, MemoryDenyWriteExecute= (Linux 6.3) and
SystemCallFilter= (x86-64). What root calls runs as the owner of the current folder. Needs systemd-analyze and cc.
The exit status is the command's, or 125 where this machine lets nobody do so."""

import ctypes
import os
import re
import signal
import subprocess
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
NEW_MOUNTS, NEW_USERS, NEW_PROCESSES = 0x20000, 0x10000000, 0x20000000  # of unshare(2)
READ_NUMBER, IF_EQUAL, RETURN, ALLOWED, NOT_PERMITTED = 0x20, 0x15, 0x06, 0x7fff0000, 0x50001  # of seccomp's programs


class Program(ctypes.Structure):
    _fields_ = [('length', ctypes.c_ushort), ('code', ctypes.c_char_p)]


def settings(unit):
    """{name: its values}"""
    found = {}
    with open(unit, encoding='utf-8') as file:
        for name, value in re.findall(r'^(\w+)=(.*)$', file.read(), re.M):
            found.setdefault(name, []).append(value)
    return found


def call(function, *arguments):
    if getattr(LIBC, function)(*arguments) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), f'{function}{arguments}')


def control(what, *arguments):
    call('prctl', what, *map(ctypes.c_ulong, (*arguments, 0, 0, 0, 0)[:4]))


def enter_namespaces():
    """Mounts and processes of its own, which whoever is not root has in a namespace of users alone."""
    user, group = os.getuid(), os.getgid()
    call('unshare', NEW_MOUNTS | NEW_PROCESSES | (NEW_USERS if user else 0))
    for name, text in ('setgroups', 'deny'), ('uid_map', f'{user} {user} 1'), ('gid_map', f'{group} {group} 1'):
        if user:
            with open(f'/proc/self/{name}', 'w', encoding='ascii') as file:
                file.write(text)


def mount_proc(asked):
    options = [f'{option}={asked[name][-1]}' for name, option in (('ProtectProc', 'hidepid'), ('ProcSubset', 'subset'))
               if name in asked]
    LIBC.mount(None, b'/', None, 0x44000, None)  # private, with all below; an error where / is none of the mounts
    call('mount', b'proc', b'/proc', b'proc', 0xe, ','.join(options).encode())  # no setuid, devices or programs


def drop_rights(asked):
    if asked.get('CapabilityBoundingSet') == ['']:
        for capability in range(64):
            LIBC.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP; an error behind the last one
    if os.getuid() == 0:
        owner = os.stat('.')
        os.setgroups([])
        os.setgid(owner.st_gid)
        os.setuid(owner.st_uid)
    if asked.get('NoNewPrivileges') == ['yes']:
        control(38, 1)  # PR_SET_NO_NEW_PRIVS
    if asked.get('MemoryDenyWriteExecute') == ['yes']:
        control(65, 1)  # PR_SET_MDWE


def allowed_calls(filters):
    """The names that the values of SystemCallFilter= allow."""
    told = subprocess.run(['systemd-analyze', 'syscall-filter', '--no-pager'], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=True)
    groups = {name: re.findall(r'^ +(@?\w[\w-]*)', body, re.M)
              for name, body in re.findall(r'^(@[\w-]+)\n((?: .*\n)*)', told.stdout.decode(), re.M)}

    def calls_of(name):
        return {name} if name not in groups else set().union(*map(calls_of, groups[name]))

    allowed = calls_of('@default')
    for value in filters:
        named = set().union(*map(calls_of, value.removeprefix('~').split()))
        allowed = allowed - named if value.startswith('~') else allowed | named
    return allowed


def filter_of(calls):
    """A program of seccomp: EPERM for any other call."""
    header = subprocess.run(['cc', '-E', '-dM', '-'], input=b'#include <sys/syscall.h>', stdout=subprocess.PIPE,
                            check=True).stdout.decode()
    program = [(READ_NUMBER, 0, 0, 0)]
    for name, number in re.findall(r'^#define __NR_(\w+) (\d+)$', header, re.M):
        if name in calls:
            program += [(IF_EQUAL, 0, 1, int(number)), (RETURN, 0, 0, ALLOWED)]
    program.append((RETURN, 0, 0, NOT_PERMITTED))
    return Program(len(program), b''.join(op.to_bytes(2, 'little') + bytes([yes, no]) + value.to_bytes(4, 'little')
                                          for op, yes, no, value in program))


def become(asked, command):
    try:
        control(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        program = filter_of(allowed_calls(asked['SystemCallFilter'])) if 'SystemCallFilter' in asked else None
        mount_proc(asked)
        drop_rights(asked)
        if program:
            control(22, 2, ctypes.addressof(program))  # PR_SET_SECCOMP
        os.execvp(command[0], command)
    except OSError as error:
        print(f'as_service.py: {error}', file=sys.stderr)
        os._exit(125)


def main(unit, *command):
    asked = settings(unit)
    try:
        enter_namespaces()
    except OSError as error:
        print(f'as_service.py: {error}', file=sys.stderr)
        sys.exit(125)
    child = os.fork()
    if child == 0:
        become(asked, command)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    sys.exit(status if status >= 0 else 128 - status)


if __name__ == '__main__':
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
