import { randomUUID } from 'node:crypto';
import { parseVersions, readVersionsScript } from '../../apply/versions-script.js';
import type { DesiredFarm } from '../../desired/desired.js';
import { API_VARIABLES } from '../../desired/worker-env.js';
import type { Diagnostic } from '../../diagnostic/diagnostic.js';
import { failure, success, type Result } from '../../diagnostic/result.js';
import type { Host } from '../../farm/farm.js';
import { formatEnvFile, type EnvEntry } from '../../host/env-file.js';
import { hostLayout } from '../../host/layout.js';
import { wayBack, type Way } from '../../host/rollback.js';
import type { Plan } from '../../plan/plan.js';
import { machinesOf } from '../../probe/connections.js';
import { rollbackSteps, type Environment } from '../../plan/rollback-steps.js';
import { fingerprints } from '../../secret/fingerprint.js';
import { fileDiff } from '../../view/file-diff.js';
import { diffLines, TERMINAL_LINES } from '../../view/plan-lines.js';
import { reportJson } from '../../view/report.js';
import { printable } from '../../view/text.js';
import { carryOut } from '../carry-out.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { readJournal } from '../journals.js';
import { onFarm, type OnFarm } from '../on-farm.js';
import { hostsNamed } from '../targets.js';
import { Terminal, type GlobalOptions } from '../terminal.js';

export interface RollbackOptions extends GlobalOptions {
  /** 1: before the last run that changed files. */
  readonly to: number;
  readonly yes?: boolean;
  /** Milliseconds to wait for a lock that others hold. */
  readonly lockTimeout?: number;
}

/** Brings the files of a host back to what they were before one of its last runs. */
export function rollback(name: string, options: RollbackOptions): Promise<ExitCode> {
  const terminal = new Terminal(options);
  return onFarm('rollback', options, terminal, async (on) => {
    const { farm } = on.workspace;
    const hosts = hostsNamed({ ...farm, hosts: machinesOf(farm) }, [name]);
    const [host, second] = hosts.ok ? hosts.value : [];
    if (!hosts.ok || host === undefined || second !== undefined) {
      terminal.diagnostics([hosts.ok ? severalHosts(name) : hosts.diagnostic]);
      return EXIT.usage;
    }
    const made = await planBack(on, host, options.to);
    if (!made.ok) {
      terminal.diagnostics([made.diagnostic]);
      return EXIT.failed;
    }
    const { plan, way } = made.value;
    show(terminal, plan, way);
    const steps = plan.hosts.flatMap((one) => one.steps);
    if (steps.length === 0) {
      const report = reportJson({ done: [], failed: [], skipped: [], pending: [] });
      terminal.result('Nothing to bring back: the files are as they were.', report);
      return EXIT.done;
    }
    const asked = await terminal.mayChange('Bring these files back?', options.yes, on.signal);
    if (asked !== EXIT.done) return asked;
    const leftOut = new Set(farm.hosts.map((one) => one.name).filter((one) => one !== host.name));
    const { code } = await carryOut(on, terminal, plan, { ...options, leftOut }, () => success(plan));
    terminal.say(
      `${options.config} declares something else now: put it back in git too, else the next apply brings these files forward again. ${runsOn(
        host,
        way.returns.map(({ path }) => path),
      )}`.trimEnd(),
    );
    return code;
  });
}

/** Nothing is restarted by it: what goes by these files is told of. */
export function runsOn({ workers }: Host, returned: readonly string[]): string {
  const ofMiner = returned.filter((path) => path.endsWith('/config.toml')).length;
  return [
    ...(ofMiner > 0 ? [MINER_RUNS_ON] : []),
    ...(ofMiner < returned.length && workers.length > 0 ? [WORKERS_RUN_ON] : []),
  ].join(' ');
}

const MINER_RUNS_ON =
  'lotus-miner runs on with what it was started with; what a restart of it changes is in each plan.';
