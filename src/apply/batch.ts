/** One of several scripts that go to a host together. */
export interface BatchPart {
  readonly script: string;
  /** Places in the batch of those without which it is not begun. */
  readonly after: readonly number[];
}

export interface PartOutput {
  /** Exit status. */
  readonly status: number;
  readonly stderr: string;
}

/**
 * Runs scripts one after the other, each in a shell of its own: what one sets, and that it ends, concerns no other.
 * Prints a line for each that was begun: its place, its status, and in base64 what it said on standard error.
 */
export function batchScript(parts: readonly BatchPart[]): string {
  return [HEAD, ...parts.map(partScript)].join('\n');
}

const HEAD = `set -u
good=' '
all() { for place; do case $good in *" $place "*) ;; *) return 1 ;; esac; done; }
ended() {
  [ "$2" -ne 0 ] || good="$good$1 "
  printf '%s %s %s\\n' "$1" "$2" "$(printf %s "$3" | base64 | tr -d '\\n')"
}`;

// The call stands alone on its line: behind \`||\` or in a condition \`set -e\` would be of no effect in it.
function partScript({ script, after }: BatchPart, place: number): string {
  return `part_${place}() (
${script}
)
if all ${after.join(' ')}; then
why=$(part_${place} 2>&1 >/dev/null </dev/null)
ended ${place} "$?" "$why"
fi
`;
}

/** By place; those that were not begun, or of which a broken connection kept the word, are not among them. */
export function parseBatch(stdout: string): ReadonlyMap<number, PartOutput> {
  const lines = stdout.split('\n').flatMap((line) => {
    const [, place, status, said = ''] = /^(\d+) (\d+) ([A-Za-z0-9+/=]*)$/.exec(line) ?? [];
    if (place === undefined || status === undefined) return [];
    return [
      [Number(place), { status: Number(status), stderr: Buffer.from(said, 'base64').toString() }] as const,
    ];
  });
  return new Map(lines);
}
