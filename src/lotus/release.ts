/** `1.36.2-rc1` of `v1.36.2-rc1+mainnet+git.8a722b5`: the rest is the network and the build. */
export function releaseOf(version: string): string {
  return version.replace(/^v/, '').replace(/\+.*$/s, '');
}

/** `1.36` of `1.36.2`: releases of one series differ in their last number alone, and no change of the API is known between them. */
export function seriesOf(version: string): string {
  return releaseOf(version).split('.', 2).join('.');
}
