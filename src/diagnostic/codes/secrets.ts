import type { Codes } from '../code-facts.js';

/** SF301–SF308: secrets. */
export const SECRET_CODES = {
  SF301: {
    title: 'secret: environment variable missing',
    severity: 'error',
    why: "`miner.token` names an environment variable, and it is not set where sealfarm was started. The workers need the miner's admin token, which is in no file of the farm; `validate` and `render` do without.",
    remedy:
      "Set it without the value ending up in the shell's history: `read -rs NAME; export NAME`. " +
      '`lotus-miner auth api-info --perm admin` prints the token, before the first colon.',
  },
  SF302: {
    title: 'secret: file unreadable',
    severity: 'error',
    why: 'The file that `miner.token` names is missing, or you may not read it. It lies on the machine where sealfarm runs, not on a host.',
    remedy: 'Correct the path, or make the file readable for you and nobody else: `chmod 600 FILE`.',
  },
  SF303: {
    title: 'secret: command failed',
    severity: 'error',
    why: 'The command that `miner.token` names could not be started, ended with an error, or took longer than 30 seconds. It is run without a shell, so it knows no pipes, variables or `~`.',
    remedy:
      'Run it by hand in the same terminal: its first line of output must be the token. A shell can be named in full: `[sh, -c, …]`.',
  },
  SF304: {
    title: 'secret empty or malformed',
    severity: 'error',
    why: 'What was found is empty, or has a blank, a line break or another character that no token has. A worker with a broken token does not fail: it tries to reach the miner once a second, for ever.',
    remedy:
      'Store the token alone: what `lotus-miner auth api-info --perm admin` prints between `MINER_API_INFO=` and the first colon.',
  },
  SF305: {
    title: 'token written into the file',
    severity: 'error',
    why: "The miner's token, or a whole `MINER_API_INFO`, stands in the file, which is meant for git. It is an admin token: whoever has it and reaches the port of the API can do whatever the API allows.",
    remedy:
      'Keep it elsewhere and write where: `{ env: NAME }`, `{ file: PATH }` or `{ command: [PROGRAM, …] }`. ' +
      'If anybody else has seen the file, make a new token, and see to it that the port of the API is open to the farm alone.',
  },
  SF306: {
    title: "secret in a worker's variables",
    severity: 'error',
    why: 'The name of the variable says that its value is secret, and the file is meant for git. `MINER_API_INFO` needs no variable: sealfarm makes it of `miner.token` and `miner.api`, in a file of mode 0600.',
    remedy: 'Take the variable out. The token of the miner comes from `miner.token`.',
  },
  SF307: {
    title: 'miner did not give its token',
    severity: 'error',
    why:
      'With `fromMiner: true` the command `lotus-miner auth api-info --perm admin` is run on `miner.host` as `miner.user`, with `miner.repo` as `LOTUS_MINER_PATH`. ' +
      'It could not be run, or ended with an error, and no file `token` could be read in the repo. ' +
      'Without the token no environment file of a worker can be written or compared.',
    remedy:
      'Run the command by hand on that host, as that user. Correct `miner.user` and `miner.repo`, let the SSH user become that user (as root, or by `sudo -n -u USER`), or name another source of the token.',
  },
  SF308: {
    title: 'miner tells no address that workers reach',
    severity: 'error',
    why:
      'The file leaves the address of the API to the miner, and what it prints leads to it on its own machine alone: `[API] ListenAddress` is loopback by default. ' +
      'Workers elsewhere would have it in `MINER_API_INFO`, come to themselves, and try once a second, for ever.',
    remedy:
      'Write `listen` and `remoteListen` under `miner`, or `miner.api` where the API is reached in another way, such as a tunnel.',
  },
} as const satisfies Codes;
