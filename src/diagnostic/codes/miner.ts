import type { Codes } from '../code-facts.js';

/** SF227–SF229, SF243, SF580–SF585: the miner's machine and its config.toml. */
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
    why: 'A restart of lotus-miner pauses proving and can miss a WindowPoSt, for which collateral is lost. sealfarm writes config.toml and says that a restart is pending; it restarts the miner neither by itself nor when asked.',
    remedy: 'Restart lotus-miner yourself when no deadline is open or near, or write `restart: never`.',
  },
  SF580: {
    title: 'config.toml that cannot be edited',
    severity: 'error',
    why: 'The config.toml of lotus-miner cannot be read, is no TOML, says a key in two spellings, or cannot be changed without moving something else. lotus-miner does not start with a broken one, and an edit of it would be a guess.',
    remedy:
      'Correct the file on the machine at the line and column that the message names. sealfarm has left it as it is.',
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
    title: 'variable that outranks config.toml',
    severity: 'warning',
    why: 'Lotus applies the `LOTUS_*` variables of its process above config.toml. What the file of the farm asks for stands in config.toml and has no effect, also after a restart, as long as the unit or the shell that starts lotus-miner sets the variable.',
    remedy:
      'Take the variable out of what starts lotus-miner, or let it say the same, and restart lotus-miner when no proof is due.',
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
    why: 'Only when it starts does lotus-miner read config.toml. Somebody wrote the file since, and no version before was kept, so that nobody can say by what lotus-miner goes until it is restarted.',
    remedy: 'Look at the file, and restart lotus-miner when no deadline is open or near.',
  },
} as const satisfies Codes;
