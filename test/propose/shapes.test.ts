import { describe, expect, it } from 'vitest';
import { checkLayout } from '../../src/check/check-layout.js';
import { readFarm } from '../../src/farm/read-farm.js';
import { lift } from '../../src/import/lift.js';
import { farmText } from '../../src/import/write-yaml.js';
import type { MountFacts } from '../../src/observed/facts.js';
import type { Answers, Proposal, UnseenHost } from '../../src/propose/proposal.js';
import { propose } from '../../src/propose/propose.js';
import { inShort } from '../support/in-short.js';
import { aSeenHost, type Shape } from '../support/seen-host.js';

const ANSWERS: Answers = {
  name: 'north',
  sectorSize: '32GiB',
  miner: { kind: 'api', api: '/ip4/10.9.9.9/tcp/2345/http', token: { env: 'T' } },
};

const UNSEEN: UnseenHost = {
  address: 'gone',
  ssh: {},
  why: { code: 'SF404', severity: 'error', message: 'gone does not answer' },
};

const NFS: MountFacts = { mount: '/mnt/nas', source: 'nas:/x', device: '0:40', type: 'nfs4' };

interface Expected {
  readonly layout: Readonly<Record<string, string>>;
  /** Codes of errors and warnings of the proposal and of the checks of its file, with the hardware known. */
  readonly codes?: readonly string[];
  /** A part of the file's text. */
  readonly says?: string;
}

interface Case extends Expected {
  readonly what: string;
  readonly hosts: Readonly<Record<string, Shape>>;
  readonly unseen?: readonly UnseenHost[];
  readonly answers?: Partial<Answers>;
}

const NVME = { '/mnt/nvme0': 7000 };
const GPU_503: Shape = { ram: 503, gpus: [24], disks: NVME };
const PC1_1007: Shape = { cpus: 128, ram: 1007, disks: { '/mnt/nvme0': 14_000 } };

/**
 * By Lotus's table: PC1 64 GiB, PC2 15 + 1, C2 150 + 32, AddPiece 4 + 1; 8 GiB (or a sixteenth) are the system's. A sector in PC1
 * takes 16.1 × 32 = 515.2 GiB, parents 60, parameters 110.
 */
