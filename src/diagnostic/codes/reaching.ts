import type { Codes } from '../code-facts.js';

/** SF401–SF420: reaching a host, and Lotus through it. */
export const REACHING_CODES = {
  SF401: {
    title: 'host key unknown',
    severity: 'error',
    why:
      'The host key is not in `known_hosts`, so the host cannot be told from a machine that only answers at its address. ' +
      "Such a machine would be sent the worker's environment file, which holds the miner's admin token.",
    remedy:
      "Compare the fingerprint in the message or by the command of the help with the one on the host's own console, then make the key known as the help says. " +
      'An entry without a port holds for every port, as with `ssh`, but for a host that has one with its port and a key of that type.',
  },
  SF402: {
    title: 'host key changed',
    severity: 'error',
    why:
      'The host shows another key than the known one, no key of a type it is known by, or a revoked one. ' +
      'Either it was set up anew, or another machine answers at its address and waits for what is sent to it.',
    remedy:
      "Find out which on the host's own console. Only where it was set up anew, remove the old key with `ssh-keygen -R` and make the new one known.",
  },
  SF403: {
    title: 'authentication failed',
    severity: 'error',
    why:
      'The host let none of the keys in, or there is no key to try. ' +
      'sshd counts wrong keys (MaxAuthTries, 6 by default), so at most five are tried: those of the agent, then `~/.ssh/id_ed25519`, `id_ecdsa` and `id_rsa`. ' +
      'With `ssh.identityFile` only that one is.',
    remedy:
      "Put the public key into the host's `authorized_keys` (`ssh-copy-id`), check `ssh.user`, or name the right key as `ssh.identityFile`.",
  },
  SF404: {
    title: 'cannot connect',
    severity: 'error',
    why:
      'No SSH connection came about: the address is wrong, the host or its sshd is down, a firewall drops the connection, or the login took longer than `ssh.connectTimeout` (10 seconds by default). ' +
      'The plan of the other hosts stands. ' +
      'This host may still be sealing: the miner has its own connection to the workers.',
    remedy: 'Look whether `ssh` to the host works from here, then run the command again.',
  },
  SF405: {
    title: 'connection lost',
    severity: 'error',
    why:
      'The connection to a host, a worker or the miner broke while something was under way, so it is not known whether that was carried out. ' +
      'A host from which nothing comes any more is given up after a minute, or as `ServerAliveInterval` and `ServerAliveCountMax` of `ssh_config` say. ' +
      'Every step of sealfarm may be done twice: what is done already is found done.',
    remedy:
      'Look whether the host is up and the process has not just ended or restarted, then run the command again.',
  },
  SF406: {
    title: 'command timed out',
    severity: 'error',
    why:
      'A script on the host did not end in its time, usually two minutes, or printed far more than it should. ' +
      'Parts of it may still be running there. ' +
      'A network file system that does not answer, or a machine that swaps, is the usual reason.',
    remedy: 'Look at the host, above all whether `ls` of its mounts comes back; then run the command again.',
  },
  SF407: {
    title: 'forwarded connection refused',
    severity: 'error',
    why:
      'sealfarm talks to Lotus from a host of the farm, through its SSH connection, and from there the connection was refused. ' +
      'A worker listens on the one address in `listen` and not on loopback; a miner listens on loopback alone unless `[API] ListenAddress` in its `config.toml` says otherwise.',
    remedy: 'Look whether the process runs and listens on exactly this address.',
  },
  SF408: {
    title: 'known or revoked host keys unreadable',
    severity: 'error',
    why:
      'Without the known host keys, and those of `RevokedHostKeys` where `ssh_config` has it, no host can be told from an impostor, so no connection is made. ' +
      'sealfarm adds keys only with `StrictHostKeyChecking accept-new`. Lists of revoked keys are read by the system `ssh` alone: not with `ssh.transport: ssh2`.',
    remedy:
      'Make the hosts known with `ssh-keyscan` and compare the fingerprints with those on the hosts themselves, or name the right file as `ssh.knownHostsFile`. Leave out `ssh.transport` where `ssh_config` names revoked keys.',
  },
  SF409: {
    title: 'key file unusable',
    severity: 'error',
    why: 'The private key is missing, is in a form that cannot be read, or is encrypted and no agent holds it. sealfarm asks for the passphrase on a terminal, once for all hosts, but not with `--json` and not where the system `ssh` logs in.',
    remedy:
      'Add an encrypted key to an agent, which asks once (`ssh-add FILE`), or name a key that you can read as `ssh.identityFile`.',
  },
  SF410: {
    title: 'Lotus answered with an error',
    severity: 'error',
    why: 'The worker or the miner was reached and refused the call; the end of the message is in its own words.',
    remedy:
      'Look into the log of that worker or miner around this moment: it usually says more than the answer does.',
  },
  SF411: {
    title: 'not an RPC answer',
    severity: 'error',
    why:
      'What answered does not speak the Lotus API. ' +
      'It may be another program on that port, or a proxy in between. ' +
      'Nothing is concluded from such an answer.',
    remedy: 'Check the address, and what listens there.',
  },
  SF412: {
    title: 'RPC timed out',
    severity: 'error',
    why: 'The connection stands, but the answer did not come within 15 seconds. A miner that has just started, a worker that swaps or a storage path that hangs can be the reason.',
    remedy:
      'Look at the load and the log of the process; run the command again when it answers `lotus-miner info` or `lotus-worker info`.',
  },
  SF413: {
    title: 'RPC not authorised',
    severity: 'error',
    why: 'Lotus does not accept the token: sealfarm and the workers need the admin permission. A worker with such a token would not fail at its start either, but try to reach the miner once a second, for ever.',
    remedy:
      "Take the token from `lotus-miner auth api-info --perm admin`, run as the miner's user, and put it where `miner.token` points.",
  },
  SF414: {
    title: 'host does not run the script',
    severity: 'error',
    why: 'The login succeeded, but sshd opened no session for the script: too many at once on one connection (MaxSessions, 10 by default), a forced command, or a login shell that does not exist.',
    remedy:
      "Look at sshd's log on the host, and at `MaxSessions`, `ForceCommand` and the login shell of `ssh.user`.",
  },
  SF415: {
    title: 'ssh_config is wrong',
    severity: 'error',
    why: 'What the file does not say of a host comes from `~/.ssh/config` and `/etc/ssh/ssh_config`, as `ssh -G` reads them. There it failed, or found jump hosts that cannot be followed.',
    remedy: 'Run `ssh -G ADDRESS` with the address of the host, and correct what it complains of.',
  },
  SF416: {
    title: 'sudo refused',
    severity: 'error',
    why: 'With `ssh.sudo: true` everything on the host runs through one `sudo -n sh -s`. It never asks: without a rule that needs no password sudo ends at once, and nothing was run.',
    remedy:
      'Put `USER ALL=(root) NOPASSWD: /bin/sh -s, /usr/bin/sh -s` into a file below `/etc/sudoers.d/`, written with `visudo -f`. Such a rule makes the user as mighty as root.',
  },
  SF417: {
    title: 'sshd forwards no connections',
    severity: 'note',
    why: 'Workers and the miner are asked through connections that their host makes. With `AllowTcpForwarding no` its sshd makes none, so that a small program on the host, bash or nc, does. That takes a process for each connection; all else is the same.',
    remedy: 'Allow it with `AllowTcpForwarding local` in `sshd_config`, or leave it as it is.',
  },
  SF418: {
    title: 'reached by the system ssh',
    severity: 'note',
    why: 'sealfarm speaks SSH by itself, but not with certificates, FIDO keys or GSSAPI, and it reads no `RevokedHostKeys`. Where `ssh_config`, a key file or `known_hosts` shows that a host or a jump host before it takes one of these, all of the way is gone by `ssh`. It is one connection to each host as well, with a process for each script and each RPC connection.',
    remedy:
      'Nothing has to be done. `ssh.transport: openssh` says the same for good, and `ssh2` keeps sealfarm to its own where a plain key does.',
  },
  SF419: {
    title: 'no way to an address',
    severity: 'error',
    why:
      'sealfarm talks to Lotus from a host of the farm, through its SSH connection, and from there nothing came back from the address: no route, a name that nobody knows, or silence until the time was over. ' +
      'A machine that is up and has no program on that port would have refused the connection at once.',
    remedy:
      'Check the address, whether its machine is up, and whether a firewall between the two drops the connection.',
  },
  SF420: {
    title: 'another API than the expected one',
    severity: 'error',
    why:
      'What answered speaks the API of Lotus, but does not know the call or answers it in a form that sealfarm does not know. ' +
      'It is another program of Lotus, such as a daemon where a miner is expected, or a version with another API. ' +
      'Nothing is concluded from such an answer.',
    remedy: 'Check the address, and the versions with `lotus-miner version` and `lotus-worker info`.',
  },
} as const satisfies Codes;
