import type { DesiredFarm, DesiredMiner } from '../desired/desired.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { BUILTIN_POSTS, keyWords, minerKey, type MinerKeyName } from '../lotus/miner-keys.js';
import { releaseOf } from '../lotus/release.js';
import { effectiveValue, layerOf } from '../miner/layers.js';
import { readConfigToml, type Toml } from '../miner/read-config.js';
import type { MinerMachine, MinerObservation, Observation } from '../observed/observed.js';
import { openAddresses } from '../observed/open-api.js';
import { configWrong } from './miner-findings.js';
import { proofsMade } from './left-proofs.js';
import { otherProgram } from './miner-restart.js';
import { startToml, whyNotRead } from './miner-rules.js';

/**
 * What is wrong on the machine of lotus-miner, also where the file of the farm leaves its config.toml alone.
 * @param program version of the lotus-miner that its next start brings up, where that is known
 */
export function minerMachineFindings(
  desired: DesiredFarm,
  observation: Observation,
  program?: string,
): readonly Diagnostic[] {
  const { miner, minerMachine: machine } = observation;
  if (desired.miner === undefined || machine?.reached !== true) return [];
  const problem = whyNotRead(desired.miner, machine);
  if (problem !== undefined) return [problem];
  const now = readConfigToml(textOfFile(machine));
  const place = { kind: 'host', host: desired.miner.host, path: `${machine.repo}/config.toml` } as const;
  if (!now.ok) return [configWrong(place, now.problem)];
  return [
    ...anotherMiner(desired.miner, machine, miner),
    ...replaced(desired.miner, machine, miner, program),
    ...minerDangers(desired, observation),
  ];
}

/** What lets others in, or keeps proofs from being made; nothing where its config.toml cannot be read, which is said elsewhere. */
export function minerDangers(
  desired: DesiredFarm,
  { miner: seen, minerMachine: machine }: Observation,
): readonly Diagnostic[] {
  const { miner: own } = desired;
  if (own === undefined || machine?.reached !== true || whyNotRead(own, machine) !== undefined) return [];
  const now = readConfigToml(textOfFile(machine));
  if (!now.ok) return [];
  const values = valuesOf(machine, now.toml);
  return [...openApi(own, machine, values), ...nobodyProves(own, desired, seen, values)];
}

function textOfFile({ config }: MinerMachine): string {
  return config.state === 'present' ? config.text.reveal() : '';
}

/** What lotus-miner goes by, and by its file will go after its next start. */
type ValuesOf = (key: MinerKeyName) => readonly [unknown, unknown];

function valuesOf(machine: MinerMachine, now: Toml): ValuesOf {
  const layer = layerOf(machine.processes[0] ?? {});
  return (name) => {
    const value = (toml: Toml): unknown => effectiveValue(toml, layer, minerKey(name));
    return [value(startToml(machine) ?? now), value(now)];
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
  { processes: [process] }: MinerMachine,
  miner: MinerObservation,
  program: string | undefined,
): readonly Diagnostic[] {
  const runs = miner.reached ? miner.version : undefined;
  if (process?.replaced !== undefined) return [otherProgram(host, process, runs, UPGRADE)];
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

const UPGRADE =
  'Finish the upgrade when its node is ready for it: `sealfarm apply --restart-miner`, which the workers come after. Or put the program of before back.';

function openApi({ host }: DesiredMiner, machine: MinerMachine, values: ValuesOf): readonly Diagnostic[] {
  const [listens, remotes] = [values('ListenAddress'), values('RemoteListenAddress')];
  const open = listens.flatMap((listen, at) => openAddresses(machine, textOf(listen), textOf(remotes[at])));
  if (open.length === 0) return [];
  return [
    {
      code: 'SF656',
      severity: 'warning',
      message: `the API of lotus-miner is open to the internet, by an address that it listens on or sends others to: ${[...new Set(open)].join(', ')}`,
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
  name: MinerKeyName,
): boolean | undefined {
  if (miner === undefined || machine?.reached !== true || whyNotRead(miner, machine) !== undefined)
    return undefined;
  if (machine.config.state !== 'present' || machine.processes[0]?.variables === undefined) return undefined;
  const now = readConfigToml(machine.config.text.reveal());
  if (!now.ok) return undefined;
  const declared = miner.keys.some(({ key, value }) => key.key === name && value === true);
  return declared || valuesOf(machine, now.toml)(name).includes(true);
}

/** A WindowPoSt that nobody makes costs collateral; a block that nobody wins is a reward lost. */
function nobodyProves(
  { host, keys }: DesiredMiner,
  { hosts }: DesiredFarm,
  seen: MinerObservation,
  values: ValuesOf,
): readonly Diagnostic[] {
  return BUILTIN_POSTS.flatMap(({ code, name, key }): readonly Diagnostic[] => {
    const [runsWith] = values(key);
    const isDeclared = hosts.some(({ workers }) => workers.some(({ tasks }) => tasks.includes(code)));
    const isWanted = keys.some((wanted) => wanted.key.key === key && wanted.value === true);
    // The file is refused for that.
    const isSaid = isWanted && !isDeclared;
    const isMade = seen.reached ? proofsMade(seen).has(code) : isDeclared;
    if (runsWith !== true || isSaid || isMade) return [];
    const words = keyWords(minerKey(key));
    return [
      {
        code: 'SF657',
        severity: 'error',
        message: `lotus-miner leaves ${name} to workers (${words} = true), and ${seen.reached ? 'no worker is registered for it' : 'no worker of the file does it'}`,
        place: { kind: 'host', host },
        help: `Start a worker for it, or set ${words} to false and restart lotus-miner when no proof is due.`,
      },
    ];
  });
}
