import type { Codes } from '../code-facts.js';

/** SF680–SF689: a first file for hosts that have no workers yet. */
export const INIT_CODES = {
  SF680: {
    title: 'file is there already',
    severity: 'error',
    why: '`sealfarm init` makes a first file and never writes over one: what stands in it may be the only description of a farm. Nothing was written, and no host was asked.',
    remedy:
      'Name another file with `--config`, or print the proposal with `--out -` and take over from it what you like.',
  },
  SF681: {
    title: 'answer that init needs is missing',
    severity: 'error',
    why: 'What only a person can know, the hosts and the miner, was not said on the command line, and with `--yes`, or without a terminal, nobody is asked. Nothing was written, and no host was asked.',
    remedy:
      'Say it on the command line: the hosts as arguments, the miner with `--miner`, which may be `none` for a farm that has none yet.',
  },
  SF682: {
    title: 'host has lotus-workers already',
    severity: 'warning',
    why:
      'A `lotus-worker` runs on the host, and `sealfarm init` proposes a layout for machines without any: beside it, memory, GPUs and disks would be given away twice. ' +
      'The host is in the file without a worker.',
    remedy:
      'Take the running workers into a file with `sealfarm import`, and copy the host from there; or end them once they are drained, and make the file anew.',
  },
  SF683: {
    title: 'host gets no worker',
    severity: 'warning',
    why:
      'By what the host has there is nothing in the pipeline that Lotus would ever give to it: no disk with room for a sector in the making, 16.1 times its size, too little memory for one PC1, or no address under which others reach it. ' +
      'It is in the file without a worker, with the reason as a comment.',
    remedy:
      'Mount its disks, add what is missing, or name it by its IP address, and make the file anew; or take the host out.',
  },
  SF684: {
    title: 'task that no machine can do',
    severity: 'warning',
    why:
      'Every sector goes through PC1, PC2 and C2, and for one of them no host has the memory or the disk by which Lotus gives it out: C2 of a 32 GiB sector needs 182 GiB of RAM and swap. ' +
      'Sectors wait before it until the miner does it itself, or for ever.',
    remedy:
      'Add a machine that can, or memory or swap, and make the file anew; or let lotus-miner do the task.',
  },
  SF685: {
    title: 'farm has no miner yet',
    severity: 'warning',
    why: 'Workers serve one lotus-miner, and the file names none: in its place stands a name that never exists. The file can be checked and simulated, but workers that are started by it would wait for ever.',
    remedy:
      'Write the address of its API under `miner.api` and where its token is found under `miner.token`, or its machine under `miner.host`.',
  },
  SF686: {
    title: 'host whose GPUs are left out',
    severity: 'warning',
    why: 'The host has GPUs that proofs could not use: `nvidia-smi` fails, the driver does not know all that are on the PCI bus, or their memory is below 8 GiB. The layout goes by those that work.',
    remedy: 'Look at `nvidia-smi` and the driver on the host, and make the file anew once it shows them.',
  },
  SF687: {
    title: 'first file cannot be written',
    severity: 'error',
    why: 'The folder is not there, may not be written to, or its disk is full. There is no file and no half of one.',
    remedy: 'Name a file in a folder that you may write to with `--config`, or print it with `--out -`.',
  },
  SF688: {
    title: 'nothing to propose',
    severity: 'error',
    why: 'None of the hosts could be given a worker: they could not be reached, have workers already, or have nothing that Lotus would give a task to. The diagnostics before this one say which it is for each host. Nothing was written.',
    remedy:
      'Mend what they say and run the command again; for hosts with running workers use `sealfarm import`.',
  },
  SF689: {
    title: 'lotus-miner that nobody named',
    severity: 'warning',
    why: "A lotus-miner runs on one of the hosts, and the miner that was named is at another place, or none was named. The layout leaves it CPUs and the memory of one WindowPoSt, as it would for the farm's own, but the file does not have it as its miner.",
    remedy:
      "If it is the farm's, make the file anew with `--miner` and that host. If it is another farm's, look whether its machine has so much to spare.",
  },
} as const satisfies Codes;
