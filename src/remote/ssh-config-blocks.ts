import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';

/** The patterns of one `Host` line. OpenSSH: ssh_config(5), Host */
type Patterns = readonly string[];

/**
 * What of ssh_config files tells hosts apart: to those that match the same `Host` lines `ssh -G` says the same, but for
 * their own name. Asking it for each of a thousand hosts would take longer than asking the hosts.
 */
export interface HostBlocks {
  readonly hosts: readonly Patterns[];
  /** Blocks with something of each host's own: a `HostName` under which it is dialled, or a path with its name. */
  readonly own: readonly Patterns[];
}

/** Whoever is told apart by more than its name: by a user, a network, a program. */
const TELLING: readonly string[] = ['match', 'canonicalizehostname', 'canonicaldomains'];

/** In these `ssh -G` itself puts in the name of the host that it is asked for. */
const EXPANDED: readonly string[] = ['userknownhostsfile', 'identityagent'];

function hasOwnPath(keyword: string, words: readonly string[]): boolean {
  return EXPANDED.includes(keyword) && words.some((word) => /%[Chkn]/.test(word));
}

const ANY: Patterns = ['*'];

/** As deep as ssh itself goes. OpenSSH: readconf.c READCONF_MAX_DEPTH */
const DEEPEST = 16;

/**
 * Of the files ssh would read, or of `file` alone; undefined where they tell hosts apart in other ways, or cannot be
 * followed.
 * @param homeDir as the system knows it: ssh does not ask $HOME
 */
export async function readHostBlocks(homeDir: string, file?: string): Promise<HostBlocks | undefined> {
  if (file === 'none') return { hosts: [], own: [] };
  const reader = new Reader(homeDir);
  return (await readAll(reader, homeDir, file)) ? reader : undefined;
}

/** The hosts that ssh_config knows by name and that match one of the patterns, in the order of its files. */
export async function hostsInConfig(
  patterns: readonly string[],
  homeDir: string,
  file?: string,
): Promise<readonly string[]> {
  const reader = new Reader(homeDir, false);
  await readAll(reader, homeDir, file);
  const names = reader.hosts.flat().filter((name) => !/[!*?]/.test(name));
  return [...new Set(names)].filter((name) => patterns.some((pattern) => matchesOne(pattern, name)));
}

async function readAll(reader: Reader, homeDir: string, file?: string): Promise<boolean> {
  const folder = join(homeDir, '.ssh');
  const roots =
    file === undefined
      ? [
          { file: join(folder, 'config'), folder },
          { file: '/etc/ssh/ssh_config', folder: '/etc/ssh' },
        ]
      : [{ file, folder }];
  for (const root of roots) {
    if (!(await reader.read(root.file, root.folder, ANY, 0))) return false;
  }
  return true;
}

/** Those for which it is the same get the same `ssh -G`; undefined for one that has to be asked for alone. */
export function blocksOf({ hosts, own }: HostBlocks, address: string): string | undefined {
  // Whether patterns are held against capital letters depends on the version.
  if (address !== address.toLowerCase() || own.some((patterns) => matches(patterns, address)))
    return undefined;
  return hosts.map((patterns) => (matches(patterns, address) ? '1' : '0')).join('');
}

class Reader implements HostBlocks {
  readonly hosts: Patterns[] = [];
  readonly own: Patterns[] = [];
  readonly #homeDir: string;
  readonly #tellsApart: boolean;

  /** @param tellsApart whether to end where hosts are told apart by more than their names */
  constructor(homeDir: string, tellsApart = true) {
    this.#homeDir = homeDir;
    this.#tellsApart = tellsApart;
  }

  /** False where hosts may be told apart by it in other ways. A file that is not there tells nobody apart. */
  async read(file: string, folder: string, around: Patterns, depth: number): Promise<boolean> {
    if (depth > DEEPEST) return false;
    const text = await readFile(file, 'utf8').catch((error: unknown) => (isAbsent(error) ? '' : undefined));
    if (text === undefined) return false;
    let block = around;
    for (const line of text.split('\n')) {
      const [keyword = '', ...words] = wordsOf(line);
      if (this.#tellsApart && isDoubtful(keyword, line)) return false;
      if (keyword === 'host') this.hosts.push((block = words));
      else if (keyword === 'hostname' || hasOwnPath(keyword, words)) this.own.push(block);
      else if (this.#tellsApart && TELLING.includes(keyword)) return false;
      else if (keyword === 'include' && !(await this.#include(words, folder, block, depth + 1))) return false;
    }
    return true;
  }

  async #include(
    patterns: readonly string[],
    folder: string,
    around: Patterns,
    depth: number,
  ): Promise<boolean> {
    for (const pattern of patterns) {
      const files = await this.#filesLike(pattern, folder);
      if (files === undefined) return false;
      for (const file of files) if (!(await this.read(file, folder, around, depth))) return false;
    }
    return true;
  }

  /** Undefined for what only glob(3) knows. */
  async #filesLike(pattern: string, folder: string): Promise<readonly string[] | undefined> {
    const path = pattern.startsWith('~/') ? join(this.#homeDir, pattern.slice(2)) : pattern;
    const [whole, name] = [isAbsolute(path) ? path : join(folder, path), basename(path)];
    if (/[[\]{}?*~$%\\]/.test(dirname(whole)) || /[[\]{}?~$%\\]/.test(name)) return undefined;
    if (!name.includes('*')) return [whole];
    const entries = await readdir(dirname(whole)).catch((error: unknown) =>
      isAbsent(error) ? [] : undefined,
    );
    return entries
      ?.filter((entry) => !entry.startsWith('.') && matchesOne(name, entry))
      .map((entry) => join(dirname(whole), entry));
  }
}

const LINE = /^\s*([A-Za-z0-9]+)(?:\s*=\s*|\s+)(.*)$/s;

/** A word may hold quoted parts, and only at the beginning of one a `#` ends the line. */
const WORD = /(?!#)(?:\\["'\\ ]|"(?:\\["'\\]|[^"])*"|'(?:\\["'\\]|[^'])*'|[^\s"'])+|#.*$/g;

/** A line's keyword in small letters, and its words. OpenSSH: misc.c argv_split */
function wordsOf(line: string): readonly string[] {
  const [, keyword = '', rest = ''] = LINE.exec(line) ?? [];
  const words = [...rest.matchAll(WORD)].map(([word]) => word).filter((word) => !word.startsWith('#'));
  return [keyword.toLowerCase(), ...words.map(unquoted)];
}

function unquoted(word: string): string {
  return word.replaceAll(/\\(["'\\ ])|["']/g, '$1');
}

/** Bare words, and such as stand in quotes as a whole. */
const PLAIN = /^(?:\s*(?:"[^"]*"|[^\s"]+)(?!\S))*\s*$/;

/** Whether a line may tell hosts apart in another way than it looks: versions of ssh differ in quotes and comments. */
function isDoubtful(keyword: string, line: string): boolean {
  if (keyword === '') return /^\s*[^#\s]/.test(line);
  if (keyword !== 'host' && keyword !== 'include') return false;
  const [, , rest = ''] = LINE.exec(line) ?? [];
  return /[#'\\]|[^ -~\t\r]/.test(rest) || !PLAIN.test(rest);
}

/** One that is negated and matches overrides all others. OpenSSH: match.c */
function matches(patterns: Patterns, address: string): boolean {
  const denied = patterns.some((pattern) => pattern.startsWith('!') && matchesOne(pattern.slice(1), address));
  return !denied && patterns.some((pattern) => !pattern.startsWith('!') && matchesOne(pattern, address));
}

function matchesOne(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
}

function isAbsent(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