const CASES: readonly Case[] = [
  {
    // (503 − 8 − 9 − 182) / 64 = 4.75. Root has not 170 + 50 for the caches. 32 cores in 8 groups: 4 each.
    what: 'one big box with a GPU',
    hosts: {
      big: { ram: 503, l3: 8, gpus: [24], disks: { '/': 200, '/mnt/nvme0': 7000, '/mnt/hdd': '60000 hdd' } },
    },
    layout: {
      'big/big':
        'APx2 PC1x4 PC2 C2 sdr gpus all /mnt/nvme0/parents /mnt/nvme0/params /mnt/nvme0/seal /mnt/hdd/store',
    },
    says: 'PC1: 4 at once, as many as its RAM holds at 64 GiB each beside its other tasks',
  },
  {
    // (1007 − 8 − 9) / 64 = 15.5, twice; 2 × 15 PC1 are more than 4 GPUs keep up with (17.5).
    what: 'a PC1 farm with boxes for PC2 and C2, and a storage server',
    hosts: {
      'pc1-1': { ...PC1_1007, l3: 16, disks: { '/': 800, '/mnt/nvme0': 14_000 } },
      'pc1-2': { ...PC1_1007, l3: 16, disks: { '/': 800, '/mnt/nvme0': 14_000 } },
      'gpu-1': { ...GPU_503, gpus: [24, 24] },
      'gpu-2': { ...GPU_503, gpus: [24, 24] },
      'store-1': { cpus: 16, ram: 60, disks: { '/': 100, '/data': '200000 hdd' } },
    },
    layout: {
      'gpu-1/gpu-1': 'PC2 gpus 0 /mnt/nvme0/seal{pc2>pc2}',
      'gpu-1/gpu-1-c2': 'C2x1 gpus 1 /mnt/nvme0/params',
      'gpu-2/gpu-2': 'PC2 gpus 0 /mnt/nvme0/seal{pc2>pc2}',
      'gpu-2/gpu-2-c2': 'C2x1 gpus 1 /mnt/nvme0/params',
      'pc1-1/pc1-1': 'APx2 PC1x15 sdr /var/lib/filecoin/parents /mnt/nvme0/seal{>pc2}',
      'pc1-2/pc1-2': 'APx2 PC1x15 sdr /var/lib/filecoin/parents /mnt/nvme0/seal{>pc2}',
      'store-1/store-1': '/data/store',
    },
    says: 'machines with GPUs do no PC1',
  },
  {
    // Half of the CPUs are kept: 31 are left for PC1, 4 × 4 it takes; PC2 and C2 get 64 − 16 − 2.
    what: 'a single machine without GPU',
    hosts: { cpu: { ram: 503, l3: 8, disks: NVME } },
    layout: {
      'cpu/cpu': 'APx2 PC1x4 PC2/46 C2/46 sdr /mnt/nvme0/parents /mnt/nvme0/params /mnt/nvme0/seal',
    },
    codes: ['SF259'],
    says: 'PC2 and C2: on the CPUs, for want of a machine with a GPU that can',
  },
  {
    what: 'two machines without GPU, whose sectors stay where they are',
    hosts: { 'cpu-1': { ram: 503, disks: NVME }, 'cpu-2': { ram: 503, disks: NVME } },
    layout: {
      'cpu-1/cpu-1':
        'APx2 PC1x4 PC2/58 C2/58 /mnt/nvme0/parents /mnt/nvme0/params /mnt/nvme0/seal{cpu-1>cpu-1}',
      'cpu-2/cpu-2':
        'APx2 PC1x4 PC2/58 C2/58 /mnt/nvme0/parents /mnt/nvme0/params /mnt/nvme0/seal{cpu-2>cpu-2}',
    },
    codes: ['SF259'],
  },
  {
    // C2 on the two largest; (251 − 8 − 5 − 16) / 64 = 3.5, with PC2 alone.
    what: 'three machines without GPU: C2 on two of them',
    hosts: { a: { ram: 251, disks: NVME }, b: { ram: 503, disks: NVME }, c: { ram: 503, disks: NVME } },
    layout: {
      'a/a': 'APx1 PC1x3 PC2/60 /mnt/nvme0/parents /mnt/nvme0/seal{a>a}',
      'b/b': 'APx2 PC1x4 PC2/58 C2/58 /mnt/nvme0/parents /mnt/nvme0/params /mnt/nvme0/seal{b>b}',
      'c/c': 'APx2 PC1x4 PC2/58 C2/58 /mnt/nvme0/parents /mnt/nvme0/params /mnt/nvme0/seal{c>c}',
    },
    codes: ['SF259', 'SF259'],
  },
  {
    // C2 needs 182; (125 − 7.8 − 5 − 16) / 64 = 1.5.
    what: 'a GPU without the RAM for C2',
    hosts: { g: { ram: 125, gpus: [24], disks: NVME } },
    layout: { 'g/g': 'APx1 PC1x1 PC2 gpus all /mnt/nvme0/parents /mnt/nvme0/seal' },
    codes: ['SF684', 'SF285'],
    says: 'no machine can do C2 (182 GiB of RAM and swap)',
  },
  {
    // 125 + 64 ≥ 182, but not with a PC1 beside.
    what: 'a GPU that has C2 by swap',
    hosts: { g: { ram: 125, swap: 64, gpus: [24], disks: NVME } },
    layout: { 'g/g': 'APx1 PC1x1 PC2 C2 gpus all /mnt/nvme0/parents /mnt/nvme0/params /mnt/nvme0/seal' },
    says: 'take turns with its other tasks',
  },
  {
    // 251 − 8 − 5 − 182 = 56 < 64: rather in turns than nobody.
    what: 'a box in which C2 and PC1 do not fit together',
    hosts: { g: { ram: 251, gpus: [24], disks: NVME } },
    layout: { 'g/g': 'APx1 PC1x1 PC2 C2 gpus all /mnt/nvme0/parents /mnt/nvme0/params /mnt/nvme0/seal' },
  },
  {
    // The other does PC1: then the first is for proofs.
    what: 'the same beside a machine for PC1',
    hosts: { g: { ram: 251, gpus: [24], disks: NVME }, p: { ...PC1_1007, l3: 2 } },
    layout: {
      'g/g': 'PC2 C2 gpus all /mnt/nvme0/params /mnt/nvme0/seal{pc2>pc2}',
      'p/p': 'APx2 PC1x15 /mnt/nvme0/parents /mnt/nvme0/seal{>pc2}',
    },
    codes: ['SF276'],
    says: 'each on one core, since there are too few L3 caches',
  },
  {
    what: 'no disk for a sector: C2 alone, which needs none',
    hosts: { g: { ram: 503, gpus: [24], disks: { '/': 400 } } },
    layout: { 'g/g': 'C2 gpus all /var/lib/filecoin/params' },
    codes: ['SF684', 'SF285'],
  },
  {
    what: 'no room for the parameters either',
    hosts: { g: { ram: 503, gpus: [24], disks: { '/': 40 } } },
    layout: { 'g/g': 'C2 gpus all' },
    codes: ['SF684', 'SF261', 'SF272', 'SF285'],
    says: 'no file system has the room for the proof parameters (over 100 GiB)',
  },
  {
    what: 'a machine that can do nothing',
    hosts: { small: { ram: 30, disks: { '/': 40 } } },
    layout: { small: 'no worker' },
    codes: ['SF683', 'SF238'],
    says: 'no disk has 515 GiB free',
  },
  {
    // 64 + 5 + 66 / 16; what PC1 takes is never counted as swap.
    what: 'a machine whose memory nearly holds one PC1',
    hosts: { g: GPU_503, small: { ram: 66, swap: 64, disks: { '/': 700 } } },
    layout: {
      'g/g': 'APx2 PC1x4 PC2 C2 gpus all /mnt/nvme0/parents /mnt/nvme0/params /mnt/nvme0/seal',
      small: 'no worker',
    },
    codes: ['SF683', 'SF238'],
    says: 'it has not the 73 GiB of RAM that one PC1 takes with AddPiece and the system beside it',
  },
  {
    // RAM holds 15, and 12 ≥ 2/3 of that; 63 cores in 12 groups: 5 each, of which 4 are used.
    what: 'an EPYC with fewer L3 groups than its RAM holds PC1',
    hosts: { e: { ...PC1_1007, cores: 60, l3: 12 }, g: GPU_503 },
    layout: {
      'e/e': 'APx2 PC1x12 sdr /mnt/nvme0/parents /mnt/nvme0/seal{>pc2}',
      'g/g': 'PC2 C2 gpus all /mnt/nvme0/params /mnt/nvme0/seal{pc2>pc2}',
    },
    codes: ['SF276'],
    says: 'as many as it has groups of cores with an L3 cache of their own',
  },
  {
    // 3 cores each.
    what: 'an EPYC with three cores to an L3 cache',
    hosts: { e: { ...PC1_1007, cores: 48, l3: 16 }, g: GPU_503 },
    layout: {
      'e/e': 'APx2 PC1x15 sdr {"producers":2} /mnt/nvme0/parents /mnt/nvme0/seal{>pc2}',
      'g/g': 'PC2 C2 gpus all /mnt/nvme0/params /mnt/nvme0/seal{pc2>pc2}',
    },
    codes: ['SF276'],
  },
  {
    // (2000 − 60) / 515.2 = 3.8.
    what: 'a small disk under a large machine',
    hosts: { p: { ...PC1_1007, disks: { '/mnt/nvme0': 2000 } }, g: GPU_503 },
    layout: {
      // 3 < 4.36: the GPU has time for more.
      'g/g': 'APx2 PC1x4 PC2 C2 gpus all /mnt/nvme0/parents /mnt/nvme0/params /mnt/nvme0/seal{pc2,g>g}',
      'p/p': 'APx1 PC1x3 /mnt/nvme0/parents /mnt/nvme0/seal{>pc2}',
    },
    codes: ['SF276'],
    says: 'machines with GPUs do PC1, too',
  },
  {
    // Two C2 apart: 2 × 182, and 2 × 15 + 1 for PC2; (1007 − 8 − 9 − 395) / 64 = 9.3.
    what: 'four GPUs',
    hosts: { g: { ...PC1_1007, gpus: [24, 24, 24, 24] } },
    layout: {
      'g/g': 'APx2 PC1x9 PC2 gpus 0,1 /mnt/nvme0/parents /mnt/nvme0/seal',
      'g/g-c2': 'C2x1 gpus 2 /mnt/nvme0/params',
      'g/g-c2-2': 'C2x1 gpus 3 /mnt/nvme0/params',
    },
  },
  {
    // 182 + 16 + 64 + 5 > 251 − 8.
    what: 'two GPUs without the memory for two processes',
    hosts: { g: { ram: 251, gpus: [24, 24], disks: NVME } },
    layout: { 'g/g': 'APx1 PC1x1 PC2 C2 gpus all /mnt/nvme0/parents /mnt/nvme0/params /mnt/nvme0/seal' },
    says: 'for C2 in a process of its own there is too little memory',
  },
  {
    what: "the miner's machine, where the others can do all",
    hosts: { m: GPU_503, g: GPU_503 },
    answers: { miner: { kind: 'host', host: 'm', token: { fromMiner: true } } },
    layout: {
      'g/g': 'APx2 PC1x4 PC2 C2 gpus all /mnt/nvme0/parents /mnt/nvme0/params /mnt/nvme0/seal',
      m: 'no worker',
    },
    says: 'no worker: lotus-miner is here, and the other machines can do all',
  },
  {
    // 503 − 128 for a WindowPoSt: (375 − 8 − 5 − 182) / 64 = 2.8; 8 of 64 CPUs are the miner's.
    what: "the miner's machine alone",
    hosts: { m: { ram: 503, l3: 8, gpus: [24], disks: { ...NVME, '/mnt/hdd': '60000 hdd' } } },
    answers: { miner: { kind: 'host', host: 'm', token: { fromMiner: true } } },
    layout: {
      'm/m': 'APx1 PC1x2 PC2 C2 gpus all cpus 8-63 /mnt/nvme0/parents /mnt/nvme0/params /mnt/nvme0/seal',
    },
    says: 'tasks: [unseal, replica-update, prove-replica-update2, regen-sector-key, sector-download]',
  },
  {
    what: "a lotus-miner's machine that nobody named, where the others can do all",
    hosts: { m: { ...GPU_503, machine: { miner: 77 } }, g: GPU_503 },
    layout: {
      'g/g': 'APx2 PC1x4 PC2 C2 gpus all /mnt/nvme0/parents /mnt/nvme0/params /mnt/nvme0/seal',
      m: 'no worker',
    },
    codes: ['SF689', 'SF238'],
    says: 'a lotus-miner runs here (process 77), and another one was named',
  },
  {
    what: "a lotus-miner's machine that nobody named, alone: it shares its GPU",
    hosts: { m: { ram: 503, l3: 8, gpus: [24], disks: NVME, machine: { miner: 77 } } },
    answers: { miner: { kind: 'none' } },
    layout: {
      'm/m': 'APx1 PC1x2 PC2 C2 gpus all cpus 8-63 /mnt/nvme0/parents /mnt/nvme0/params /mnt/nvme0/seal',
    },
    codes: ['SF689', 'SF685'],
    says: 'GPU: lotus-miner computes WindowPoSt on it',
  },
  {
    what: 'a machine with two NUMA nodes, whose worker has both',
    hosts: { big: { ram: 503, l3: 8, nodes: 2, gpus: [24], disks: NVME } },
    layout: {
      'big/big': 'APx2 PC1x4 PC2 C2 sdr gpus all /mnt/nvme0/parents /mnt/nvme0/params /mnt/nvme0/seal',
    },
    says: 'numaNodes: its one worker has the memory of all 2 nodes',
  },
  {
    what: 'GPUs that are too small, and one that is not',
    hosts: { g: { ram: 503, gpus: [2, 24], disks: NVME } },
    layout: { 'g/g': 'APx2 PC1x4 PC2 C2 gpus GPU-1 /mnt/nvme0/parents /mnt/nvme0/params /mnt/nvme0/seal' },
    codes: ['SF686'],
  },
  {
    what: 'GPUs that are unlike, which CUDA numbers otherwise than nvidia-smi',
    hosts: { g: { ...PC1_1007, gpus: [11, 24] } },
    layout: {
      'g/g': 'APx2 PC1x12 PC2 gpus GPU-0 /mnt/nvme0/parents /mnt/nvme0/seal',
      'g/g-c2': 'C2x1 gpus GPU-1 /mnt/nvme0/params',
    },
    codes: ['SF276'],
  },
  {
    what: 'a driver that fails',
    hosts: {
      g: {
        ram: 503,
        disks: NVME,
        gpuFacts: { driver: 'failing', onBus: 1, why: 'Failed to initialize NVML' },
      },
    },
    layout: { 'g/g': 'APx2 PC1x4 PC2/58 C2/58 /mnt/nvme0/parents /mnt/nvme0/params /mnt/nvme0/seal' },
    codes: ['SF686', 'SF259'],
    says: 'nvidia-smi fails, "Failed to initialize NVML"',
  },
  {
    what: 'a host that does not answer',
    hosts: { g: GPU_503 },
    unseen: [UNSEEN],
    layout: {
      'g/g': 'APx2 PC1x4 PC2 C2 gpus all /mnt/nvme0/parents /mnt/nvme0/params /mnt/nvme0/seal',
      gone: 'no worker',
    },
    codes: ['SF404', 'SF238'],
    says: 'could not be reached (SF404)',
  },
  {
    what: 'a host on which workers run',
    hosts: { g: GPU_503, old: { ...GPU_503, workers: [{}] } },
    layout: {
      'g/g': 'APx2 PC1x4 PC2 C2 gpus all /mnt/nvme0/parents /mnt/nvme0/params /mnt/nvme0/seal',
      old: 'no worker',
    },
    codes: ['SF682', 'SF238'],
    says: 'a lotus-worker runs here already, which `sealfarm import old` prints as it is',
  },
  {
    what: 'nothing but a host on which workers run',
    hosts: { old: { ...GPU_503, workers: [{}, { repo: '/other' }] } },
    layout: { old: 'no worker' },
    codes: ['SF682', 'SF238'],
    says: '2 lotus-workers run here already',
  },
  {
    what: 'a name whose address nobody knows',
    hosts: { g: { ...GPU_503, machine: { addresses: [] } } },
    layout: { g: 'no worker' },
    codes: ['SF683', 'SF238'],
  },
  {
    what: 'disks that turn, and no others',
    hosts: { g: { ...GPU_503, disks: { '/mnt/a': '8000 hdd', '/mnt/b': '9000 hdd' } } },
    layout: {
      'g/g': 'APx2 PC1x4 PC2 C2 gpus all /mnt/b/parents /mnt/b/params /mnt/b/seal /mnt/a/store',
    },
    says: 'for want of a fast disk with the room',
  },
  {
    what: 'storage of another machine',
    hosts: { g: { ...GPU_503, mounts: [NFS] } },
    layout: { 'g/g': 'APx2 PC1x4 PC2 C2 gpus all /mnt/nvme0/parents /mnt/nvme0/params /mnt/nvme0/seal' },
    says: 'left out: /mnt/nas (nfs4), of another machine',
  },
  {
    what: 'file systems of the system, read-only ones and those of cards',
    hosts: {
      g: {
        ...GPU_503,
        disks: { ...NVME, '/boot': 9000, '/var/lib/docker': 9000 },
        mounts: [
          {
            mount: '/mnt/ro',
            source: '/dev/nvme8n1',
            device: '1:1',
            type: 'xfs',
            size: 2 ** 44,
            free: 2 ** 44,
            readOnly: true,
          },
          {
            mount: '/mnt/card',
            source: '/dev/sdz',
            device: '1:2',
            type: 'exfat',
            size: 2 ** 44,
            free: 2 ** 44,
          },
        ],
      },
    },
    layout: { 'g/g': 'APx2 PC1x4 PC2 C2 gpus all /mnt/nvme0/parents /mnt/nvme0/params /mnt/nvme0/seal' },
  },
  {
    // PC1 128, AddPiece 8 + 1, C2 190 + 64: (1007 − 8 − 17 − 254) / 128 = 5.7.
    what: 'sectors of 64 GiB',
    hosts: { g: { ...PC1_1007, gpus: [24] } },
    answers: { sectorSize: '64GiB' },
    layout: { 'g/g': 'APx2 PC1x5 PC2 C2 gpus all /mnt/nvme0/parents /mnt/nvme0/params /mnt/nvme0/seal' },
  },
  {
    // Half of 4 CPUs for PC2, one for AddPiece.
    what: 'sectors for tests on a small machine',
    hosts: { t: { cpus: 4, ram: 16, disks: { '/': 100 } } },
    answers: { sectorSize: '8MiB', miner: { kind: 'none' } },
    layout: {
      't/t': 'APx1 PC1x1 PC2/2 C2 /var/lib/filecoin/seal any /var/lib/filecoin/store any',
    },
    codes: ['SF685'],
    says: 'there is no miner yet',
  },
  {
    what: 'C2 on CPUs, where the GPU has not the memory around it',
    hosts: { g: { ram: 125, gpus: [24], disks: NVME }, p: { ram: 503, disks: NVME } },
    layout: {
      'g/g': 'APx1 PC1x1 PC2 gpus all /mnt/nvme0/parents /mnt/nvme0/seal{pc2,g>g}',
      'p/p': 'APx2 PC1x4 C2/58 /mnt/nvme0/parents /mnt/nvme0/params /mnt/nvme0/seal{>pc2}',
    },
    codes: ['SF259', 'SF276', 'SF276'],
  },
];

function textOf({ farm, comments }: Proposal): string {
  return farmText(lift(farm), comments, 'As it is.');
}

function proposalFor({ hosts, unseen = [], answers = {} }: Case): Proposal {
  const seen = Object.entries(hosts).map(([name, shape]) => aSeenHost(name, shape));
  return propose(seen, unseen, { ...ANSWERS, ...answers });
}

describe('the layout for', () => {
  it.each(CASES)('$what', (one) => {
    const proposal = proposalFor(one);
    expect(inShort(proposal)).toEqual(one.layout);
    const text = textOf(proposal);
    if (one.says !== undefined) expect(text.replaceAll(/\n *# /g, ' ')).toContain(one.says);
    const { hardware } = proposal;
    const read = readFarm(text, 'f.yaml', (farm) => checkLayout({ farm, hardware }));
    const codes = [...proposal.diagnostics, ...read.diagnostics]
      .filter(({ severity }) => severity !== 'note')
      .map(({ code }) => code);
    expect(codes.sort()).toEqual([...(one.codes ?? [])].sort());
    expect(read.farm).toBeDefined();
  });
});
