import { looksLikeApiInfo } from '../config/secrets.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { parseMinerAddress } from '../farm/miner-address.js';
import { isName } from '../farm/texts.js';
import { SECTOR_SIZES, type SectorSize } from '../lotus/sector-size.js';
import type { Answers, MinerAnswer, TokenAnswer } from '../propose/proposal.js';
import { parseHostWords } from './host-words.js';
import type { Ask } from './terminal.js';
import { TOKEN } from './unknown-hosts.js';

/** What the command line says of the farm. */
export interface Said {
  readonly hosts: readonly string[];
  /** Whether ssh_config is to be looked at for hosts. */
  readonly byPattern: boolean;
  readonly name?: string;
  readonly miner?: string;
  readonly minerToken?: TokenAnswer;
  readonly sectorSize?: SectorSize;
}

export interface Told {
  readonly hosts: readonly string[];
  readonly answers: Answers;
}

/** All of it, or all that is wrong or missing. */
export type Telling =
  | { readonly ok: true; readonly told: Told }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

const USUAL = { name: 'farm', sectorSize: '32GiB', miner: 'none' } as const;

/** What was said, where there is nobody to ask. Fails with SF681 for what has no usual answer. */
export function answersSaid({ hosts, byPattern, name, miner, minerToken, sectorSize }: Said): Telling {
  const missing = [
    ...(hosts.length === 0 && !byPattern
      ? [
          missingAnswer(
            'the hosts',
            'Name them as arguments, as for ssh: sealfarm init root@10.0.0.11 seal-02.',
          ),
        ]
      : []),
    ...(miner === undefined
      ? [
          missingAnswer(
            'the miner',
            'Say --miner with its machine or the multiaddr of its API, or --miner none.',
          ),
        ]
      : []),
  ];
  const parsed = miner === undefined ? undefined : minerAnswer(miner, minerToken);
  const wrong = [
    ...(hosts.some(looksSecret) ? [PASTED] : []),
    ...(parsed !== undefined && 'problem' in parsed ? [wrongMiner(parsed.problem)] : []),
  ];
  if (parsed === undefined || 'problem' in parsed || missing.length + wrong.length > 0)
    return { ok: false, diagnostics: [...missing, ...wrong] };
  const answers = { name: name ?? USUAL.name, sectorSize: sectorSize ?? USUAL.sectorSize, miner: parsed };
  return { ok: true, told: { hosts, answers } };
}

/**
 * Asks for what was not said, again where an answer makes no sense. Undefined where the person ends it.
 * @param say tells the person what is wrong with an answer
 */
export async function askAnswers(
  said: Said,
  ask: Ask,
  say: (text: string) => void,
): Promise<Telling | undefined> {
  const until = async <T>(
    question: string,
    usual: string,
    read: (text: string) => T | { readonly problem: string },
  ): Promise<T | undefined> => {
    for (;;) {
      const text = await ask(question, usual);
      if (text === undefined) return undefined;
      const answer = read(text);
      if (typeof answer !== 'object' || answer === null || !('problem' in answer)) return answer;
      say(answer.problem);
    }
  };
  const hosts =
    said.hosts.length > 0 || said.byPattern
      ? said.hosts
      : await until('Hosts, as for ssh, with blanks between them', '', hostList);
  if (hosts === undefined) return undefined;
  const miner =
    said.miner ??
    (await until("lotus-miner: its machine, the multiaddr of its API, or 'none' yet", USUAL.miner, (text) => {
      const parsed = minerAnswer(text, said.minerToken);
      return 'problem' in parsed ? parsed : text;
    }));
  if (miner === undefined) return undefined;
  const name = said.name ?? (await until('Name of the farm', USUAL.name, farmName));
  if (name === undefined) return undefined;
  const sectorSize = said.sectorSize ?? (await until('Size of the sectors', USUAL.sectorSize, sizeOf));
  return sectorSize === undefined ? undefined : answersSaid({ ...said, hosts, miner, name, sectorSize });
}

function looksSecret(text: string): boolean {
  return looksLikeApiInfo(text) || TOKEN.test(text);
}

/** A token that was pasted is not shown again. */
function minerAnswer(
  text: string,
  token: TokenAnswer | undefined,
): MinerAnswer | { readonly problem: string } {
  if (text === 'none') return { kind: 'none' };
  if (looksLikeApiInfo(text))
    return {
      problem:
        'this is a whole MINER_API_INFO, which begins with the token: say what follows the first colon',
    };
  if (looksSecret(text))
    return { problem: 'this looks like the token itself, which is never asked for: say where the miner is' };
  if (text.startsWith('/')) {
    const parsed = parseMinerAddress(text);
    if (!parsed.ok) return { problem: `the address of the miner ${parsed.problem}` };
    return { kind: 'api', api: text, token: token ?? { env: 'SEALFARM_MINER_TOKEN' } };
  }
  const words = parseHostWords(text);
  if (words === undefined)
    return { problem: 'the miner is neither a host as ssh would have it, nor a multiaddr, nor none' };
  if (Object.keys(words.ssh).length > 0)
    return {
      problem:
        "the miner's machine is named without user and port: these come from ssh_config, or from its own entry among the hosts",
    };
  return { kind: 'host', host: words.address, token: token ?? { fromMiner: true } };
}

function hostList(text: string): readonly string[] | { readonly problem: string } {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  if (words.some(looksSecret)) return { problem: `${PASTED.message}.` };
  const wrong = words.find((word) => parseHostWords(word) === undefined);
  if (wrong !== undefined) return { problem: `${wrong} is no host as ssh would have it.` };
  return words.length === 0 ? { problem: 'At least one host is needed.' } : words;
}

function farmName(text: string): string | { readonly problem: string } {
  return isName(text)
    ? text
    : { problem: "Use letters, digits, '.', '_' and '-', at most 63, beginning with a letter or digit." };
}

function sizeOf(text: string): SectorSize | { readonly problem: string } {
  const size = (Object.keys(SECTOR_SIZES) as SectorSize[]).find(
    (one) => one.toLowerCase() === text.toLowerCase(),
  );
  return size ?? { problem: `One of ${Object.keys(SECTOR_SIZES).join(', ')}.` };
}

function missingAnswer(what: string, help: string): Diagnostic {
  return { code: 'SF681', severity: 'error', message: `init needs to know ${what}`, help };
}

const PASTED: Diagnostic = {
  code: 'SF615',
  severity: 'error',
  message: 'one of the hosts looks like a token or a whole MINER_API_INFO, and is not shown',
  help: 'Name the hosts as for ssh. The token is never asked for, only where it is found: --miner-token env:NAME.',
};

function wrongMiner(problem: string): Diagnostic {
  return {
    code: 'SF615',
    severity: 'error',
    message: problem,
    help: 'Say --miner miner-1, --miner /ip4/10.0.0.10/tcp/2345/http or --miner none.',
  };
}
