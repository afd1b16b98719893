import type { Codes } from '../code-facts.js';

/** SF227–SF229, SF243, SF580–SF589, SF650–SF659: the miner's machine, its config.toml and its restart. */
export const MINER_CODES = {
  SF227: {
    title: 'setting of a miner whose machine is not named',
    severity: 'error',
    why: "The key is about lotus-miner's own machine: its config.toml, its repo or its user. Without `miner.host` sealfarm does not go there, so nobody would write it and the file would say what is not so.",
    remedy:
      'Write `miner.host`: the name of a host of the file, or the address of another machine. Or take the key out.',
  },
  SF228: {
    title: 'malformed host of the miner',
    severity: 'error',
    why: 'The text is neither the name of a host under `hosts`, nor an IP address, a DNS name or an alias of `ssh_config`, so there is nothing that could be connected to.',
    remedy: 'Write the name of a host of the file, or an address without a port: that is `ssh.port`.',
  },
  SF229: {
    title: 'task that lotus-miner has no key for',
    severity: 'error',
    why: 'The config.toml of lotus-miner has an `Allow` key for nine sealing tasks alone. DataCid follows AddPiece, and proofs are done by the miner unless `DisableBuiltinWindowPoSt` and `DisableBuiltinWinningPoSt` say otherwise.',
    remedy:
      'Leave the task out of `miner.tasks`. Give proofs to workers by `disableBuiltinWindowPoSt` and `disableBuiltinWinningPoSt`.',
  },
  SF243: {
    title: 'restart of the miner that is not done yet',
    severity: 'warning',
    why: 'Earlier versions of sealfarm took `miner.restart: whenSafe` for `never`. This one does what it says.',
    remedy: 'There is nothing to do.',
  },
  SF580: {
    title: 'config.toml that cannot be edited',
    severity: 'error',
    why: 'The config.toml of lotus-miner cannot be read, is not the one that stands there as it runs in a container, is no TOML, says a key in two spellings, or cannot be changed without moving something else. lotus-miner does not start with a broken one, and an edit of it would be a guess.',
    remedy:
      'Correct the file on the machine at the line and column that the message names. sealfarm has left it as it is. Where lotus-miner runs in a container, mount its repo on the machine at the same path.',
  },
  SF581: {
    title: 'no config.toml of lotus-miner',
    severity: 'error',
    why: 'There is no config.toml in the folder that is taken for the repo of lotus-miner. `lotus-miner init` makes one, so the folder, the user or the machine is most likely another one; a new file there would be read by nobody.',
    remedy: 'Correct `miner.repo`, `miner.user` or `miner.host`.',
  },
  SF582: {
    title: 'lotus-miner that cannot be told',
    severity: 'error',
    why: 'More than one lotus-miner runs on the machine, or none, and the file does not say which repo is meant. The config.toml of the wrong one must not be written.',
    remedy: 'Write `miner.repo`, or `miner.user` where each has its own.',
  },
  SF583: {
    title: 'variable or flag that outranks config.toml',
    severity: 'warning',
    why: 'Lotus applies the `LOTUS_*` variables of its process above config.toml, and above both `lotus-miner run --miner-api PORT`, with which it listens on 127.0.0.1 alone. What the file of the farm asks for stands in config.toml and has no effect, also after a restart, as long as the unit or the shell that starts lotus-miner sets the variable or the flag.',
    remedy:
      'Take the variable or the flag out of what starts lotus-miner, or let it say the same, and restart lotus-miner when no proof is due: `sealfarm apply --restart-miner` does.',
  },
  SF584: {
    title: 'environment of lotus-miner not seen',
    severity: 'warning',
    why: 'Only root and the user of a process may read its environment. A `LOTUS_*` variable of lotus-miner would outrank its config.toml, and sealfarm could not say so.',
    remedy: 'Connect as root or as the user of lotus-miner, or set `ssh.sudo: true` for the machine.',
  },
  SF585: {
    title: 'config.toml changed by somebody since the start',
    severity: 'warning',
    why: 'Only when it starts does lotus-miner read config.toml. Somebody wrote the file since, and no version before was kept, so that nobody can say by what lotus-miner goes until it is restarted, nor what else that would change. So `restart: whenSafe` restarts nothing then, and the token is not changed.',
    remedy:
      'Look at the file, and restart lotus-miner when no deadline is open or near: `sealfarm apply --restart-miner` does.',
  },
  SF586: {
    title: 'no word on when a WindowPoSt is due',
    severity: 'error',
    why: 'Before lotus-miner, or a worker that is needed for WindowPoSt, is stopped, `lotus-miner proving info` and `lotus-miner proving deadlines` are run on its machine as its user. They ask the node, not the miner. What they said is no schedule of deadlines, so that nobody can say that no proof is missed.',
    remedy:
      'Run the two commands there as the user of lotus-miner and mend what they complain of: the node must run, and be found by `LOTUS_PATH` or `FULLNODE_API_INFO` of the running lotus-miner. Until then restart lotus-miner by hand; a worker goes with `drain --on-deadline stop` or `apply --force-restart` when you know that no proof is due.',
  },
  SF587: {
    title: 'lotus-miner that nobody restarts',
    severity: 'warning',
    why: 'A restart was asked for and would change something. But lotus-miner is the main process of no systemd unit: it was started in a terminal, by a script, in a container or by another supervisor, and what it was started with cannot be known.',
    remedy:
      'Restart it by hand when no proof is due. For the next time let a systemd unit keep it, or write how to restart it: `miner.restartCommand`.',
  },
  SF588: {
    title: 'restart of lotus-miner that is not needed',
    severity: 'warning',
    why: 'A restart of lotus-miner was asked for on the command line, and it goes by all that its config.toml says and runs the program that is on disk, or the file of the farm does not name its machine. A restart pauses proving, so that none is done for nothing.',
    remedy:
      'Leave `--restart-miner` out, or write `miner.host` where it is missing. Whether another program is on disk is seen only as the user of lotus-miner or root, and not in a container.',
  },
  SF589: {
    title: 'lotus-miner that is not found on its machine',
    severity: 'warning',
    why: 'At the API a miner answers, but on the machine that the file names as its own no lotus-miner runs with this repo and as this user. So config.toml may be that of another miner, and nobody can say by what the one that answers goes.',
    remedy:
      'Correct `miner.host`, `miner.repo` or `miner.user`. Where lotus-miner runs in a container, its processes must be seen on the machine, and its repo at the same path.',
  },
  SF650: {
    title: 'no safe moment to restart lotus-miner',
    severity: 'error',
    why: 'For as long as a restart may wait, a WindowPoSt was due, a proof was computed, or the worker within lotus-miner had a job that would have been lost. lotus-miner was not stopped, and no worker was restarted, since the miner comes first. Where each deadline has sectors there is a moment only between the proof of one and the beginning of the next.',
    remedy:
      'Apply again to go on waiting, with a longer `--drain-timeout`. Where deadlines follow each other without a gap, write a shorter `miner.restartMargin`.',
  },
  SF651: {
    title: 'lotus-miner that has not come back',
    severity: 'error',
    why: 'At a safe moment lotus-miner was to be restarted, and what restarts it failed, or no new process answered within two minutes, or what `--start-timeout` said. It may wait for the node to be in step with the chain, or complain of its config.toml; as long as it is down no proof is made. Or what restarts it started another program than the one that was seen, of another series than the workers were planned for. In each case no worker is stopped.',
    remedy:
      'Look at its process and its log on the machine at once. The version of config.toml before is in the backups; `sealfarm rollback` brings it back.',
  },
  SF652: {
    title: 'worker that did not come back to the miner',
    severity: 'error',
    why: 'After a restart of lotus-miner each worker registers again by itself: one that does nothing within some seconds, one that works when that has ended. These do nothing the miner knows of and have not registered within two minutes, or what `--start-timeout` said. They are given no work until they do.',
    remedy:
      'Look at their logs with `sealfarm logs`, and whether they reach the API of the miner: its address or its token may be another one now. A restart of the worker helps, too.',
  },
  SF653: {
    title: 'token of the miner that is not changed, or not everywhere',
    severity: 'error',
    why: 'A change of the token cuts off each worker that holds the one of before, until it is restarted. So it is done only where all workers of the file can be made quiet and restarted for it and for nothing else, and where the miner itself gives the token.',
    remedy:
      'Do what the message names: bring all hosts back, run `sealfarm apply` until there is nothing left to do, let drained workers work or stop them, and let `sealfarm apply --restart-to-adopt` restart those that somebody else started. The file must say that the token comes from the miner: `fromMiner`.',
  },
  SF654: {
    title: 'old token that may still be taken',
    severity: 'error',
    why: 'After the change the miner was called with the token of before, and it did not say that it refuses it. lotus-miner may go by the same key still, as when it was not restarted or the key came back from elsewhere.',
    remedy:
      'Look at the files in the folder `keystore` of its repo, and at when lotus-miner was started. Then run `sealfarm rotate-token` again.',
  },
  SF655: {
    title: 'node that is not in step with the clock',
    severity: 'error',
    why: 'When a WindowPoSt is due is told by the node of lotus-miner, in epochs of the chain as that node knows it. Its epoch is more than five epochs behind the clock of the machine or of the one where sealfarm runs, or ahead of it: a node that lags behind tells of a deadline that is over, while another one is open. So neither lotus-miner nor a worker for WindowPoSt is restarted by what it says.',
    remedy:
      'Let the node catch up: `lotus sync wait`, `lotus sync status`, and its log. Where the node is right, let a time service (chrony, systemd-timesyncd) keep both clocks. Then run the command again.',
  },
  SF656: {
    title: 'open API of lotus-miner',
    severity: 'warning',
    why: 'By its config.toml and its variables lotus-miner listens on an address that the internet carries, or on all addresses of a machine that has such a one, or sends others there. Whoever has the admin token, and each worker has it, can do everything with the miner from anywhere, and the token goes there unencrypted.',
    remedy:
      'Write an address of the network of the farm as `miner.listen` and `miner.remoteListen`, or let a firewall keep the port from everybody else.',
  },
  SF657: {
    title: 'proofs that nobody makes',
    severity: 'error',
    why: 'The config.toml of lotus-miner, or a variable of it, says that it does not make these proofs itself, and no worker that it gives work to is registered for them; while the miner does not answer, no worker of the file has the task. A worker that the file declares and that does not run makes none. A WindowPoSt that is not sent costs collateral, and without WinningPoSt no block is won.',
    remedy:
      'Start a worker with `windowpost` or `winningpost`, or let lotus-miner make them: `disableBuiltinWindowPoSt: false`, which needs its restart.',
  },
  SF658: {
    title: 'another lotus-miner on disk',
    severity: 'warning',
    why:
      'The lotus-miner that was started is another one on disk by now, or the one found in PATH on its machine is of another release than the one that runs. Whoever restarts it, for whatever reason, brings up the other one, with migrations and another API perhaps; workers of another series are not taken then. ' +
      'A plan has it as a pending restart. With `restart: whenSafe` apply restarts lotus-miner for it by itself only within a series (1.36): for another one its node has to be upgraded before, or it does not come back and makes no proofs.',
    remedy:
      'Finish the upgrade: the node first, then lotus-miner by `sealfarm apply --restart-miner`, which waits until no WindowPoSt is due and lets the workers follow. Or put the program back that runs.',
  },
  SF659: {
    title: 'proofs that would be left to nobody',
    severity: 'warning',
    why:
      'A restart of lotus-miner brings `DisableBuiltinWindowPoSt` or `DisableBuiltinWinningPoSt` into effect: from then on it leaves these proofs to workers. Now no worker that stays is registered for them. ' +
      'So apply restarts lotus-miner after all workers and not before them, and not at all while none is registered: it makes the proofs itself until then, and the restart stays pending. Who restarts it by hand has nobody to keep them from it.',
    remedy:
      'Apply. A worker for proofs may fetch parameters for hours when it starts; run `sealfarm apply` again once it is registered. Where workers need another setting of the same restart to come up, as a new `miner.listen`, apply that one first.',
  },
} as const satisfies Codes;
