/**
 * The text that goes to `sh -s` for a script. sh reads a compound command to its end before it does any of it: a
 * connection that breaks while the script is on its way leaves a syntax error on the host, not half the work.
 * Line numbers in sh's messages stay the script's own.
 */
export function shInput(script: string): string {
  return `{ :; ${script}\n}\n`;
}
