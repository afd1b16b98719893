import { checkLayout } from '../../check/check-layout.js';
import { hasErrors, type Diagnostic } from '../../diagnostic/diagnostic.js';
import type { Host } from '../../farm/farm.js';
import { readFarm } from '../../farm/read-farm.js';
import { gather } from '../../import/gather.js';
import { lift } from '../../import/lift.js';
import { farmText } from '../../import/write-yaml.js';
import type { SectorSize } from '../../lotus/sector-size.js';
import type { Connections } from '../../probe/connections.js';
import { observeFacts } from '../../probe/observe-facts.js';
import { observeFound } from '../../probe/observe-found.js';
import type { Proposal, SeenHost, TokenAnswer, UnseenHost } from '../../propose/proposal.js';
import { propose } from '../../propose/propose.js';
import { diagnosticsJson } from '../../view/diagnostics.js';
import { count } from '../../view/words.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { answersSaid, askAnswers, type Said, type Telling, type Told } from '../init-answers.js';
import { nextSteps } from '../init-next.js';
import { endOnInterrupt } from '../interrupt.js';
import { openHosts } from '../machines.js';
import { keptFromNewFile, writeNewFile } from '../new-file.js';
import { Terminal, type GlobalOptions } from '../terminal.js';
import { farmToAsk, unknownHosts, type HostOptions } from '../unknown-hosts.js';

export interface InitOptions extends GlobalOptions, HostOptions {
  readonly name?: string;
  readonly miner?: string;
  readonly minerToken?: TokenAnswer;
  readonly sectorSize?: SectorSize;
  /** `-` is standard output. */
  readonly out?: string;
  readonly yes?: boolean;
}

const ORIGIN = 'As sealfarm init proposes it by what the machines have: it is yours to change.';

/** Writes a first file for machines without workers. */
export async function init(words: readonly string[], options: InitOptions): Promise<ExitCode> {
  const terminal = new Terminal(options);
  const { out, config, yes = false } = options;
  const file = out === '-' ? undefined : (out ?? config);
  const refused = await refusal(file, yes, terminal);
  if (refused !== undefined) {
    terminal.diagnostics([refused]);
    return refused.code === 'SF614' ? EXIT.usage : EXIT.failed;
  }
  const telling = await tell(words, options, terminal);
  if (telling === undefined) return EXIT.interrupted;
  const named = telling.ok ? await unknownHosts(telling.told.hosts, options) : telling;
  if (!telling.ok || !named.ok) {
    terminal.diagnostics(named.ok ? [] : named.diagnostics);
    return EXIT.usage;
  }
  const looked = await look(named.hosts, telling.told, terminal);
  return finish(looked, { file, yes, config, json: terminal.json }, terminal);
}

/** What keeps it from writing, before anybody is asked. */
async function refusal(
  file: string | undefined,
  yes: boolean,
  terminal: Terminal,
): Promise<Diagnostic | undefined> {
  const there = file === undefined ? undefined : await keptFromNewFile(file);
  if (there !== undefined) return there;
  return file === undefined || yes || terminal.canAsk ? undefined : NOBODY_TO_ASK;
}

async function tell(
  hosts: readonly string[],
  options: InitOptions,
  terminal: Terminal,
): Promise<Telling | undefined> {
  const { sshConfigHosts, name, miner, minerToken, sectorSize, yes = false } = options;
  const said: Said = {
    hosts,
    byPattern: sshConfigHosts !== undefined,
    ...(name === undefined ? {} : { name }),
    ...(miner === undefined ? {} : { miner }),
    ...(minerToken === undefined ? {} : { minerToken }),
    ...(sectorSize === undefined ? {} : { sectorSize }),
  };
  if (yes || !terminal.canAsk) return answersSaid(said);
  return terminal.questions((ask) =>
    askAnswers(said, ask, (text) => {
      terminal.say(text);
    }),
  );
}

interface Looked {
  readonly proposal: Proposal;
  /** Of the way to hosts. */
  readonly notes: readonly Diagnostic[];
  readonly unreached: number;
}

