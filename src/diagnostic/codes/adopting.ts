import type { Codes } from '../code-facts.js';

/** SF550–SF556: workers that somebody else started and that are taken over. */
export const ADOPTING_CODES = {
  SF550: {
    title: 'worker that the next boot starts as before',
    severity: 'warning',
    why:
      'The worker runs as a unit started it that is not of sealfarm and that is enabled or brought by a timer or a target, or as cron or rc.local did. If the unit of sealfarm were enabled, too, both would start it at boot: ' +
      '`repo.lock` lets only one of them live, by chance with the settings of before, and systemd would start the other again every few seconds for ever. ' +
      'So the unit of sealfarm is written and stays disabled, and after a boot the worker runs as it does now. Of a unit that keeps other processes, too, it is not known whether it started the worker, or a person did within it: then nobody may start it after a boot.',
    remedy:
      'Apply with `--disable-foreign-units`, or `systemctl disable` the unit, or the timer that brings it, and apply: what runs goes on, and the next boot starts the worker as the file says. Of cron or rc.local take the line out, end the worker when it is quiet and apply.',
  },
  SF551: {
    title: 'restart that would leave two starters',
    severity: 'error',
    why:
      'The worker is to be restarted, and sealfarm keeps it from then on with a unit of its own. The unit that started it before is enabled or brought by a timer or a target, or cron or rc.local did it: at the next boot both would start the worker. ' +
      '`repo.lock` lets only one of them live, by chance with the settings of before, and the other is started again for ever. The unit of somebody else is never disabled unasked.',
    remedy:
      'Apply with `--disable-foreign-units`, or `systemctl disable` that unit, or the timer that brings it, on the host and apply again. A line of cron or rc.local is taken out by hand.',
  },
  SF552: {
    title: 'worker with a flag that sealfarm cannot say',
    severity: 'error',
    why:
      'Somebody else started the worker with `--external-pc2`. sealfarm starts workers by variables alone, and Lotus has none for that flag: after a restart PC2 would be computed by another program than before. ' +
      'The worker goes on as it runs, and its files are written; it is only not restarted.',
    remedy: 'Leave restarts of this worker to whoever started it, or start it without the flag there first.',
  },
  SF553: {
    title: 'something else that starts a worker at boot',
    severity: 'warning',
    why:
      'A line of a crontab, of rc.local or of a unit on a host of the file starts a lotus-worker at boot or later by itself, beside the units of sealfarm: a unit that is enabled, or that a timer or another unit in force brings. Whether it is a worker of the file cannot be told from outside. ' +
      'If it is, two start it at the next boot: `repo.lock` lets only one live, by chance with the settings of before, and the other ends or is tried for ever.',
    remedy:
      'If it starts a worker of the file, take the line out, or `systemctl disable` the unit or its timer. What starts a script that starts a worker is not found: look for that yourself.',
  },
  SF554: {
    title: 'worker that an old unit may bring back',
    severity: 'error',
    why: 'The worker does not run, and on its host systemd is about to start a lotus-worker again by an enabled unit that is not of sealfarm. If that is the same worker, two would run for one repo, one of them in vain. So it is not started now.',
    remedy:
      'Wait until that unit has come up and plan again. Where it ends again and again and was this worker before, `systemctl disable --now` it and apply: sealfarm then starts the worker.',
  },
  SF556: {
    title: 'worker that something starts again when it ends',
    severity: 'error',
    why:
      'The worker is to be restarted or stopped, and what started it keeps it running: a loop in a shell (`while :; do lotus-worker run; sleep 5; done`), supervisord, runit or another supervisor. ' +
      'Ended by sealfarm it would come back at once with the settings of before, and take `repo.lock` from the worker of sealfarm. ' +
      'A loop is seen where it stands in the words or the script of the shell; one that was typed at a prompt is not.',
    remedy:
      'When the worker is quiet (`sealfarm drain --no-stop`) end the loop, or take the worker out of the supervisor, then end the worker, and apply: sealfarm then starts it. Live changes work meanwhile.',
  },
  SF555: {
    title: 'worker in a unit that keeps others, too',
    severity: 'error',
    why:
      'The worker is to be restarted or stopped, and a unit started it that keeps other processes as well: a supervisor, or a script that starts more than one worker. ' +
      'To stop the unit would end them all, with what they are at; to end the worker alone would have it brought back.',
    remedy:
      'Take the worker out of that unit when it is quiet, and apply: sealfarm then starts it. Drains that stop nothing (`--no-stop`, `state: drained`) and live changes work meanwhile.',
  },
} as const satisfies Codes;
