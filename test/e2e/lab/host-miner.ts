import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SandboxState } from '../../../src/sandbox/layout.js';
import type { ProvingTable } from '../../../src/sandbox/miner/proving.js';
import type { SandboxReport } from '../../../src/sandbox/miner/rpc.js';
import type { LabHostName } from './farm-file.js';
import type { Lab } from './lab.js';

const NODE = '/opt/sealfarm/node';
const DIST = '/opt/sealfarm/dist';
const DIR = '/srv/lotus';

/** LOTUS_MINER_PATH */
export const MINER_REPO = `${DIR}/miner`;
export const MINER_USER = 'lotus';
/** Of its API. */
const PORT = 2345;

const SPEED: SandboxState['speed'] = {
  AP: 100, PC1: 500, PC2: 200, WaitSeed: 300, C1: 50, C2: 200, FIN: 50, GET: 50,
}; // prettier-ignore

const PROGRAM = `#!/bin/sh
if [ "\${1:-}" = run ]; then exec ${NODE} ${DIST}/sandbox/miner/miner-main.js ${DIR}; fi
exec ${NODE} ${DIST}/sandbox/miner/cli-main.js "$@"
`;

const UNIT = `[Unit]
Description=Lotus Miner
[Service]
User=${MINER_USER}
Environment=LOTUS_MINER_PATH=${MINER_REPO}
ExecStart=/usr/local/bin/lotus-miner run
KillSignal=SIGINT
[Install]
WantedBy=multi-user.target
`;

/** The simulated lotus-miner as people keep theirs: a systemd unit of a user of its own, with its repo, on a host of the lab. */
export class HostMiner {
  readonly #lab: Lab;
  readonly #host: LabHostName;

  private constructor(lab: Lab, host: LabHostName) {
    this.#lab = lab;
    this.#host = host;
  }

  /** @param config text of its config.toml */
  static async start(lab: Lab, host: LabHostName, address: string, config: string): Promise<HostMiner> {
    const miner = new HostMiner(lab, host);
    const ports = { ssh: 22, worker: 3456, miner: PORT };
    const state: SandboxState = { hosts: 1, ports, minerAddress: address, speed: SPEED, processes: {} };
    // Where the workers look how long their work lasts. All that is given to the hosts is in this folder.
    const given = (name: string, text: string): Promise<void> =>
      writeFile(join(lab.folder, 'sandbox', name), text);
    await given('sandbox.json', JSON.stringify(state));
    await given('config.toml', config);
    await given('lotus-miner', PROGRAM);
    await given('lotus-miner.service', UNIT);
    const from = join(lab.folder, 'sandbox');
    await lab.sh(
      host,
      `useradd --system --create-home ${MINER_USER}
      install -d -o ${MINER_USER} -g ${MINER_USER} -m 750 ${DIR}
      install -m 755 ${from}/lotus-miner /usr/local/bin/lotus-miner
      install -m 644 ${from}/lotus-miner.service /etc/systemd/system/lotus-miner.service`,
    );
    await miner.#asItsUser(`
      import { writeState, readState } from '${DIST}/sandbox/layout.js';
      import { writeMinerFiles } from '${DIST}/sandbox/host-files.js';
      writeState('${DIR}', readState('${from}'));
      writeMinerFiles('${DIR}');`);
    await lab.sh(
      host,
      `cat ${from}/config.toml >${MINER_REPO}/config.toml; chmod 640 ${MINER_REPO}/config.toml
      systemctl daemon-reload; systemctl enable --quiet --now lotus-miner
      timeout 30 sh -c 'until [ -e ${MINER_REPO}/api ]; do sleep 0.1; done'`,
    );
    return miner;
  }

  /** As it stands in its repo. */
  token(): Promise<string> {
    return this.#lab.at(this.#host, 'cat', `${MINER_REPO}/token`);
  }

  /** The text of config.toml. */
  config(): Promise<string> {
    return this.#lab.at(this.#host, 'cat', `${MINER_REPO}/config.toml`);
  }

  /** Number of its unit's process. */
  pid(): Promise<string> {
    return this.#lab.at(this.#host, 'systemctl', 'show', '-p', 'MainPID', '--value', 'lotus-miner');
  }

  async submit(sectors: number): Promise<void> {
    await this.#call('Sandbox.Submit', [sectors]);
  }

  async report(): Promise<SandboxReport> {
    return JSON.parse(await this.#call('Sandbox.Report', [])) as SandboxReport;
  }

  /** Deadline 0 is open with sectors to prove; or proven, and the next one is far. */
  async setDue(isDue: boolean): Promise<void> {
    const first = { partitions: 1, sectors: 10, proven: isDue ? 0 : 1 };
    const table: ProvingTable = { firstOpens: Date.now() - 60_000, deadlines: { 0: first } };
    await this.#asItsUser(`
      import { setProving } from '${DIST}/sandbox/miner/proving.js';
      setProving('${DIR}', ${JSON.stringify(table)});`);
  }

  #call(method: string, params: readonly unknown[]): Promise<string> {
    return this.#asItsUser(`
      import { minerClient } from '${DIST}/sandbox/miner-client.js';
      console.log(JSON.stringify(await minerClient('${DIR}').call('${method}', ${JSON.stringify(params)}) ?? null));`);
  }

  /** Runs a program for Node as the user of the miner. */
  #asItsUser(program: string): Promise<string> {
    const words = ['runuser', '-u', MINER_USER, '--', NODE, '--input-type=module', '-e', program];
    return this.#lab.at(this.#host, ...words);
  }
}
