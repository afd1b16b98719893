import type { Codes } from '../code-facts.js';

/** SF501–SF519, SF546: what is found on the hosts, and what is planned. */
export const OBSERVING_CODES = {
  SF501: {
    title: "host's answer not understood",
    severity: 'error',
    why:
      'A host is asked with one shell script, and its answer did not come to its end. ' +
      'Half an answer could leave out a running worker or the sectors on a path, so nothing is planned for this host.',
    remedy:
      'Look whether `/bin/sh`, `base64`, `stat` and `grep` work there for the SSH user, and run the command again.',
  },
  SF502: {
    title: 'storage path is not mounted',
    severity: 'error',
    why:
      'The path is declared with `mount: required`, the default, but it does not exist or lies on the root file system: its disk is missing. ' +
      'A worker would not start for want of `sectorstore.json`, or, where one was left below the mount point, seal on the root disk and fill it: the cache of a single 32 GiB sector takes 451 GiB.',
    remedy:
      'Mount the disk, and see to it that it is mounted at boot before workers start. For a path that is meant to lie on the root disk write `mount: any`.',
  },
  SF503: {
    title: 'sector files without sectorstore.json',
    severity: 'error',
    why:
      'The folder holds files of sectors, but the file that gives them their identity is gone. ' +
      'With a new ID it would be another store to the miner, while the sectors are known under the old one, so sealfarm never makes a new ID for data.',
    remedy:
      'Put the lost `sectorstore.json` back, from a backup of yours or from `/var/lib/sealfarm/backups` on the host, or move the sector files away.',
  },
  SF504: {
    title: 'file on the host unreadable',
    severity: 'error',
    why:
      "A file that decides what may be done cannot be read or understood: `sectorstore.json` with the ID of the data, `storage.json` with the worker's paths, `worker.env`, or `manifest.json` with the drains that are under way. " +
      'None of them is replaced unread: the worker is neither started nor stopped, and without the manifest nothing at all is done on the host. ' +
      'Lotus would not start with a broken `storage.json` or `sectorstore.json` either.',
    remedy:
      'Give the SSH user the right to read it, mend it on the host, or put back the version before from `/var/lib/sealfarm/backups`.',
  },
  SF505: {
    title: 'storage path has another ID',
    severity: 'error',
    why:
      'The `sectorstore.json` on the path has another ID than the file declares, or than the running worker attached the path with. ' +
      'Most often another disk is mounted there. ' +
      'The ID is the identity of the data and is never changed; a running worker goes on with the one it read when it opened the path.',
    remedy:
      'Check which disk is mounted there. If it is the right one, leave `id` out or write the ID that is there; if the file was changed under a running worker, put the ID back that the worker knows.',
  },
  SF506: {
    title: 'undeclared path holds sectors',
    severity: 'error',
    why:
      'The worker still has a path that the file does not declare, and sectors lie on it, or nobody can tell: it is not there, or has no `sectorstore.json` that can be read, as while its disk is not mounted. ' +
      'Without the path they would leave the index of the miner: C1 and FIN run only on a worker whose paths hold the sector, so those that are being sealed would be stuck, and finished ones could not be proven.',
    remedy:
      'Declare the path again, drain the worker, and take the path out when it is empty. Mount a disk that is not there first. ' +
      'Of one that is gone for good, take the path out by hand: with `lotus-worker storage detach`, or out of `storage.json` while the worker is stopped.',
  },
  SF507: {
    title: 'worker runs with another repo',
    severity: 'error',
    why:
      'The process was started with another `LOTUS_WORKER_PATH` than the file says. ' +
      'The repo holds `storage.json`: from another one the worker would come up with other paths, and the sectors on its present ones would leave the index of the miner.',
    remedy:
      'Write the repo that it runs with. To move a worker to another repo, drain it first, and make a new worker of it.',
  },
  SF508: {
    title: 'worker runs but does not answer',
    severity: 'warning',
    why:
      'The process is there, but its API cannot be called. ' +
      'Before a worker listens it asks the miner for its version, once a second and for ever, and fetches missing proof parameters, over 100 GiB, which can take hours. ' +
      'Until it answers nobody knows which tasks it takes and what it has attached, so nothing is done that depends on that.',
    remedy:
      'Look at the end of its log: "Connecting to miner API…" points to `miner.api` or the token, a download to `parameterCache`. Plan again when it answers.',
    upstream: [
      'https://github.com/filecoin-project/lotus/issues/2520',
      'https://github.com/filecoin-project/lotus/issues/6391',
    ],
  },
  SF509: {
    title: 'worker that left the file holds sectors',
    severity: 'error',
    why:
      'sealfarm put this worker on the host, as `manifest.json` there says, and the file does not name it any more: it would be drained to empty, stopped and removed, with all data left where it is. ' +
      'But sectors lie on paths of it that no other worker of the host has, and no drain brings them away: the worker does not run, so that nobody goes on with them, or the path is for long-term storage. ' +
      'Without a worker that serves the path they leave the index of the miner: those that are being sealed are stuck, and finished ones cannot be read for proofs.',
    remedy:
      'Declare the path on another worker of the host; the sectors and their ID stay. Or declare the worker again, let it run and drain it, and take it out of the file when it is empty.',
  },
  SF510: {
    title: 'one ID on two paths',
    severity: 'error',
    why:
      'Two storage paths have the same ID: a `sectorstore.json` was copied, or two workers have one shared file system. ' +
      'The miner merges them into one store with two URLs, so sectors are fetched and removed in the wrong place; on a shared file system sealed sectors have been deleted that way. ' +
      'Nothing is changed for the workers of both paths; `import` warns of them.',
    remedy:
      'Give a shared file system to one worker only, and run `lotus-worker storage detach` for it on all others. Of two paths with copied files, drain the worker of the one without sectors and remove its `sectorstore.json`; apply gives that path an ID of its own.',
    upstream: [
      'https://github.com/filecoin-project/lotus/issues/7484',
      'https://github.com/filecoin-project/lotus/issues/7545',
    ],
  },
  SF511: {
    title: 'miner not reached',
    severity: 'error',
    why:
      'The API of the miner did not answer through any host of the farm. ' +
      'The miner alone knows which jobs run and which sector lies where, so without it no worker can be restarted, drained or seen to register, and no path is detached.',
    remedy:
      'Look whether `lotus-miner` runs, and whether `[API] ListenAddress` in its `config.toml`, loopback by default, is an address that the hosts reach. ' +
      'Changing it needs a restart of the miner, which pauses proving: keep clear of an open deadline.',
  },
  SF512: {
    title: 'host belongs to another farm',
    severity: 'error',
    why: 'The `manifest.json` on the host names another farm than the file does. Most often an address is wrong, or the file began as a copy of another one; an apply would put its workers on a machine that somebody else keeps.',
    remedy:
      'Check the address of the host. If the farm has a new name, change `farm` in `/var/lib/sealfarm/manifest.json` on its hosts too.',
  },
  SF513: {
    title: 'miner seals sectors of another size',
    severity: 'error',
    why:
      'A miner has one sector size for ever, which was chosen when it was made; `sectorSize` in the file says another. ' +
      'Limits and resources are written for one size (`PC1_32G_MAX_CONCURRENT`), so that with a wrong one Lotus would read none of them, and give out as much work as the memory seems to hold. Nothing is done on any host.',
    remedy: 'Correct `sectorSize`, or `miner.api` if this is another miner than the one that is meant.',
  },
  SF514: {
    title: 'worker was started by somebody else',
    severity: 'error',
    why:
      'The worker answers at the address in its repo, or the miner has it registered, but it has neither a pid file of sealfarm nor its unit, and cannot be taken over as it runs: the SSH user may not read what it was started with, it is in a container, or two processes name the repo. ' +
      'A second process on the same repo would exit with "repo is already locked", and stopping the first one could cut off a PC1, so it is left alone.',
    remedy:
      'When it is quiet, stop it where it was started, and disable a unit with `Restart=always`, which would bring it back. Then apply starts it.',
  },
  SF515: {
    title: 'worker that the file names no more still runs',
    severity: 'error',
    why:
      'A worker that sealfarm started runs on this host, and the file does not name it any more. ' +
      'Another one that has its repo, one of its storage paths or its address is not started beside it. One that `manifest.json` does not name, either, may have any of them.',
    remedy:
      'Apply drains and removes the old worker; apply again then to start the new one. If it is the same worker under another name, write `renamedFrom` with the old name. One that is in no manifest has to be declared again and drained.',
  },
  SF516: {
    title: 'systemd on the host does not answer',
    severity: 'error',
    why:
      'Workers of this host are systemd units, or have been, and `systemctl show` fails there or is missing. ' +
      'Whether they run cannot be known then, and one that is only out of sight must not be started a second time or taken for stopped, so nothing is done on the host.',
    remedy:
      'On a host without systemd, such as most containers, write `serviceManager: process`. Otherwise look with `systemctl status` what is wrong there.',
  },
  SF517: {
    title: 'worker ends again and again',
    severity: 'warning',
    why:
      'The process of the worker ended, and systemd starts it again every 10 seconds. ' +
      'lotus-worker ends with status 0 on most errors, so that the result `success` says nothing: only its log tells why. ' +
      'Other results are of systemd: `exit-code` with status 203 is a program that is not there or not executable, `resources` an environment file that cannot be read, `oom-kill` a limit of memory that is too low.',
    remedy:
      'Look at its log with `sealfarm logs WORKER`, mend the cause and apply: that starts the worker anew.',
    upstream: ['https://github.com/filecoin-project/lotus/issues/8387'],
  },
  SF518: {
    title: 'setting that the host cannot fulfil',
    severity: 'error',
    why:
      'The worker shall run as a user that the host does not have, or that the SSH user cannot become, or a program is missing that starts a plain process with its settings: `taskset` for `cpus`, `numactl` for `numaNodes`, `setpriv` of util-linux for `user`. ' +
      'It would be stopped and not come up again, so nothing of it is touched.',
    remedy: 'Make the user or install the program on the host, or take the setting out. Then plan again.',
  },
  SF519: {
    title: 'user that cannot use what is on the host',
    severity: 'error',
    why:
      'A worker reads and writes its repo, its `tmpDir` and every file on its storage paths, and reads the caches of the proofs. ' +
      'What belongs to another user cannot be sealed further, and a sector with files of two users is stuck: a running worker that holds sectors is not moved to another user, and what runs as one user is not handed to an SSH user that the file does not name. ' +
      'sealfarm gives what it makes to the user, and changes no owner of what is there.',
    remedy:
      'Give the named files to the user, with all that is in them: `chown -R USER: PATH`. Where the worker runs as somebody else, drain it before, and resume it afterwards.',
  },
  SF546: {
    title: 'worker is kept twice',
    severity: 'error',
    why:
      'A plain process that sealfarm once started holds the worker, and systemd has a process of its unit, too, or tries to start one. ' +
      'Two on one repo cannot both work: the second ends with "repo is already locked" for ever. ' +
      'Which of them seals cannot be told from outside, so neither is stopped.',
    remedy:
      'Look on the host which of the two does the work. Most often it is the plain process: then `systemctl disable --now` the unit. Apply moves the one that is left to the declared `serviceManager`.',
  },
} as const satisfies Codes;
