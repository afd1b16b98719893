import type { Codes } from '../code-facts.js';

/** SF227–SF229, SF243: the miner's machine and its config.toml, as the file has them. */
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
} as const satisfies Codes;
