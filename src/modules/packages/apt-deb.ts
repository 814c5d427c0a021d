import { createHash } from 'node:crypto';
import { sh } from '../../transport/shell/quote.ts';
import { type Apply, type ModuleContext, ModuleFailure, type Plan } from '../module.ts';
import { fetchFirst } from '../network/fetch-first.ts';
import { result } from '../read.ts';
import { kbSection } from '../shell/sections.ts';
import { applyApt } from './apt-apply.ts';
import { type AptFound, aptLookEnvironment, fileLook, parseAptLook } from './apt-look.ts';
import { readsLists } from './apt-plan.ts';
import type { AptWanted } from './apt-wanted.ts';
import { type Deb, debNamed, isFetched, readDeb } from './deb-file.ts';
import { compareDebianVersions } from './debian-version.ts';

/**
 * What `deb` would change. A file on the host tells its package itself; of one that has to be fetched check mode knows
 * its name only, and goes by that.
 */
export const planDeb = (wanted: AptWanted, found: AptFound, checkMode: boolean): Plan => {
  const deb = wanted.deb as string;
  const fetched = isFetched(deb);
  const update = readsLists(wanted, found);
  const pack = fetched ? debNamed(deb) : readDeb(deb, found.deb.fields);
  const needed = pack === undefined || isNeeded(wanted, found, pack, fetched);
  const before = found.packages.find(({ name, status }) => name === pack?.name && status === 'installed');
  const change = {
    what: `package ${pack?.name ?? deb}`,
    before: before?.version ?? null,
    after: pack?.version ?? 'installed',
  };
  return {
    outcome: !checkMode && (update || fetched) ? 'act' : needed ? 'change' : 'nothing',
    changes: needed ? [change] : [],
    result: result({ changed: needed, cache_updated: update, cache_update_time: found.listsTime }),
    ...(pack && { makesTrue: [{ kind: 'package', name: pack.name, state: { state: 'present' } }] }),
  };
};

/** apt-get installs the file, so that what it depends on comes along; what was fetched for it is removed again. */
export const applyDeb = (wanted: AptWanted, found: AptFound, context: ModuleContext): Apply => {
  const deb = wanted.deb as string;
  const install = (seen: AptFound, scratch?: string): Apply => {
    const needed = isNeeded(wanted, seen, readDeb(deb, seen.deb.fields));
    const run = needed ? ['install', seen.deb.path] : undefined;
    return applyApt(wanted, seen, { update: readsLists(wanted, found), run, clean: [], scratch });
  };
  if (!isFetched(deb)) return install(found);
  const digest = createHash('sha256').update(deb).digest('hex').slice(0, 16);
  const path = `/var/cache/apt/archives/k8s-bm-${digest}.deb`;
  return fetchFirst(deb, path, context, () => ({
    script: { functions: [kbSection], text: fileLook(sh`${path}`), environment: aptLookEnvironment },
    finish: (reply) => {
      const seen = { ...parseAptLook(reply.stdout), listsTime: found.listsTime, now: found.now };
      try {
        return install(seen, path);
      } catch (error) {
        return { script: { text: sh`rm -f -- ${path}` }, finish: () => Promise.reject(error) };
      }
    },
  }));
};

/** Whether apt has to install it. Throws where that would be a downgrade that nobody allowed. */
const isNeeded = (wanted: AptWanted, found: AptFound, deb: Deb, lacksEpoch = false): boolean => {
  const installed = found.packages.filter(({ name, status }) => name === deb.name && status === 'installed');
  for (const { version } of installed) {
    const order = compareDebianVersions(lacksEpoch ? version.replace(/^\d+:/, '') : version, deb.version);
    if (order === 0) return false;
    if (order > 0 && !wanted.allowDowngrade && !wanted.force && !lacksEpoch)
      throw new ModuleFailure(
        `A later version is already installed: ${deb.name} ${version}, where ${wanted.deb} has ${deb.version}; allow_downgrade replaces it`,
      );
  }
  return true;
};
