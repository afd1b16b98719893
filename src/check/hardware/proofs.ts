import type { YamlPath } from '../../config/finding.js';
import { quote } from '../../config/wording.js';
import type { Hardware, Worker } from '../../farm/farm.js';
import { workersOf } from '../../farm/rules/rule.js';
import type { Layout } from '../layout.js';
import { WITH_PARAMETERS } from './caches.js';
import type { Trouble } from './trouble.js';
import { listed } from './words.js';
import { isLarge, taskPlace } from './workers.js';

export function* parametersHaveAPlace({ farm }: Layout): Generator<Trouble> {
  if (!isLarge(farm.sectorSize)) return;
  for (const { worker } of workersOf(farm.hosts)) {
    const codes = worker.tasks.filter((code) => WITH_PARAMETERS.includes(code));
    const [first] = codes;
    if (first === undefined || worker.parameterCache !== undefined) continue;
    yield {
      code: 'SF261',
      severity: 'warning',
      at: taskPlace(worker, first),
      who: worker.name,
      say: (name) =>
        `without parameterCache ${name(worker.name)} fetches over 100 GiB for ${listed(codes)} into /var/tmp/filecoin-proof-parameters before it listens`,
      help: 'Write parameterCache with a folder on a disk that has the room.',
    };
  }
}

export function* parentsHaveAPlace({ farm }: Layout): Generator<Trouble> {
  if (!isLarge(farm.sectorSize)) return;
  for (const { worker } of workersOf(farm.hosts)) {
    if (!worker.tasks.includes('PC1') || worker.parentCache !== undefined) continue;
    yield {
      code: 'SF262',
      severity: 'note',
      at: taskPlace(worker, 'PC1'),
      who: worker.name,
      say: (name) =>
        `without parentCache PC1 on ${name(worker.name)} keeps over 50 GiB of parents in /var/tmp/filecoin-parents`,
      help: 'Write parentCache with a folder on a fast disk.',
    };
  }
}

/** Variables that change how a proof is made; the name of a card differs where the cards do. */
const OF_PROOFS = /^(?:FIL_PROOFS_|RUST_GPU_TOOLS_|BELLMAN_)(?!CUSTOM_GPU$)/;

interface Setting {
  readonly value: string;
  readonly at: YamlPath;
}

/** Workers that are to do the same should do it in the same way. */
export function* proofSettingsAgree({ farm, hardware }: Layout): Generator<Trouble> {
  const alike = new Map<string, Worker[]>();
  for (const { host, worker } of workersOf(farm.hosts)) {
    const key = `${worker.tasks.toSorted().join(' ')} ${machineKind(hardware.get(host.name))}`;
    alike.set(key, [...(alike.get(key) ?? []), worker]);
  }
  for (const [first, ...others] of alike.values()) {
    if (first !== undefined && first.tasks.length > 0) yield* differences(first, others);
  }
}

/** RAM by size classes: of machines that are asked no two have quite the same. Swap matters to no proof. */
function machineKind(hardware: Hardware | undefined): string {
  if (hardware === undefined) return 'unknown';
  const { cpus, memory, gpus, l3Groups } = hardware;
  return JSON.stringify([cpus, Math.round(2 * Math.log2(memory)), gpus, l3Groups]);
}

/** Each setting once, with the first worker in which it is another. */
function* differences(first: Worker, others: readonly Worker[]): Generator<Trouble> {
  const usual = settingsOf(first);
  const said = new Set<string>();
  for (const other of others) {
    const own = settingsOf(other);
    for (const setting of new Set([...usual.keys(), ...own.keys()])) {
      const [one, another] = [usual.get(setting), own.get(setting)];
      if (one?.value === another?.value || said.has(setting)) continue;
      // A missing folder has a check of its own.
      if (setting.endsWith('Cache') && (one === undefined || another === undefined)) continue;
      said.add(setting);
      yield {
        code: 'SF263',
        severity: 'warning',
        at: another?.at ?? one?.at ?? other.yaml,
        who: other.name,
        say: (name) =>
          `${name(first.name)} and ${name(other.name)} do the same tasks, but differ in ${setting}: ${shown(one)} and ${shown(another)}`,
        help: 'Move the setting into their profile, or into defaults.',
      };
    }
  }
}

function settingsOf({
  yaml,
  env,
  multicoreSdr,
  parameterCache,
  parentCache,
}: Worker): ReadonlyMap<string, Setting> {
  const settings = new Map<string, Setting>();
  for (const [name, value] of env) {
    if (OF_PROOFS.test(name)) settings.set(name, { value, at: [...yaml, 'env', name] });
  }
  const keys = {
    multicoreSdr: multicoreSdr && `${multicoreSdr.producers} producers`,
    parameterCache,
    parentCache,
  };
  for (const [key, value] of Object.entries(keys)) {
    if (value !== undefined) settings.set(key, { value, at: [...yaml, key] });
  }
  return settings;
}

function shown(setting: Setting | undefined): string {
  return setting === undefined ? 'not set' : quote(setting.value);
}
