import { sh } from '../../transport/shell/quote.ts';
import { defineModule } from '../module.ts';
import { result, texts } from '../read.ts';
import { put, readRecords } from '../shell/records.ts';

interface Found {
  /** Packages that apt has no version of. */
  readonly lacking: readonly string[];
  readonly hasManager: boolean;
}

/**
 * Whether Docker can be installed on a host that has none, asked before anything is. Of apt only, and once it has read its lists:
 * whether another manager has a package could be told only by a search over the network. Reads only.
 */
export const docker_obtainable = defineModule<readonly string[], Found>({
  name: 'docker_obtainable',
  summary: 'Find out whether a host without Docker can get it from its packages',
  options: {
    packages: {
      type: 'list',
      elements: 'str',
      required: true,
      description: 'What Docker would be installed from; the empty list: the user does that.',
    },
  },

  prepare: (args) => texts(args, 'packages'),

  look: (packages) => ({
    script: {
      functions: [put],
      text: sh`if command -v apt-cache >/dev/null 2>&1; then
  kb_put manager apt
  ls /var/lib/apt/lists/*_Packages* >/dev/null 2>&1 && for kb_x in ${packages}; do
    apt-cache -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= policy -- "$kb_x" 2>/dev/null | grep -q '^  Candidate: [^(]' || kb_put lacking "$kb_x"
  done
else
  for kb_x in dnf yum apk zypper pacman; do ! command -v "$kb_x" >/dev/null 2>&1 || kb_put manager "$kb_x"; done
fi
:`,
    },
    parse: (reply) => {
      const { fields, all } = readRecords(reply);
      return {
        lacking: all.flatMap(([key, name]) => (key === 'lacking' ? [name] : [])),
        hasManager: fields.has('manager'),
      };
    },
  }),

  plan: (packages, found) => ({
    outcome: 'nothing',
    changes: [],
    result: result({ changed: false, problems: problemsOf(packages, found as Found) }),
  }),
});

/** What stands in the way, each as a sentence that the host's name stands before. */
const problemsOf = (packages: readonly string[], { lacking, hasManager }: Found): string[] => {
  if (packages.length === 0)
    return ['has no Docker, and docker_packages is empty: install Docker 20.10 or newer, or name its packages there'];
  if (!hasManager)
    return ['has no Docker, and no package manager that could install it: install Docker 20.10 or newer yourself'];
  if (lacking.length === 0) return [];
  return [
    `has no Docker, and apt has no ${lacking.join(', ')} to install: add a repository that has it, or set docker_packages`,
  ];
};
