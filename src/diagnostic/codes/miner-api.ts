import type { Codes } from '../code-facts.js';

const ISSUES = 'https://github.com/filecoin-project/lotus/issues';

/** SF590–SF596: what keeps the farm, or a part of it, from its miner. */
export const MINER_API_CODES = {
  SF590: {
    title: 'miner does not run, or listens elsewhere',
    severity: 'error',
    why:
      'The machine at `miner.api` refused the connection of every host: nothing listens on this port there. ' +
      'lotus-miner is down, has not come up yet, or listens on loopback alone, as `[API] ListenAddress` of its `config.toml` says by default. ' +
      'The miner alone knows which jobs run and which sector lies where, so without it no worker is restarted, drained or seen to register, and no path is detached.',
    remedy:
      'From elsewhere both look alike; `ss -ltnp` on the machine of the miner tells whether `lotus-miner` listens, and at which address and port. ' +
      'Start it, or make `[API] ListenAddress` and `miner.api` the same; where the machine is another one, correct `miner.api`. ' +
      'Changing it needs a restart of the miner, which pauses proving: keep clear of an open deadline.',
    upstream: [`${ISSUES}/1465`],
  },
  SF591: {
    title: 'miner answers slowly',
    severity: 'warning',
    why:
      'The miner is there, but takes long for an answer. It is said as an error where none came at all: nothing is known then of jobs and sectors, and nothing is done that depends on them. ' +
      'A miner that has just started, that swaps, whose chain node lags behind or that waits for a storage path on a dead network file system answers like that; a slow one can miss a WindowPoSt.',
    remedy:
      'Look at the load, the memory and the log of `lotus-miner`, and whether `ls` of its storage paths comes back. Run the command again when `lotus-miner info` answers at once.',
  },
  SF592: {
    title: 'miner does not accept the token',
    severity: 'error',
    why:
      'The miner runs and answers, but the token is not one of its own, or has not the admin permission. ' +
      'Lotus makes tokens by a key in the keystore of the miner: those of another miner, or from before that key was replaced, are worth nothing. ' +
      'A worker with such a token does not end, but tries to reach the miner once a second, for ever.',
    remedy:
      "Take the token from `lotus-miner auth api-info --perm admin`, run as the miner's user, and put it where `miner.token` points; with `fromMiner: true` it is asked for each time.",
  },
  SF593: {
    title: 'wrong address of the miner',
    severity: 'error',
    why:
      'At `miner.api` there is no miner: nothing comes back from that address, a program answers that does not speak the Lotus API, or it is another part of Lotus, such as the daemon on port 1234 or a worker. ' +
      'Each worker has this address in `MINER_API_INFO`, and would wait there once a second, for ever.',
    remedy:
      "Write the address that `lotus-miner auth api-info --perm admin` prints, run as the miner's user, as far as all workers reach it. If it is right, look for a firewall that drops the connection.",
    upstream: [`${ISSUES}/6788`, `${ISSUES}/2515`],
  },
  SF594: {
    title: 'miner has another API',
    severity: 'error',
    why:
      'A miner answers, but does not know a call that sealfarm needs, or answers it in a form that sealfarm does not know: its Lotus is older or newer than what sealfarm supports. ' +
      'Nothing is concluded from such answers, so that nothing is done that depends on the miner. ' +
      'Workers of another API version than the miner end at their start, or are not taken.',
    remedy:
      'Look at `lotus-miner version`: sealfarm knows the API of Lotus 1.18 to 1.36. The workers need the Lotus of the miner in any case.',
    upstream: [`${ISSUES}/3055`],
  },
  SF595: {
    title: 'host that does not reach the miner',
    severity: 'error',
    why:
      'Other hosts get a connection to `miner.api`, and this one does not. ' +
      'A worker there would log "Connecting to miner API…" once a second, for ever, and one that is restarted would not come back. ' +
      'So none is started or restarted there; one that is registered shows that there is a way after all.',
    remedy:
      'Look at routes and firewalls between this host and the machine of the miner; `nc -z ADDRESS PORT` on the host shows whether there is a way.',
    upstream: [`${ISSUES}/4724`],
  },
  SF596: {
    title: 'program of a worker of another series than the miner',
    severity: 'warning',
    why:
      'The lotus-worker on disk is of another series than the miner that runs, such as 1.37 and 1.36. ' +
      'A worker of another API version ends at its start, or is not taken by the miner, and its sealing paths go with it. ' +
      'The one that runs goes on; whatever its restart would be for waits as well, since it would bring up the program on disk. ' +
      'Where a plan brings up a lotus-miner of another series, this is said of each worker whose program nobody replaced: it stays as it is, and is perhaps not taken any more.',
    remedy:
      'Upgrade the node, then lotus-miner, on disk; with `miner.host` in the file `sealfarm apply --restart-miner` restarts it when no WindowPoSt is due, and the workers after it in waves. To stay with the miner as it is, put its lotus-worker back. Of workers that are left behind, upgrade the lotus-worker before the miner is restarted.',
    upstream: [`${ISSUES}/3055`],
  },
} as const satisfies Codes;
