import { formatEnvFile, parseEnvFile } from '../host/env-file.js';
import { MARK_VARIABLE, PLAIN_SETTING } from '../host/systemd-unit.js';
import type { Mask } from '../secret/fingerprint.js';
import { SECRET_NAME } from '../secret/secret-name.js';
import { Secret } from '../secret/secret.js';

/**
 * What an environment file sets, a line each, by name: only values of `open` names are shown. Comments may hold anything,
 * and show as fingerprints.
 */
export function maskedEnvironment(text: string, open: ReadonlySet<string>, mask: Mask): string {
  const comments = text.split('\n').filter((line) => /^\s*[#;]/.test(line));
  const entries = [...parseEnvFile(text)].sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    ...comments.map((line) => `# ${mask(new Secret(line))}\n`),
    ...entries.map(([name, value]) =>
      open.has(name) && !SECRET_NAME.test(name)
        ? formatEnvFile([{ name, value }]).reveal()
        : `${name}=${mask(new Secret(value))}\n`,
    ),
  ].join('');
}

/** Any other file, in which people may have written what they like. */
export function maskedText(text: string, mask: Mask): string {
  return text
    .split('\n')
    .map((line) => maskedLine(line, mask))
    .join('\n');
}

/** A unit, in which people may have added what they like: of lines that are not `ours` the names of settings alone. */
export function maskedUnit(text: string, ours: ReadonlySet<string>, mask: Mask): string {
  return text
    .split('\n')
    .map((line) => {
      if (line === '' || ours.has(line) || /^\[\w+\]$/.test(line)) return line;
      const [, name = '', value = ''] = /^([A-Za-z]+)=(.*)$/.exec(line) ?? [];
      if (PLAIN_SETTING.test(name)) return maskedLine(line, mask);
      return name === '' ? mask(new Secret(line)) : `${name}=${mask(new Secret(value))}`;
    })
    .join('\n');
}

const OWN_MARK = new RegExp(`^Environment=${MARK_VARIABLE}=\\w*$`);

function maskedLine(line: string, mask: Mask): string {
  const isSecret = SECRET_NAME.test(line) || (/^\s*Environment\s*=/.test(line) && !OWN_MARK.test(line));
  if (!isSecret) return line.replace(/eyJ[\w-]{5,}(?:\.[\w-]*){0,2}/g, (found) => mask(new Secret(found)));
  const named = /^[^=:]*[=:] ?/.exec(line)?.[0] ?? '';
  return `${named}${mask(new Secret(line.slice(named.length)))}`;
}
