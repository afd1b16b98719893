import { checkLayout } from '../../check/check-layout.js';
import { checkLive } from '../../check/live-checks.js';
import { hasErrors, type Diagnostic } from '../../diagnostic/diagnostic.js';
import type { Farm, Host } from '../../farm/farm.js';
import { intentsOf } from '../../observed/intents.js';
import { makePlan } from '../../plan/make-plan.js';
import type { Part } from '../../plan/part.js';
import { minerMachineFindings } from '../../plan/miner-machine.js';
import { doctorJson, formatDoctor, type Doctor } from '../../view/doctor.js';
import { machinesOf } from '../../probe/connections.js';
import { examine, knownHardware, type Examination } from '../examine.js';
import { hostsNamed } from '../targets.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { openFarmFile, type FarmFile } from '../load-farm.js';
import { lookAtFarm } from '../on-farm.js';
import { Terminal, type GlobalOptions } from '../terminal.js';
import type { Workspace } from '../workspace.js';
import { planExitCode } from './plan.js';

/** Looks for all that is wrong with the farm: its layout on the machines there are, its hosts, its miner. */
export async function doctor(names: readonly string[], options: GlobalOptions): Promise<ExitCode> {
  const terminal = new Terminal(options);
  const file = await openFarmFile(options.config);
  const look = async (workspace: Workspace): Promise<ExitCode> => {
    const { farm } = workspace;
    const named = hostsNamed({ ...farm, hosts: machinesOf(farm) }, names);
    if (!named.ok) {
      terminal.diagnostics([named.diagnostic]);
      return EXIT.usage;
    }
    // The machine of the miner is looked at whoever is named.
    const hosts = farm.hosts.filter((host) => named.value.includes(host));
    const examination = await terminal.watching(hosts.length, (emit) => examine(workspace, hosts, emit));
    const part = names.length === 0 ? undefined : wholly(named.value);
    const found = judge(workspace, named.value, part, examination, file);
    terminal.result(formatDoctor(found, terminal.style, terminal.width), doctorJson(found));
    const { layout, plan, live } = found;
    return planExitCode({ hosts: found.hosts, diagnostics: [...layout, ...plan.diagnostics, ...live] });
  };
  return lookAtFarm(options, terminal, look, () => Promise.resolve(loadQuietly(file, terminal)));
}

/** What is to say of the file is said with all else; only the file itself must be right. */
function loadQuietly(file: FarmFile, terminal: Terminal): Farm | undefined {
  const { farm, diagnostics } = file(() => []);
  if (!hasErrors(diagnostics)) return farm;
  terminal.diagnostics(diagnostics);
  return undefined;
}

/** Those that were not asked are none of a plan's, and yet of the farm. */
function wholly(machines: readonly Host[]): Part {
  const hosts = new Set(machines.map(({ name }) => name));
  const workers = machines.flatMap((host) => host.workers.map(({ name }) => name));
  return { hosts, workers: new Set(workers), whole: hosts };
}

function judge(
  workspace: Workspace,
  machines: readonly Host[],
  part: Part | undefined,
  examination: Examination,
  file: FarmFile,
): Doctor {
  const { farm } = workspace;
  const { facts, versions, failures, probe } = examination;
  const { observation } = probe;
  const now = new Date();
  const { diagnostics: ofLayout } = file((read) =>
    checkLayout({ farm: read, hardware: knownHardware(read, examination, 'found') }),
  );
  const desired = workspace.desired(intentsOf(observation));
  const plan = makePlan(desired, observation, part);
  const { hosts, minerMachine } = observation;
  return {
    hosts: machines.map(({ name }) => {
      const own = facts.get(name);
      const reached = (hosts.get(name) ?? minerMachine)?.reached === true;
      return { host: name, reached, ...(own === undefined ? {} : { facts: own }) };
    }),
    layout: ofLayout,
    plan,
    live: [
      ...notesOf(workspace, machines),
      ...[
        ...failures,
        ...minerMachineFindings(desired, observation, examination.minerProgram),
        ...checkLive({ farm, observation, facts, versions, now }),
      ].filter(notIn(plan.diagnostics)),
    ],
    now,
  };
}

/** The plan has the same code for it, at the same worker. */
function notIn(said: readonly Diagnostic[]): (one: Diagnostic) => boolean {
  const whom = ({ code, place }: Diagnostic): string =>
    place?.kind === 'host' ? `${code} ${place.host} ${place.worker ?? ''}` : code;
  const known = new Set(said.map(whom));
  return (one) => !known.has(whom(one));
}

/** What there is to say of the way each host was reached. */
function notesOf({ connections }: Workspace, hosts: readonly Host[]): readonly Diagnostic[] {
  return hosts.flatMap(({ name }) => connections.remote(name).notes());
}
