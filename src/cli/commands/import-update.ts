import { readConfig } from '../../config/config-file.js';
import { checkSchema } from '../../config/schema-check.js';
import { hasErrors, type Diagnostic } from '../../diagnostic/diagnostic.js';
import { readFarm } from '../../farm/read-farm.js';
import { present } from '../../farm/present.js';
import { foundMiner, theMiner } from '../../import/found-miner.js';
import { gather } from '../../import/gather.js';
import { wayTo } from '../../import/imported.js';
import { listed } from '../../import/report.js';
import { updateFarm, type FarmFile, type Update } from '../../import/update-farm.js';
import type { Reach } from '../../probe/connections.js';
import { diagnosticsJson } from '../../view/diagnostics.js';
import { unified } from '../../view/file-diff.js';
import { printable } from '../../view/text.js';
import { askIndex, meet } from '../about-farm.js';
import { askHosts, type Answers, type ImportOptions } from '../ask-hosts.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { readFileText } from '../load-farm.js';
import { replaceFile } from '../replace-file.js';
import { Terminal } from '../terminal.js';

/** Writes hosts and workers that the file does not have into it; everything else in it stays. */
export async function updateFile(
  words: readonly string[],
  options: ImportOptions,
  reach?: Reach,
): Promise<ExitCode> {
  const terminal = new Terminal(options);
  const { config: name } = options;
  const text = await readFileText(name);
  const read = text.ok ? readFarm(text.value, name) : { diagnostics: [text.diagnostic] };
  const { config } = text.ok ? readConfig(text.value, name) : {};
  const written = config === undefined ? undefined : checkSchema(config.value).written;
  if (!text.ok || read.farm === undefined || written === undefined) {
    terminal.diagnostics(read.diagnostics);
    return EXIT.badConfig;
  }
  const file: FarmFile = { text: text.value, written, farm: read.farm };
  return askHosts(
    words,
    options,
    terminal,
    { ssh: written.defaults?.ssh ?? {}, hosts: read.farm.hosts },
    (answers) => update(file, answers, options, terminal),
    reach,
  );
}

async function update(
  file: FarmFile,
  { asked, unreached, notes, connections }: Answers,
  { config: name, check = false }: ImportOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { farm } = file;
  const found = foundMiner(new Map(asked.map((host) => [wayTo(host), host.found])));
  const { api, token } = { ...farm.miner, token: { env: '' } };
  // One file is for one miner.
  const only = farm.miner.apiIsGuess === true ? {} : { only: theMiner(found, api) };
  const miner = { api, token, secrets: found.tokens, ...only };
  const { index, unknown } = await askIndex(asked, meet(found, api, connections), connections);
  const about = { name: farm.name, sectorSize: farm.sectorSize, miner, ...present({ index }) };
  const updated = updateFarm(file, asked, about);
  const diagnostics = [...unreached, ...notes, ...unknown, ...gather(updated.diagnostics)];
  const changed = updated.text !== file.text;
  const wrong = changed ? readFarm(updated.text, name).diagnostics.filter(isError) : [];
  const refused =
    wrong.length > 0
      ? [...wrong, NOT_RIGHT]
      : await write(name, file, changed && !check ? updated : undefined);
  const all = [...diagnostics, ...refused];
  if (!terminal.json) terminal.diagnostics(all);
  terminal.result(refused.length > 0 ? '' : words(file, updated, name, check, unreached.length > 0), {
    formatVersion: 1,
    changed: changed && refused.length === 0,
    hosts: updated.hosts,
    workers: updated.workers,
    text: updated.text,
    diagnostics: diagnosticsJson(all),
  });
  if (hasErrors(refused) || (check && changed)) return EXIT.failed;
  if (unreached.length === 0) return EXIT.done;
  return asked.length === 0 ? EXIT.failed : EXIT.partial;
}

function isError({ severity }: Diagnostic): boolean {
  return severity === 'error';
}

async function write(
  name: string,
  file: FarmFile,
  updated: Update | undefined,
): Promise<readonly Diagnostic[]> {
  if (updated === undefined) return [];
  // Asking hosts takes a while, and an editor may have it open.
  const now = await readFileText(name);
  if (!now.ok || now.value !== file.text) return [now.ok ? CHANGED : now.diagnostic];
  const unwritten = await replaceFile(name, updated.text);
  return unwritten === undefined ? [] : [unwritten];
}

/** @param some whether hosts were not reached */
function words(
  file: FarmFile,
  { text, hosts, workers, diagnostics }: Update,
  name: string,
  check: boolean,
  some: boolean,
): string {
  if (text === file.text) {
    const lacks = some || diagnostics.some(({ code }) => LEFT_OUT.has(code));
    return lacks ? `${printable(name)} is as it was.` : `${printable(name)} has all that was found.`;
  }
  const added = [...hosts, ...workers].map((one) => printable(one));
  const does = check ? 'lacks' : 'has now';
  const diff = check ? `${unified(printable(name), file.text, text) ?? ''}\n` : '';
  return `${diff}${printable(name)} ${does} ${listed(added, 12)}: \`sealfarm plan\` shows what that means.`;
}

/** Of hosts and workers that were found, and are in no file after that. */
const LEFT_OUT: ReadonlySet<string> = new Set(['SF663', 'SF666', 'SF667', 'SF693', 'SF695']);

const NOT_RIGHT: Diagnostic = {
  code: 'SF694',
  severity: 'error',
  message: 'the file is as it was: with what was found it would not be valid',
  help: 'Mend what the errors above name, or name fewer hosts.',
};

const CHANGED: Diagnostic = {
  code: 'SF696',
  severity: 'error',
  message: 'the file was changed while hosts were asked, and is left as it is now',
  help: 'Update again.',
};