const WORKERS_RUN_ON =
  'Workers run on with what they were started with; once the file is back, `sealfarm apply` restarts those that need it, when they are quiet.';

interface Made {
  readonly plan: Plan;
  readonly way: Way;
}

async function planBack({ workspace }: OnFarm, host: Host, to: number): Promise<Result<Made>> {
  const layout = hostLayout(host.paths);
  const remote = workspace.connections.remote(host.name);
  const journal = await readJournal(remote, host);
  if (!journal.ok) return journal;
  const way = wayBack(journal.value.entries, to, layout.manifest);
  if (typeof way === 'number') return failure(notSoMany(host.name, to, way));
  const output = await remote.exec(readVersionsScript(way.returns));
  if (!output.ok) return output;
  if (output.value.status !== 0) return failure(notRead(host.name, output.value.stderr.trim()));
  const versions = parseVersions(way.returns, output.value.stdout);
  const steps = rollbackSteps(host.name, way.returns, versions, environmentOf(workspace.desired(new Map())));
  if (!steps.ok) return steps;
  const hosts = [{ host: host.name, layout, reached: true, steps: steps.value }];
  const { name: farm } = workspace.farm;
  return success({
    way,
    plan: { formatVersion: 1, farm, hosts, waves: [], heldBack: [], diagnostics: [], drained: [] },
  });
}

/** Of an environment file that is gone, the miner's token is what the farm knows. */
function environmentOf({ hosts }: DesiredFarm): Environment {
  const entries = hosts.flatMap(({ workers }) => workers.flatMap(({ env }) => env));
  const apis = API_VARIABLES.flatMap((api) => entries.find(({ name }) => name === api) ?? []);
  const asWritten = (entry: EnvEntry): string => {
    const line = formatEnvFile([entry]).reveal().trimEnd();
    return line.slice(line.indexOf('=') + 1);
  };
  const secret = new Set(entries.flatMap(({ name, value }) => (typeof value === 'string' ? [] : [name])));
  return {
    secrets: new Map(apis.map((entry) => [entry.name, asWritten(entry)])),
    open: [...new Set(entries.map(({ name }) => name))].filter((name) => !secret.has(name)),
  };
}

function show(terminal: Terminal, { hosts }: Plan, { stay, before }: Way): void {
  const mask = fingerprints(randomUUID());
  const diffs = hosts.flatMap(({ steps }) => steps.flatMap(({ action }) => fileDiff(action, mask) ?? []));
  const { style, width } = terminal;
  const lines = diffs.flatMap((diff) => diffLines(diff, '', { style, width }, TERMINAL_LINES));
  const data = { type: 'rollback', diffs, stay, ...(before === undefined ? {} : { before }) };
  terminal.event(lines.join('\n'), data);
  const as =
    before?.commit === undefined
      ? ''
      : `Before that the host was as of commit ${before.commit.slice(0, 7)}. `;
  const new_ = stay.length === 0 ? '' : `New files stay: ${stay.map(printable).join(', ')}.`;
  if (as + new_ !== '') terminal.say(`\n${as}${new_}`);
}

function severalHosts(name: string): Diagnostic {
  return {
    code: 'SF615',
    severity: 'error',
    message: `${name} stands for several hosts, and rollback takes one`,
    help: 'Name one host: what its runs changed is counted for itself.',
  };
}

function notRead(host: string, why: string): Diagnostic {
  return {
    code: 'SF602',
    severity: 'error',
    message: `cannot read the versions before on ${host}: ${why}`,
    place: { kind: 'host', host },
    help: 'Give the SSH user the right to read them, or set `ssh.sudo: true`.',
  };
}

function notSoMany(host: string, to: number, there: number): Diagnostic {
  return {
    code: 'SF631',
    severity: 'error',
    message: `${host} cannot go back ${to} runs: its journal has ${there} that changed a file`,
    place: { kind: 'host', host },
    help: `sealfarm history ${host}`,
  };
}
