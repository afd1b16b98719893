import { closeSync, fstatSync, openSync, readdirSync, readFileSync, readSync, rmSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { lockScript, unlockScript } from '../../src/apply/lock-script.js';
import { signal, identify } from '../../src/sandbox/processes.js';
import { eventually } from '../support/cli.js';
import { SandboxFarm } from '../support/sandbox-farm.js';
import { FIRST, hostText, type HostEdit } from './host-edit.js';
import type { HostWorld } from './injector.js';

/** A sixth of the sandbox's usual time. */
const SPEED = { AP: 50, PC1: 1000, PC2: 300, WaitSeed: 500, C1: 50, C2: 300, FIN: 50, GET: 50 };

/** As many as keep all workers at work for most of a round. */
const SECTORS = 40;

interface LoggedEvent {
  readonly event: string;
  readonly task?: string;
  readonly worker?: string;
  readonly session?: string;
  readonly error?: string;
}

/** A farm whose file is edited again and again while sectors go through it. */
export class FaultFarm {
  readonly sandbox: SandboxFarm;
  readonly hosts: readonly string[];
  readonly #template: string;
  /** Of workers that the harness itself has killed. */
  readonly #killed = new Set<string>();
  readonly #ids = new Map<string, string>();
  readonly #logged: LoggedEvent[] = [];
  /** Bytes of the log of events. */
  #read = 0;
  #submitted = 0;
  #written = 0;

  private constructor(sandbox: SandboxFarm, hosts: readonly string[], template: string) {
    this.sandbox = sandbox;
    this.hosts = hosts;
    this.#template = template;
  }

  static async up(count: number): Promise<FaultFarm> {
    const sandbox = await SandboxFarm.up(count, SPEED);
    const hosts = Array.from({ length: count }, (_, index) => `host-${index + 1}`);
    const text = await readFile(join(sandbox.dir, 'sealfarm.yaml'), 'utf8');
    // Everybody does everything: where one is away, the others go on.
    const template = text
      .replaceAll(/(groups|allowTo): \[[^\]]*\], /g, '')
      .replace(/^storageGroups:\n( {2}.*\n)+/m, '')
      .replace('\nhosts:', '\nrollout: { maxUnavailable: 100% }\n\nhosts:');
    return new FaultFarm(sandbox, hosts, template);
  }

  down(): Promise<void> {
    return this.sandbox.down();
  }

  /** The farm's file with each host as edited. */
  text(edits: ReadonlyMap<string, HostEdit>): string {
    const [head = '', ...parts] = this.#template.split(/^(?= {2}host-\d+:$)/m);
    const hosts = parts.map((part) => {
      const host = /host-\d+/.exec(part)?.[0] ?? '';
      return hostText(part, this.sandbox.host(host), edits.get(host) ?? FIRST);
    });
    return [head, ...hosts].join('');
  }

  async write(edits: ReadonlyMap<string, HostEdit>): Promise<string> {
    const file = join(this.sandbox.dir, 'sealfarm.yaml');
    // Others read it at this moment.
    const next = `${file}.${++this.#written}`;
    await writeFile(next, this.text(edits));
    await rename(next, file);
    return file;
  }

  async submit(sectors = SECTORS): Promise<void> {
    await this.sandbox.submit(sectors);
    this.#submitted += sectors;
  }

  /** The same, and waits until so many workers have begun a PC1: there are more sectors than a few of them take. */
  async submitAndBegin(workers: number): Promise<void> {
    const before = this.#events().length;
    await this.submit();
    await eventually(`PC1 on ${workers} workers`, () => {
      const started = this.#events()
        .slice(before)
        .filter(({ event, task }) => event === 'job-started' && task === 'PC1');
      return new Set(started.map(({ worker }) => worker)).size >= workers;
    });
  }

  /** Whether every sector that was submitted is. */
  allProving(): Promise<boolean> {
    return this.sandbox.allProving(this.#submitted);
  }

  /** For persons: `7 submitted: 5 Proving, 2 PreCommit1`. */
  async whereSectorsAre(): Promise<string> {
    const states = await this.sandbox.eye.sectorStates();
    const counts = [...new Set(states)].map(
      (state) => `${states.filter((one) => one === state).length} ${state}`,
    );
    return `${this.#submitted} submitted: ${counts.join(', ')}`;
  }

  world(host: string): HostWorld {
    return {
      notes: join(this.sandbox.dir, '..', 'notes', host),
      folders: [this.sandbox.host(host)],
      killWorkers: () => {
        this.#killWorkers(host);
      },
    };
  }

  #killWorkers(host: string): void {
    const folder = this.sandbox.host(host, 'state', 'run');
    const sessions = new Map(
      this.#events()
        .filter(({ event }) => event === 'worker-registered')
        .map(({ worker = '', session = '' }) => [worker, session]),
    );
    const known = list(folder).filter((name) => name.endsWith('.pid'));
    const running = known.map(
      (name) => [name, Number(readFileSync(join(folder, name), 'utf8').split(' ')[0])] as const,
    );
    for (const [name, pid] of [...running, ...launching(folder)]) {
      const id = identify(pid);
      if (id === undefined) continue;
      signal(id, 'SIGKILL');
      this.#killed.add(sessions.get(name.slice(0, -'.pid'.length)) ?? '');
    }
  }

  /** Jobs whose work was lost, but for those of workers that the harness killed. */
  lostJobs(): readonly LoggedEvent[] {
    return this.#events().filter(
      ({ event, session = '' }) => event === 'job-failed' && !this.#killed.has(session),
    );
  }

  jobsDone(): number {
    return this.#events().filter(({ event }) => event === 'job-done').length;
  }

  summary(): string {
    const failed = this.#events().filter(({ event }) => event === 'job-failed').length;
    const lost = this.lostJobs().length;
    return `${this.jobsDone()} jobs done, ${failed - lost} lost with workers that the test killed, ${lost} by sealfarm`;
  }

  /** Hosts whose lock is held, with what stands in it. */
  async locks(): Promise<ReadonlyMap<string, string>> {
    const found = await Promise.all(
      this.hosts.map(async (host) => {
        const words = await this.sandbox.read(host, 'state', 'lock').catch(() => undefined);
        return words === undefined ? [] : [[host, words] as const];
      }),
    );
    return new Map(found.flat());
  }

  /** What is wrong with the files of a host, whatever was cut off there: half a file, or a path that has another ID. */
  async wrongFiles(host: string): Promise<readonly string[]> {
    const files = (await readdir(this.sandbox.host(host), { recursive: true })).map(String);
    const wrong = await Promise.all(
      files.map(async (file) => {
        const text = await this.sandbox.read(host, file).catch(() => '{}');
        if (/(manifest|storage|sectorstore)\.json$/.test(file) && !isJson(text))
          return `${host}/${file} is half a file`;
        if (
          file.endsWith('journal.jsonl') &&
          text
            .trimEnd()
            .split('\n')
            .some((line) => !isJson(line))
        )
          return `${host}/${file} has half a line`;
        if (
          file.endsWith('worker.env') &&
          !/^MINER_API_INFO=.+\n[^]*^SEALFARM_BINARY=.+\n[^]*\n$/m.test(text)
        )
          return `${host}/${file} is half a file`;
        return file.endsWith('sectorstore.json') ? this.#otherId(`${host}/${file}`, text) : [];
      }),
    );
    return wrong.flat();
  }

  #otherId(file: string, text: string): readonly string[] {
    const { ID } = JSON.parse(text) as { ID: string };
    const before = this.#ids.get(file) ?? ID;
    this.#ids.set(file, ID);
    return before === ID ? [] : [`the ID of ${file} was ${before} and is ${ID}`];
  }

  /** What sealfarm shall not leave behind. */
  async leftovers(host: string): Promise<readonly string[]> {
    const files = (await readdir(this.sandbox.host(host), { recursive: true })).map(String);
    return files.filter((file) => /sealfarm-tmp$|\.pid\.tmp$/.test(file)).map((file) => `${host}/${file}`);
  }

  /** As every command that changes a host does first and last. */
  async lockAndUnlock(host: string): Promise<void> {
    const lock = this.sandbox.host(host, 'state', 'lock');
    await execa('sh', ['-s'], { input: lockScript(lock, '{"who":"the harness"}') });
    await execa('sh', ['-s'], { input: unlockScript(lock, 'the harness') });
  }

  async forgetNotes(): Promise<void> {
    rmSync(join(this.sandbox.dir, '..', 'notes'), { recursive: true, force: true });
    await mkdir(join(this.sandbox.dir, '..', 'notes'));
  }

  /** What has come since is read alone: an hour of them has many megabytes, and this is asked ten times a second. */
  #events(): readonly LoggedEvent[] {
    const file = openSync(join(this.sandbox.dir, 'miner', 'events.jsonl'), 'r');
    const fresh = Buffer.alloc(fstatSync(file).size - this.#read);
    readSync(file, fresh, { position: this.#read });
    closeSync(file);
    const whole = fresh.subarray(0, fresh.lastIndexOf('\n') + 1);
    this.#read += whole.length;
    const lines = whole.toString('utf8').split('\n');
    this.#logged.push(...lines.filter((line) => line !== '').map((line) => JSON.parse(line) as LoggedEvent));
    return this.#logged;
  }
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Workers that were started just now, whose pid files are not there yet or of before: their shells have them as an argument. */
function launching(folder: string): readonly (readonly [name: string, pid: number])[] {
  return list('/proc').flatMap((pid) => {
    const words = /^\d+$/.test(pid) ? read(`/proc/${pid}/cmdline`).split('\0') : [];
    const file = words.includes('sealfarm-worker')
      ? words.find((word) => word.startsWith(`${folder}/`))
      : undefined;
    return file === undefined ? [] : [[basename(file), Number(pid)] as const];
  });
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