async function look(hosts: readonly Host[], { answers }: Told, terminal: Terminal): Promise<Looked> {
  const connections = openHosts(farmToAsk(hosts), terminal.askPassphrase);
  const dispose = endOnInterrupt();
  try {
    const answered = await terminal.watching(hosts.length, (emit) =>
      Promise.all(
        hosts.map(async (host) => {
          const seen = await see(host, connections);
          emit(
            'why' in seen
              ? { type: 'host-unreached', host: host.name, diagnostic: seen.why }
              : { type: 'host-observed', host: host.name },
          );
          return seen;
        }),
      ),
    );
    const unseen = answered.flatMap((one) => ('why' in one ? [one] : []));
    const seen = answered.flatMap((one) => ('why' in one ? [] : [one]));
    const notes = hosts.flatMap(({ name }) => connections.remote(name).notes());
    return { proposal: propose(seen, unseen, answers), notes, unreached: unseen.length };
  } finally {
    dispose();
    await connections.close();
  }
}

/** Its workers, if it has some, and its hardware: two questions over one connection. */
async function see(host: Host, connections: Connections): Promise<SeenHost | UnseenHost> {
  const { address, ssh } = host;
  const found = await observeFound(host.name, connections);
  if (!found.ok) return { address, ssh, why: found.diagnostic };
  const facts = (await observeFacts([host], connections, () => Date.now())).get(host.name);
  if (facts === undefined) throw new Error(`no answer of ${host.name}`);
  return facts.ok
    ? { address, ssh, found: found.value, facts: facts.value }
    : { address, ssh, why: facts.diagnostic };
}

interface Target {
  readonly file: string | undefined;
  readonly yes: boolean;
  readonly config: string;
  readonly json: boolean;
}

/** Shows the proposal, or writes it where the person wants that. */
async function finish(
  { proposal, notes, unreached }: Looked,
  { file, yes, config, json }: Target,
  terminal: Terminal,
): Promise<ExitCode> {
  const farm = lift(proposal.farm);
  const text = farmText(farm, proposal.comments, ORIGIN);
  const { hardware } = proposal;
  const read = readFarm(text, file ?? config, (layout) => checkLayout({ farm: layout, hardware }));
  const all = [...notes, ...gather(proposal.diagnostics), ...read.diagnostics];
  if (proposal.workers === 0 || hasErrors(read.diagnostics)) {
    terminal.diagnostics([...all, ...(proposal.workers === 0 ? [NOTHING_TO_PROPOSE] : [])]);
    return EXIT.failed;
  }
  if (!json) terminal.diagnostics(all);
  const code = unreached > 0 ? EXIT.partial : EXIT.done;
  if (file === undefined) {
    terminal.result(text, { formatVersion: 1, farm, diagnostics: diagnosticsJson(all) });
    return code;
  }
  if (!yes) {
    terminal.say(`\n${text}`);
    const answer = await terminal.confirm(`Write this to ${file}?`);
    if (answer !== true) {
      terminal.say('Nothing was written.');
      return answer === undefined ? EXIT.interrupted : EXIT.failed;
    }
  }
  const unwritten = await writeNewFile(file, text);
  if (unwritten !== undefined) {
    terminal.diagnostics(json ? [...all, unwritten] : [unwritten]);
    return EXIT.failed;
  }
  const hosts = read.farm?.hosts.length ?? 0;
  const wrote = `Wrote ${file}: ${count(hosts, 'host')}, ${count(proposal.workers, 'worker')}.`;
  terminal.result(`${wrote}\n\n${nextSteps(farm, file)}`, {
    formatVersion: 1,
    file,
    farm,
    diagnostics: diagnosticsJson(all),
  });
  return code;
}

const NOBODY_TO_ASK: Diagnostic = {
  code: 'SF614',
  severity: 'error',
  message: 'nothing was written: there is no terminal to ask on',
  help: 'Say --yes with the hosts and --miner to have it done without a question, or --out - to print it.',
};

const NOTHING_TO_PROPOSE: Diagnostic = {
  code: 'SF688',
  severity: 'error',
  message: 'none of the hosts could be given a worker, and nothing was written',
  help: 'Mend what is said of each, and run the command again.',
};
