import type { WrittenFarm, WrittenSsh } from '../config/written.gen.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { Hardware } from '../farm/farm.js';
import type { AskedHost, Comments } from '../import/imported.js';
import type { SectorSize } from '../lotus/sector-size.js';
import type { HostFacts } from '../observed/facts.js';

/** A host that answered, with what it has. */
export interface SeenHost extends AskedHost {
  readonly facts: HostFacts;
}

/** A host that did not. */
export interface UnseenHost {
  /** Of a person: IP address, DNS name or alias of ssh_config. */
  readonly address: string;
  readonly ssh: WrittenSsh;
  readonly why: Diagnostic;
}

/** What only a person can say. */
export interface Answers {
  /** Name of the farm. */
  readonly name: string;
  readonly sectorSize: SectorSize;
  readonly miner: MinerAnswer;
}

export type MinerAnswer =
  /** It is still to come. */
  | { readonly kind: 'none' }
  | { readonly kind: 'api'; readonly api: string; readonly token: TokenAnswer }
  /** Address or alias of its machine, which may be one of the hosts. */
  | { readonly kind: 'host'; readonly host: string; readonly token: TokenAnswer };

/** Where the token is found; never the token itself. */
export type TokenAnswer = { readonly env: string } | { readonly file: string } | { readonly fromMiner: true };

/** A farm as it could be: each host and worker says all it has, nothing is lifted, and the comments say why. */
export interface Proposal {
  readonly farm: WrittenFarm;
  readonly comments: Comments;
  readonly diagnostics: readonly Diagnostic[];
  /** By host of the file, with all of its file systems; without those that did not answer. */
  readonly hardware: ReadonlyMap<string, Hardware>;
  /** How many workers there are: with none there is nothing to write. */
  readonly workers: number;
}
