import type { Codes } from '../code-facts.js';

/** SF201–SF214: profiles, units, hosts, paths and addresses. */
export const FARM_CODES = {
  SF201: {
    title: 'unknown profile',
    severity: 'error',
    why: 'A worker or a profile builds on a profile that is not under `profiles`. Without it the worker would fall back to the defaults, which usually means no tasks, no limits and no storage.',
    remedy: 'Correct the name, or write the profile under `profiles`.',
  },
  SF202: {
    title: 'profiles extend each other in a circle',
    severity: 'error',
    why: 'Each profile lies above the one it extends. In a circle there is none to begin with, so nobody could say which setting wins.',
    remedy: 'Take one `extends` out of the circle that the message shows.',
  },
  SF203: {
    title: 'malformed size',
    severity: 'error',
    why:
      'The text cannot be read as a number of bytes: KiB to PiB are powers of 1024, KB to PB powers of 1000, and any other spelling could mean either. ' +
      'Lotus wants plain bytes; in a variable such as `PC1_32G_MIN_MEMORY` it takes anything else for 0, without an error.',
    remedy: 'Write bytes, or a number with B, KiB, MiB, GiB, TiB, PiB, KB, MB, GB, TB or PB: `1.5TiB`.',
  },
  SF204: {
    title: 'malformed duration',
    severity: 'error',
    why: 'The text is no duration, or none that makes sense here: reaching a host may take from 1ms to 1h, a restart may wait from 1s to 720h.',
    remedy: 'Write hours, minutes, seconds and milliseconds in this order, as in `1h30m`, `90s` or `250ms`.',
  },
  SF205: {
    title: 'malformed address of the miner',
    severity: 'error',
    why:
      'Every worker gets this multiaddr in `MINER_API_INFO`, behind the token and a colon. ' +
      'A worker with a wrong one does not fail: it logs "Connecting to miner API…" and tries again once a second, for ever.',
    remedy:
      'Write what `lotus-miner auth api-info --perm admin` prints after the first colon, with an address that all workers reach: `/ip4/10.0.0.10/tcp/2345/http`.',
  },
  SF206: {
    title: 'malformed host range',
    severity: 'error',
    why: 'A host name with brackets is a range, and this one cannot be counted out: it has more than one part, something else than two numbers, unequal numbers of digits, goes downwards, or stands for more than 1,000 hosts.',
    remedy: 'Write it as in `pc1-[01-24]`, and several ranges as several hosts.',
  },
  SF207: {
    title: 'too many hosts',
    severity: 'error',
    why: 'With its ranges expanded the farm has more than 2,000 hosts, or more than 5,000,000 values below them. A slip in a range is more likely than such a farm.',
    remedy: 'Correct the range, or split the farm into several files.',
  },
  SF208: {
    title: 'host name used twice',
    severity: 'error',
    why: 'Two hosts come to the same name, often because a range covers a host that also stands by itself. The name is how a host is meant in commands and in the plan, so one of the two would be lost.',
    remedy: 'Give each host its own name, or take the one out of the range.',
  },
  SF209: {
    title: 'placeholder that stands for nothing',
    severity: 'error',
    why: 'Only `{n}`, `{nn}` and `{n+10}` are filled, and only below a range of hosts such as `pc1-[01-24]`. Anywhere else the braces would go to the host as they stand, as part of a path or an address.',
    remedy: 'Correct the placeholder, or write the host as a range.',
  },
  SF210: {
    title: 'malformed host address',
    severity: 'error',
    why: 'The address is neither an IP address nor a name that DNS could know, so SSH cannot go there. Digits and dots that make no IP address are taken for a mistyped one.',
    remedy: 'Write an IP address or a DNS name, without a port: that is `ssh.port`.',
  },
  SF211: {
    title: 'malformed path',
    severity: 'error',
    why:
      "The path is the root of the file system, or it holds '..', '//', '/./' or a control character. " +
      'Lotus and sealfarm compare paths as texts, so two spellings of one folder would pass for two folders; and Lotus makes `sealed`, `cache` and the others in whatever folder it is given.',
    remedy: 'Write the path in full and plainly, such as `/mnt/nvme0/seal`.',
  },
  SF212: {
    title: 'slash at the end of a path',
    severity: 'note',
    why: 'Lotus compares paths as texts: `/mnt/nvme0/seal/` in `storage.json` is not the `/mnt/nvme0/seal` of a later detach. sealfarm leaves the slash out everywhere.',
    remedy: 'Nothing has to be done; write the path without the slash and the note goes.',
    upstream: ['https://github.com/filecoin-project/lotus/issues/9723'],
  },
  SF213: {
    title: 'listen address missing',
    severity: 'error',
    why:
      'A worker listens on one address, and the others fetch sectors there. ' +
      "It defaults to the host's address, but that is a DNS name here, and a worker listens on an IP address. " +
      'Left to Lotus, it is the local address of the connection to the miner, which others may not reach; in one version workers did not connect at all without it.',
    remedy: 'Add the IP address and port under which others reach the worker: `listen: 10.0.0.11:3456`.',
    upstream: ['https://github.com/filecoin-project/lotus/pull/11294'],
  },
  SF214: {
    title: 'listen address unusable',
    severity: 'error',
    why:
      'The text is no IP address with a port, or it is `0.0.0.0` or `::`, which nobody can connect to. ' +
      'Lotus would replace `0.0.0.0` by the local address of its connection to the miner and register that, whether or not the other workers reach it.',
    remedy:
      'Write the one address under which the miner and the other workers reach this worker: `10.0.0.11:3456` or `[2001:db8::11]:3456`.',
  },
} as const satisfies Codes;
