import type { DesiredFarm, DesiredMiner } from '../desired/desired.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { keyWords, MINER_KEYS, type MinerKeyName } from '../lotus/miner-keys.js';
import { releaseOf } from '../lotus/release.js';
import { taskByRpc, type TaskCode } from '../lotus/task.js';
import { effectiveValue } from '../miner/layers.js';
import { readConfigToml, type Toml } from '../miner/read-config.js';
import type { MinerMachine, MinerObservation, Observation } from '../observed/observed.js';
import { openAddresses } from '../observed/open-api.js';
import { configWrong } from './miner-findings.js';
import { startToml, whyNotRead } from './miner-rules.js';

/**
 * What is wrong on the machine of lotus-miner, also where the file of the farm leaves its config.toml alone.
 * @param program version of the lotus-miner that its next start brings up, where that is known
 */
export function minerMachineFindings(
  desired: DesiredFarm,
  { miner, minerMachine: machine }: Observation,
  program?: string,
): readonly Diagnostic[] {
  if (desired.miner === undefined || machine?.reached !== true) return [];
  const problem = whyNotRead(desired.miner, machine);
  if (problem !== undefined) return [problem];
  const now = readConfigToml(machine.config.state === 'present' ? machine.config.text.reveal() : '');
  const place = { kind: 'host', host: desired.miner.host, path: `${machine.repo}/config.toml` } as const;
  if (!now.ok) return [configWrong(place, now.problem)];
  const values = valuesOf(machine, now.toml);
  return [
    ...anotherMiner(desired.miner, machine, miner),
    ...replaced(desired.miner, miner, program),
    ...openApi(desired.miner, machine, values),
    ...nobodyProves(desired, miner, values),
  ];
}

/** What lotus-miner goes by, and by its file will go after its next start. */
type ValuesOf = (key: MinerKeyName) => readonly unknown[];

function valuesOf(machine: MinerMachine, now: Toml): ValuesOf {
  const variables = machine.processes[0]?.variables ?? new Map<string, string>();
  return (name) => {
    const key = MINER_KEYS.find((one) => one.key === name) ?? MINER_KEYS[0];
    return [startToml(machine) ?? now, now].map((toml) => effectiveValue(toml, variables, key));
  };
}

/** It answers, so that it runs: somewhere else, or with another repo. */
function anotherMiner(
  { host, user }: DesiredMiner,
  { processes, repo }: MinerMachine,
  miner: MinerObservation,
): readonly Diagnostic[] {
  if (processes.length > 0 || !miner.reached) return [];
  const whose = user === undefined ? '' : ` of ${user}`;
  return [
    {
      code: 'SF589',
      severity: 'warning',
      message: `a miner answers, and no lotus-miner${whose} runs there with the repo ${repo}`,
      place: { kind: 'host', host },
      help: 'Compare `miner.host`, `miner.repo` and `miner.user` with the process: in a container it may have another user or path.',
    },
  ];
}

/** A package was upgraded under it, or put back. */
function replaced(
  { host }: DesiredMiner,
  miner: MinerObservation,
  program: string | undefined,
): readonly Diagnostic[] {
  const runs = miner.reached ? miner.version : undefined;
  if (runs === undefined || program === undefined || releaseOf(runs) === releaseOf(program)) return [];
  return [
    {
      code: 'SF658',
      severity: 'warning',
      message: `lotus-miner in PATH is ${releaseOf(program)}, and ${releaseOf(runs)} runs: a restart may bring up the other one`,
      place: { kind: 'host', host },
      help: 'Where it is started by that name: restart it when no proof is due, before its workers, or put the program of before back.',
    },
  ];
}

function openApi({ host }: DesiredMiner, machine: MinerMachine, values: ValuesOf): readonly Diagnostic[] {
  const [listens, remotes] = [values('ListenAddress'), values('RemoteListenAddress')];
  const open = listens.flatMap((listen, at) => openAddresses(machine, textOf(listen), textOf(remotes[at])));
  if (open.length === 0) return [];
  return [
    {
      code: 'SF656',
      severity: 'warning',
      message: `the API of lotus-miner listens on an address that the internet reaches: ${[...new Set(open)].join(', ')}`,
      place: { kind: 'host', host },
      help: 'Let `[API] ListenAddress` be an address of the network of the farm (`miner.listen`), or let a firewall keep its port.',
    },
  ];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Whether lotus-miner leaves a proof to workers, now or after its next start; undefined where nobody knows. */
export function leavesToWorkers(
  { miner }: DesiredFarm,
  { minerMachine: machine }: Observation,
  name: (typeof BUILTIN)[number][1],
): boolean | undefined {
  if (miner === undefined || machine?.reached !== true || whyNotRead(miner, machine) !== undefined)
    return undefined;
  if (machine.config.state !== 'present' || machine.processes[0]?.variables === undefined) return undefined;
  const now = readConfigToml(machine.config.text.reveal());
  if (!now.ok) return undefined;
  const declared = miner.keys.some(({ key, value }) => key.key === name && value === true);
  return declared || valuesOf(machine, now.toml)(name).includes(true);
}

const BUILTIN = [
  ['WDP', 'DisableBuiltinWindowPoSt'],
  ['WNP', 'DisableBuiltinWinningPoSt'],
] as const satisfies readonly (readonly [TaskCode, MinerKeyName])[];

/** A WindowPoSt that nobody makes costs collateral; a block that nobody wins is a reward lost. */
function nobodyProves(
  { hosts, miner }: DesiredFarm,
  seen: MinerObservation,
  values: ValuesOf,
): readonly Diagnostic[] {
  return BUILTIN.flatMap(([code, name]): readonly Diagnostic[] => {
    const key = MINER_KEYS.find((one) => one.key === name);
    // What the file itself says is said of the file.
    const isDeclared =
      miner?.keys.some((wanted) => wanted.key.key === name && wanted.value === true) === true;
    if (miner === undefined || key === undefined || isDeclared || !values(name).includes(true)) return [];
    const declared =
      !seen.reached && hosts.some(({ workers }) => workers.some(({ tasks }) => tasks.includes(code)));
    const registered = seen.reached && [...seen.workers.values()].some(({ Enabled, Tasks }) => Enabled && Tasks.some((rpc) => taskByRpc(rpc)?.code === code)); // prettier-ignore
    if (declared || registered) return [];
    return [
      {
        code: 'SF657',
        severity: 'error',
        message: `lotus-miner leaves ${code === 'WDP' ? 'WindowPoSt' : 'WinningPoSt'} to workers (${keyWords(key)} = true), and no worker does it`,
        place: { kind: 'host', host: miner.host },
        help: `Start a worker for it, or set ${keyWords(key)} to false and restart lotus-miner when no proof is due.`,
      },
    ];
  });
}
