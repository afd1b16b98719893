import { readFile } from 'node:fs/promises';
import { shownByKey } from './beyond-ssh2.js';
import { readKeyFile } from './key-file.js';
import { parseKnownHosts, type KnownHost } from './known-hosts.js';
import { SharedReading } from './shared-reading.js';

/** An entry with the file it stands in. */
export interface NotedHost extends KnownHost {
  readonly file: string;
}

/** Files of the operator, which many hosts share: of those that are reached together each is read and parsed once. */
export class OperatorFiles {
  /** Fails as `readFile` does. */
  readonly knownHosts = new SharedReading(readKnownHosts);
  readonly keys = new SharedReading(readKeyFile);
  /** What beside a key file ssh2 cannot do. */
  readonly beyondSsh2 = new SharedReading(shownByKey);
}

async function readKnownHosts(file: string): Promise<readonly NotedHost[]> {
  return parseKnownHosts(await readFile(file, 'utf8')).map((entry) => ({ ...entry, file }));
}
