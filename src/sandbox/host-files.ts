import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { HostLayout } from './layout.js';
import { MARK, layout, writeFileAtomically } from './layout.js';
import { apiToken } from './miner/api-secret.js';
import { newConfigToml } from './miner/config.js';
import { entryFile } from './processes.js';
import { DEFAULT_HARDWARE } from './worker/hardware.js';

/** Makes a host's folders and its lotus-worker program; hardware that is described already stays. */
export function writeHostFiles(dir: string, host: HostLayout): void {
  for (const folder of [host.temporary, host.config, host.state, host.sealing, dirname(host.binary)]) {
    mkdirSync(folder, { recursive: true });
  }
  if (!existsSync(host.hardware)) {
    const hardware = { ...DEFAULT_HARDWARE, hostname: host.name };
    writeFileSync(host.hardware, `${JSON.stringify(hardware, null, 2)}\n`);
  }
  writeFileSync(host.binary, wrapper(dir, host));
  chmodSync(host.binary, 0o755);
}

/** `lotus-worker` of one host: the simulator, told which machine it is on. */
function wrapper(dir: string, host: HostLayout): string {
  const entry = entryFile('worker/worker-main.js');
  return `#!/bin/sh
${MARK}=${quote(dir)}
SANDBOX_HARDWARE=${quote(host.hardware)}
SANDBOX_FILE_LIMITS="$(ulimit -Sn):$(ulimit -Hn)"
export ${MARK} SANDBOX_HARDWARE SANDBOX_FILE_LIMITS
exec ${quote(process.execPath)} ${quote(entry)} "$@"
`;
}

/** `lotus-miner` for one host, and what restarts it; its repo is the folder of the sandbox's miner. */
export function writeMinerPrograms(dir: string, { minerBinary, minerRestart }: HostLayout): void {
  for (const [file, entry, words] of [
    [minerBinary, 'miner/cli-main.js', '"$@"'],
    [minerRestart, 'miner/restart-main.js', quote(dir)],
  ] as const) {
    const program = [process.execPath, entryFile(entry)].map(quote).join(' ');
    writeFileSync(file, `#!/bin/sh\nexec ${program} ${words}\n`);
    chmodSync(file, 0o755);
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** What takes hours to fetch on a real farm, as two empty files. */
export function writeProofFiles(dir: string): void {
  const { parameters, parents } = layout(dir);
  for (const [folder, name] of [
    [parameters, 'v28-sandbox.params'],
    [parents, 'v28-sdr-parent-sandbox.cache'],
  ] as const) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, name), '');
  }
}

/** Makes the miner's token, its config.toml and its long-term storage, once. */
export function writeMinerFiles(dir: string): void {
  const files = layout(dir);
  mkdirSync(files.minerStorage, { recursive: true });
  apiToken(dir);
  if (!existsSync(files.minerConfig)) writeFileAtomically(files.minerConfig, newConfigToml());
  const store = join(files.minerStorage, 'sectorstore.json');
  if (existsSync(store)) return;
  const meta = { ID: randomUUID(), Weight: 10, CanSeal: false, CanStore: true, MaxStorage: 0 };
  writeFileAtomically(store, JSON.stringify(meta, null, 2));
  const list = { StoragePaths: [{ Path: files.minerStorage }] };
  writeFileAtomically(join(files.miner, 'storage.json'), JSON.stringify(list, null, 2));
}
