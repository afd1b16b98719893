import type { Codes } from '../code-facts.js';

/** SF601–SF634: carrying out a plan, emptying workers, and the command line. */
export const WORKING_CODES = {
  SF601: {
    title: 'file changed since it was read',
    severity: 'error',
    why:
      'Between the plan and this moment a file on the host, or the state of the farm, became another one. ' +
      "A file is only replaced when its checksum is the one that was read, so that nobody's change is lost, and other steps than those you said yes to are not carried out. " +
      'Nor is lotus-miner restarted where another program was installed while a moment for it was waited for: it would come up with that one.',
    remedy: 'Make a new plan and look at what it says now.',
  },
  SF602: {
    title: 'command on the host failed',
    severity: 'error',
    why:
      'A script on the host ended with an error; the last line it printed is in the message. ' +
      'A full disk and missing rights of the SSH user are the usual reasons. ' +
      'What was done before stays done, and the further steps of this worker are left out.',
    remedy: 'Mend the cause on the host and run the command again: it goes on from where things stand.',
  },
  SF603: {
    title: 'worker did not come up as declared',
    severity: 'error',
    why:
      'The worker was started, but its process ended, or in two minutes (`apply --start-timeout`) it did not have the declared tasks, paths and limits registered with the miner. ' +
      'Lotus exits with status 0 even on errors, so only its log tells why: fewer than 100,000 open files allowed, a locked repo, a taken port, a file in a sector folder whose name is no sector, a miner with another API version. ' +
      'It may also still be fetching proof parameters, and come up hours later.',
    remedy:
      'Look at the end of its log below the message, mend the cause and apply again. While it fetches parameters, wait, or apply with a `--start-timeout` of some hours. ' +
      'The message says whether it works again with the environment file and the drop-in of before this run, or of before an earlier one that did not come to start it so (a task that is off by now then stays off), or names the `sealfarm rollback` that brings them back.',
    upstream: [
      'https://github.com/filecoin-project/lotus/issues/8387',
      'https://github.com/filecoin-project/lotus/issues/5797',
    ],
  },
  SF604: {
    title: 'worker did not get quiet in time',
    severity: 'error',
    why:
      'A restart waits until no job is assigned, prepared or running on the worker and nobody reads from its paths, for 24 hours unless `--drain-timeout` says otherwise. ' +
      'That time is over; the worker was not stopped and takes work again. ' +
      'A PC1 of a 32 GiB sector that is cut off starts again from layer 1: three to five hours are lost, and if its ticket expires the sector may be removed.',
    remedy:
      'Look with `sealfarm status` at the job that blocks, and apply again, with a longer `--drain-timeout` where that is needed.',
    upstream: [
      'https://github.com/filecoin-project/lotus/issues/10942',
      'https://github.com/filecoin-project/lotus/issues/11326',
      'https://github.com/filecoin-project/lotus/issues/5501',
    ],
  },
  SF605: {
    title: 'worker did not stop',
    severity: 'error',
    why:
      'The worker was quiet and its paths were detached, but its process did not end within 30 seconds, or a job came in the last moment: C1, FIN and GET cannot be switched off in Lotus. ' +
      'Its paths are attached and its tasks switched on again as long as it answers; while the paths are not, their sectors are in no index.',
    remedy:
      'Run the command again: it attaches what is not attached, and stops the worker when the job is done. A process that does not end often waits for a disk; look at it on the host.',
  },
  SF606: {
    title: 'change not in effect',
    severity: 'error',
    why: 'Lotus reports some failures as success, so every live change is read back: tasks and paths from the worker, settings from the index of the miner. Here the old value is still in effect, and Lotus works by it. A path may also be detached by now, and the worker could not be told to take its tasks again.',
    remedy:
      "Look at the worker's log, and plan again to see what is in effect now; the plan offers the change again.",
    upstream: ['https://github.com/filecoin-project/lotus/pull/9032'],
  },
  SF607: {
    title: 'path holds sectors again',
    severity: 'error',
    why: 'The path was to be taken away, and right before that sectors were found on it, in the index of the miner or in its folders, or it could not be seen any more. It stays attached: off the index they would be stuck.',
    remedy: 'Drain the worker first, or declare the path again.',
  },
  SF608: {
    title: 'interrupted',
    severity: 'error',
    why:
      'You ended the command while it waited. ' +
      'Nothing is left half done: a worker that was getting quiet for a restart was not stopped and takes work again (where it could not be told so, that is said below the message), one that was being drained stays drained and takes no new work, one that was started runs.',
    remedy: 'Run the command again to go on, or `sealfarm resume` to take a drain back.',
  },
  SF609: {
    title: 'host is locked',
    severity: 'error',
    why:
      'Whoever changes a host holds the file `/var/lib/sealfarm/lock` there, with who, since when, why, from which commit and by which process in it, because two at once would undo the work of each other. ' +
      'Somebody holds it now, or a command was cut off and left it; or it was taken away while a command worked, which looks at it right before it stops a worker or lotus-miner, and then stops nothing there. What it does besides goes on. ' +
      'It is called stale when its process ran on this machine and has ended, which is certain, or when the host was restarted since or it is older than a day, which is not.',
    remedy:
      'Wait until the other command is over, with `--lock-timeout 30m` for as long as that. Only when nobody works there any more: `sealfarm unlock HOST`, which asks where it is not certain, or does it unasked with `--force`.',
  },
  SF610: {
    title: 'drain did not end in time',
    severity: 'error',
    why:
      'The time of `--deadline` is over, and the worker still has jobs, or sectors that need it. ' +
      'That a worker has no job does not mean it is empty: between PC2 and C1 a sector waits 150 epochs (75 minutes) with no job anywhere, and C1 and FIN run only where its files are. ' +
      'Nothing was stopped, and the worker takes no new work.',
    remedy:
      'Run `sealfarm drain` again to go on waiting, or `sealfarm resume` to give the worker its tasks back.',
  },
  SF611: {
    title: 'no such host or worker',
    severity: 'error',
    why: 'The command line names a host or worker that the file does not have. Nothing was done, not even to those that exist.',
    remedy: 'Name hosts and workers as the file does, and check that `--config` names the right file.',
  },
  SF612: {
    title: 'drain cannot end',
    severity: 'error',
    why:
      'A sector on the worker needs a task that no worker may take: none has it switched on, or the `AllowTo` of the path lets the sector go to no worker that has. ' +
      'Or finished sectors have their long-term storage on it, or the worker that alone can do C1 and FIN for a sector does not run, or Lotus has given a sector up, or has no other path for long-term storage. ' +
      'Waiting would never end, and stopping the worker would leave those sectors stuck. ' +
      'It is not stopped.',
    remedy:
      'Give another worker the task and a group that the path allows, start the worker that is away, or move finished sectors elsewhere, or remove those that Lotus has given up; then drain again. `sealfarm resume` lets it go on.',
    upstream: ['https://github.com/filecoin-project/curio/issues/1025'],
  },
  SF613: {
    title: 'step left out after a failure',
    severity: 'error',
    why:
      'The step builds on one that failed, the command was interrupted before it, or `rollout.minAvailable` holds it back (SF561). ' +
      'A failed restart also ends the waves after its own, as does a canary that does not come back: the next worker would fare no better.',
    remedy: 'Mend what failed first and apply again: what is done already stays done.',
  },
  SF614: {
    title: 'nobody to ask',
    severity: 'error',
    why: '`sealfarm apply` and `sealfarm rollback` show what they would do and ask before they change anything, as `sealfarm init` does before it writes a file, and here is no terminal to ask on, as under cron, in CI or with `--json`. Nothing was changed.',
    remedy: 'Look at what is shown, for `apply` as by `sealfarm plan`, then say `--yes`.',
  },
  SF615: {
    title: 'wrong use of the command line',
    severity: 'error',
    why: 'The command line cannot be understood: a command, an option or a value is unknown or missing. Nothing was done.',
    remedy: '`sealfarm --help` lists the commands, `sealfarm COMMAND --help` the options of one.',
  },
  SF616: {
    title: 'drain taken back',
    severity: 'error',
    why: 'While this drain waited, somebody took it back with `sealfarm resume`: it is not in the `manifest.json` of the host any more. The worker has its declared tasks again and goes on.',
    remedy: 'Ask who did; to drain the worker all the same, run `sealfarm drain` again.',
  },
  SF617: {
    title: 'hardware unknown',
    severity: 'error',
    why: 'Capacity and simulations go by the CPUs, the memory and the GPUs of each machine. The file does not declare them for this host, and the host could not be asked.',
    remedy:
      'Write `hardware:` under the host, as in `hardware: { cpus: 64, memory: 512GiB, gpus: 1 }`, or see to it that the host can be reached.',
  },
  SF618: {
    title: 'simulation ended early',
    severity: 'warning',
    why: 'More happens in the simulated time than anybody waits for: more than 20,000,000 beginnings and ends of tasks, some two million sectors. What is shown is the time up to there.',
    remedy: 'Simulate fewer days or fewer sectors, and see that no duration is zero by mistake.',
  },
  SF619: {
    title: 'durations of a GPU where there is none',
    severity: 'warning',
    why: 'Without `--durations` a simulation takes PC2 and C2 to last 25 and 30 minutes, as they do on a GPU. On CPUs alone they take hours, so that the farm seals less than is shown.',
    remedy: 'Measure one and say so with `--durations PC2=…,C2=…`, or give the machine a GPU.',
  },
  SF620: {
    title: 'log may not be read',
    severity: 'error',
    why:
      'With systemd a worker writes into the journal, which only root and the groups `systemd-journal` and `adm` may read; to others journalctl shows nothing. ' +
      'Without systemd its log is a file of its own with mode 0600.',
    remedy:
      'Add the SSH user to the group `systemd-journal` on the host, or set `ssh.sudo: true` for it. The change of groups holds from the next login on.',
  },
  SF621: {
    title: 'worker has no log yet',
    severity: 'note',
    why: 'The host holds no line of this worker: it has not been started by sealfarm there, its journal was kept in memory alone and the host was restarted, or old entries were removed.',
    remedy:
      'Look whether it runs with `sealfarm status`. A journal outlives a restart of the host where `Storage=persistent` is set in `journald.conf`.',
  },
  SF630: {
    title: 'worker is not quiet yet',
    severity: 'note',
    why:
      'With `--detach` nobody waits. The worker still has work, or somebody reads from its paths; its tasks are switched off, so that it gets quiet by itself, and it is the first in the next run. ' +
      'What comes after it in the order of `rollout` is put off, too. A worker that is only to lose a path takes work again meanwhile.',
    remedy:
      'Run the same command again, from cron or by hand, until it exits with 0. `sealfarm status` shows what the worker still does.',
  },
  SF633: {
    title: 'drain would leave too few workers',
    severity: 'error',
    why:
      '`rollout.minAvailable` says how many workers must go on doing a task. With these drained fewer would: who is down, drained or without the task now does not count. ' +
      'A restart would be held back (SF561), and a drain takes longer. Nothing was changed; where another command came meanwhile, the drain is taken back.',
    remedy:
      'Drain fewer at once, or bring the other workers back first, with `sealfarm resume` where they are drained. Or lower `rollout.minAvailable`. Where it is meant so, say `--allow-last`.',
  },
  SF634: {
    title: 'no restart to force',
    severity: 'error',
    why: '`--force-restart` says of a worker that its planned restart shall not wait for its jobs. It takes names of workers alone, and this one is to be restarted by nothing in the plan.',
    remedy: 'Look at `sealfarm plan` and name a worker whose restart stands there.',
  },
} satisfies Codes;
