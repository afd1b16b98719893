import type { Codes } from '../code-facts.js';

/** SF241, SF248, SF251–SF272: what the machines of a farm can and cannot do. */
export const LAYOUT_CODES = {
  SF241: {
    title: 'malformed list of CPUs',
    severity: 'error',
    why: 'The list goes to `taskset -c`, and Lotus counts only the CPUs in it. A list that taskset does not understand keeps the worker from starting.',
    remedy: 'Write numbers and ranges that go upwards, with commas between them: `0-31` or `0-15,64-79`.',
  },
  SF248: {
    title: 'no CPU left for the miner',
    severity: 'warning',
    why:
      'The workers on the machine of the miner may run on all of its CPUs. ' +
      'PC1 and PC2 load them for hours, and a WindowPoSt of the miner beside them takes so long that it can miss its deadline: then a fee is paid for every sector in it.',
    remedy:
      'Give these workers `cpus` that leave some to the miner, or move them to another machine. With `hardware` in the file this is seen before anything runs.',
  },
  SF251: {
    title: 'task that Lotus never gives to this worker',
    severity: 'error',
    why:
      'Before Lotus gives out a task it wants room for all that the task may take: MinMemory + BaseMinMemory in RAM, MaxMemory + BaseMinMemory in RAM and swap, its threads and GPUs. ' +
      'For one C2 of a 32 GiB sector that is 62 GiB of RAM, and 150 + 32 = 182 GiB with swap. ' +
      'A worker that has less sits idle for ever, and neither it nor the miner says why.',
    remedy:
      "Give the machine what is missing (swap counts, unless `noSwap` is set), or leave the task to another worker. Lotus's numbers can be replaced under `resources`, if they are known to be too high.",
  },
  SF252: {
    title: 'limit that is never reached',
    severity: 'warning',
    why:
      'A limit counts beside memory, threads and GPUs, and the least of them decides. ' +
      'A PC1 of a 32 GiB sector takes 56 GiB of RAM and 64 GiB of RAM and swap, so that 512 GiB without swap end at 7; with multicore SDR it takes producers + 1 threads as well. ' +
      'A higher limit says something of the machine that never happens.',
    remedy: 'Lower the limit to what is possible, or give the machine more of what runs short.',
  },
  SF253: {
    title: 'more PC1 at once than L3 groups',
    severity: 'warning',
    why:
      'With multicore SDR the proofs bind the threads of each PC1 to cores that share one L3 cache. ' +
      'Once every such group has a PC1, further ones run on whatever cores the system picks, and in newer versions share the groups: each of them gets slower, and a PC1 lasts hours. ' +
      'PC1 without multicore SDR is not bound, and does not count here.',
    remedy: 'Limit PC1 to the number of L3 groups, for all workers of the machine together.',
    upstream: [
      'https://github.com/filecoin-project/lotus/issues/7981',
      'https://github.com/filecoin-project/rust-fil-proofs/issues/1556',
    ],
  },
  SF254: {
    title: 'no limit on PC1',
    severity: 'warning',
    why:
      'Without a limit only memory and threads hold Lotus back. ' +
      'It lets run as many PC1 as fit, prepares as many again and assigns up to twice as many: four times what the machine can do at once, while other machines may be idle. ' +
      'In one farm 40 PC1 went to a single machine, and 18 others had nothing to do.',
    remedy: 'Set `limits: { PC1: 8 }`, or whatever number the machine does well at once.',
    upstream: ['https://github.com/filecoin-project/lotus/issues/7607'],
  },
  SF255: {
    title: 'overlapping CPUs of two workers',
    severity: 'warning',
    why:
      "Lotus counts the CPUs of each worker's own affinity mask, so the common ones count twice. " +
      'With multicore SDR both workers also bind their PC1 to the same cores, and a layer that takes 20 minutes takes 40.',
    remedy: 'Give each worker CPUs of its own, best in whole L3 groups.',
    upstream: ['https://github.com/filecoin-project/rust-fil-proofs/issues/1440'],
  },
  SF256: {
    title: 'list of CPUs that are not there',
    severity: 'error',
    why:
      '`taskset -c` leaves out CPUs that are not there, and Lotus counts only the others: the worker gets fewer tasks than meant. ' +
      'If none of the list is there, taskset fails and the worker does not start.',
    remedy: 'Write CPUs that the machine has: they are counted from 0, threads and not cores.',
  },
  SF257: {
    title: 'memory given away twice',
    severity: 'warning',
    why:
      "Each worker tells the miner of the whole machine's RAM and swap as its own, and Lotus does not know that two workers share one machine. " +
      'With what their tasks and limits allow, it may give them more than there is; a worker is then killed by the system in the middle of its PC1, and hours of work are lost. ' +
      'As Lotus does for one worker, MinMemory is held against RAM and MaxMemory against RAM and swap, each with BaseMinMemory once for a kind of task. ' +
      'AP and DC are left out of the sum: they are short, and seldom many at once.',
    remedy:
      'Lower the limits so that all workers of the machine fit into its RAM, and into RAM and swap, together. Where swap is what is missing, more of it helps too.',
    upstream: [
      'https://github.com/filecoin-project/lotus/issues/4679',
      'https://github.com/filecoin-project/lotus/issues/5649',
    ],
  },
  SF258: {
    title: 'one GPU for two workers',
    severity: 'warning',
    why:
      'Lotus sums up GPU use for each worker by itself, so each gets as many GPU tasks as if the other were not there. ' +
      'With a TMPDIR of its own for each, which is the default, they share the memory of the GPU, and proving may fail for want of it; with a common one they lock each other out by `bellman.gpu.lock`, and one waits while Lotus believes that it works.',
    remedy:
      'Give each worker GPUs of its own under `gpus`, or do all GPU tasks in one worker. ' +
      'Where two are to share a GPU with memory enough for both, say so: with `gpuUtilization: 0.5` for their GPU tasks under `resources` this is not warned of.',
    upstream: ['https://github.com/filecoin-project/lotus/issues/7249'],
  },
  SF259: {
    title: 'task for a GPU without one',
    severity: 'warning',
    why:
      'Where a worker sees no GPU, Lotus lets GPU tasks run on the CPUs without a word. ' +
      'A PC2, C2 or replica update then takes hours instead of minutes, and a WindowPoSt may miss its deadline, which costs collateral.',
    remedy:
      "Leave these tasks to a worker with a GPU. If there is one, correct `gpus` of the worker or of the host's `hardware`, which are 0 when left out.",
  },
  SF260: {
    title: 'number of a GPU that is not there',
    severity: 'error',
    why:
      '`gpus` becomes `CUDA_VISIBLE_DEVICES`, and CUDA reads that list only up to the first number that is not there. ' +
      'With the first one missing the worker sees no GPU at all, and its GPU tasks run on the CPUs for hours; Lotus only logs that it found none.',
    remedy:
      'Write numbers that `nvidia-smi -L` shows, which begin at 0, or UUIDs, which stay the same over reboots.',
  },
  SF261: {
    title: 'proof parameters without a folder of their own',
    severity: 'warning',
    why:
      'C2, PR2 and both posts need the proof parameters, over 100 GiB for sectors of 32 or 64 GiB. ' +
      'A worker fetches what is missing before it begins to listen, which can take hours, and without `parameterCache` into `/var/tmp/filecoin-proof-parameters`, which is usually on the root disk. ' +
      'When that is full, much else on the machine stops as well.',
    remedy:
      'Set `parameterCache` to a folder on a disk with the room, the same for all workers of the machine.',
    upstream: [
      'https://github.com/filecoin-project/lotus/issues/2520',
      'https://github.com/filecoin-project/lotus/issues/6391',
    ],
  },
  SF262: {
    title: 'parents cache without a folder of its own',
    severity: 'note',
    why:
      'PC1 reads a cache of the parents of all nodes, over 50 GiB for sectors of 32 or 64 GiB, and makes it where it is missing. ' +
      'Without `parentCache` that is in `/var/tmp/filecoin-parents`, usually on the root disk.',
    remedy: 'Set `parentCache` to a folder on a fast disk, the same for all workers of the machine.',
  },
  SF263: {
    title: 'proof settings that differ between like workers',
    severity: 'warning',
    why:
      'The workers have the same tasks on the same kind of machine, but not the same variables for the proofs. ' +
      'The same task then takes a different time, more memory or other files from one machine to the next, and nothing in Lotus shows why. ' +
      '`BELLMAN_CUSTOM_GPU` and `RUST_GPU_TOOLS_CUSTOM_GPU` are let be: they name the card, which may differ.',
    remedy:
      'Move the setting into the profile that the workers share, or under `defaults`. If it is on purpose, a host with other hardware is best declared with it.',
  },
  SF264: {
    title: 'common lock for the GPUs of two workers',
    severity: 'warning',
    why:
      'The proofs take a GPU under `bellman.gpu.lock` in TMPDIR: one lock for all GPUs, but in newest versions. ' +
      'Two workers with GPUs of their own but a common TMPDIR still prove one after the other, and half of the GPUs are idle.',
    remedy: 'Leave `tmpDir` out, so that each worker has one of its own, or name a folder for each.',
    upstream: [
      'https://github.com/filecoin-project/lotus/issues/7249',
      'https://github.com/filecoin-project/bellperson/pull/298',
    ],
  },
  SF265: {
    title: 'too little sealing space for the limit',
    severity: 'warning',
    why:
      'While it is sealed, a sector takes 16.1 times its size: unsealed 1, sealed 1 and cache 14.1, which is 515.2 GiB for 32 GiB. ' +
      'As many PC1 as the limit allows do not fit on the sealing paths, even if nothing else lies there; sectors that wait for PC2 or C1 need room besides. ' +
      'Lotus gives out no PC1 for which it sees no room, and one that was given out may still fail when the disk fills up.',
    remedy:
      'Lower the limit of PC1, or give the worker more sealing space. Paths on one file system share its room.',
    upstream: [
      'https://github.com/filecoin-project/lotus/issues/6216',
      'https://github.com/filecoin-project/lotus/issues/6767',
    ],
  },
  SF266: {
    title: 'no room for a single sector',
    severity: 'error',
    why:
      'PC1 and PC2 want room for the sealed sector and its cache on one path: 15.1 times the sector size, which is 483.2 GiB for 32 GiB. ' +
      'No sealing path of the worker is that large, or may be filled so far, so the miner finds no good path and never gives it the task.',
    remedy: 'Put the sealing path on a larger disk, or raise its `maxStorage`.',
    upstream: [
      'https://github.com/filecoin-project/lotus/issues/6216',
      'https://github.com/filecoin-project/lotus/issues/6767',
    ],
  },
  SF267: {
    title: 'more threads of PC1 than CPUs',
    severity: 'warning',
    why:
      'With multicore SDR a PC1 runs producers + 1 threads, and Lotus would count just as many. ' +
      'Here `resources` tells it that a PC1 takes fewer, so it starts more of them than there are CPUs, and all of them get slower.',
    remedy: 'Lower the limit of PC1, or take `maxParallelism` of PC1 out of `resources`.',
  },
  SF268: {
    title: 'task that fits only with swap',
    severity: 'note',
    why:
      'Lotus counts swap as memory when it compares what a task may take, MaxMemory + BaseMinMemory, with what is there. ' +
      'The RAM alone is too small for this task, so at its peak the machine may swap, and everything on it gets slower.',
    remedy: 'More RAM is best. With `noSwap: true` Lotus would no longer give the task to this worker.',
  },
  SF269: {
    title: 'variable that contradicts the choice of GPUs',
    severity: 'warning',
    why:
      'sealfarm writes the variables for GPUs from `gpus`, and one under `env` says the opposite. ' +
      'With GPU builders turned on and no GPU, PC2 looks for a GPU and does without; with `BELLMAN_NO_GPU` the GPUs are idle, while Lotus still counts on them and gives the worker tasks by them.',
    remedy: 'Take the variable out of `env`, and say with `gpus` what is meant.',
  },
  SF270: {
    title: 'task that counts for less memory than Lotus gives it',
    severity: 'warning',
    why:
      'Lotus starts tasks by what they count for, not by what they really take: a PC1 of a 32 GiB sector for 56 GiB of RAM. ' +
      'With less written under `resources` it starts more than fit, and the system kills the worker; its jobs stay listed at the miner as if they ran.',
    remedy: 'Take the value out, unless the memory was measured over a whole task on this machine.',
    upstream: ['https://github.com/filecoin-project/lotus/issues/4679'],
  },
  SF271: {
    title: 'two workers that take all CPUs',
    severity: 'warning',
    why:
      'PC2, C2, PR2 and both posts take 92 % of the CPUs where there is no GPU, so that Lotus runs one of them at a time on a worker. ' +
      'It does not know that two workers share the machine: both run one at once, and each takes about twice as long.',
    remedy: 'Put these tasks into one worker of the machine, or split its CPUs with `cpus`.',
  },
  SF272: {
    title: 'caches of the proofs larger than their file system',
    severity: 'warning',
    why:
      'The proof parameters of one sector size take over 100 GiB, and the parents of PC1 56 GiB for sectors of 32 GiB, twice that for 64 GiB. ' +
      'The file system that `hardware.disk` gives for their folders is smaller. ' +
      'A worker fetches parameters before it listens and never comes up when the disk is full before they are there; without its parents the first PC1 fails.',
    remedy:
      'Set `parameterCache` and `parentCache` to folders on a file system with the room, or correct `disk`.',
    upstream: ['https://github.com/filecoin-project/lotus/issues/6391'],
  },
} as const satisfies Codes;
