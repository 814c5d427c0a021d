import { sh } from '../../transport/shell/quote.ts';
import { type Arguments, defineModule, type Look, type ModuleContext, type OptionTable } from '../module.ts';
import { flag, needed, text } from '../read.ts';
import { expanded, home, remotePath } from '../shell/path.ts';
import { fail, put, readRecords } from '../shell/records.ts';
import { askStat, readStat, stat, whyUnreadable } from '../shell/stat.ts';
import { readWalk, walk } from '../shell/walk.ts';
import {
  attributeFunctions,
  attributeLook,
  attributeOptions,
  readAttributes,
  readAttributesFound,
} from './attributes.ts';
import { planHard, planLink } from './file-links.ts';
import { planAbsent, planDirectory, planFile, planTouch } from './file-states.ts';
import { readTime, timeLook, timeOptions } from './file-times.ts';
import { type FileFound, type FileWanted, finishFile } from './file-wanted.ts';
import { pathResult, stateOf } from './path-result.ts';

const options: OptionTable = {
  path: { type: 'path', required: true, aliases: ['dest', 'name'], description: 'The path to manage.' },
  state: {
    type: 'str',
    choices: ['absent', 'directory', 'file', 'hard', 'link', 'touch'],
    description: 'What is to be there; without it, what is there already.',
  },
  src: { type: 'path', description: 'What a link leads to.' },
  recurse: { type: 'bool', default: false, description: 'Whether owner and mode are set all the way down.' },
  force: { type: 'bool', default: false, description: 'Whether a link may lead nowhere, or take the place of a file.' },
  follow: { type: 'bool', default: true, description: 'Whether a link is followed to what it leads to.' },
  ...timeOptions,
  ...attributeOptions,
};

/** Makes, removes, links and touches paths, and sets who may do what with them. */
export const file = defineModule<FileWanted, FileFound>({
  name: 'file',
  summary: 'Manage files, directories and links, and their properties',
  options,
  prepare: (args) => readWanted(args),
  look: (wanted, context) => look(wanted, context),
  plan: (wanted, found, context) =>
    planners[stateWanted(wanted, found as FileFound)](wanted, found as FileFound, context),
  apply: (wanted, found, plan) => finishFile(wanted, found as FileFound, plan),
});

const planners = {
  absent: planAbsent,
  directory: planDirectory,
  file: planFile,
  hard: planHard,
  link: planLink,
  touch: planTouch,
} as const;

const readWanted = (args: Arguments): FileWanted => {
  const path = needed(args, 'path');
  return {
    // A slash at the end would make a path of a link mean what it leads to.
    path: path.replace(/(?<=.)\/+$/, '') || '/',
    state: text(args, 'state') as FileWanted['state'],
    src: text(args, 'src'),
    recurse: flag(args, 'recurse'),
    force: flag(args, 'force'),
    follow: flag(args, 'follow'),
    atime: readTime(args, 'access_time'),
    mtime: readTime(args, 'modification_time'),
    attributes: readAttributes(args),
  };
};

/** Without `state`, what is there stays what it is. */
const stateWanted = (wanted: FileWanted, found: FileFound): keyof typeof planners => {
  if (wanted.state !== undefined) return wanted.state;
  const now = stateOf(found.stat);
  if (now !== 'absent') return now;
  return wanted.recurse ? 'directory' : 'file';
};

const look = (wanted: FileWanted, context: ModuleContext): Look<FileFound> => {
  const { src, state, attributes } = wanted;
  const listing = wanted.recurse || (state === 'absent' && context.diffMode);
  const text = sh`kb_path=${remotePath(wanted.path)}
kb_put path "$kb_path"
kb_stat '' "$kb_path"
if [ -L "$kb_path" ]; then kb_stat to_ "$kb_path" -L; kb_real=$(readlink -f -- "$kb_path"; printf .); kb_real=\${kb_real%.}
  kb_put real "\${kb_real%
}"; else kb_real=$kb_path; fi
kb_new=$kb_path
while [ "$kb_new" ] && [ ! -e "$kb_new" ] && [ ! -L "$kb_new" ]; do
  kb_put new "$kb_new"
  case $kb_new in */*) kb_new=\${kb_new%/*} ;; *) kb_new= ;; esac
done
${
  src === undefined || (state !== 'link' && state !== 'hard')
    ? sh`:`
    : sh`kb_src=${state === 'link' ? expanded(src) : remotePath(src)}
kb_put src "$kb_src"
case $kb_src in /*) ;; *) [ ${state} = hard ] || case $kb_path in */*) kb_src=\${kb_path%/*}/$kb_src ;; esac ;; esac
kb_stat src_ "$kb_src" -L
if [ -d "$kb_path" ] && [ ! -L "$kb_path" ] && [ "$(ls -A -- "$kb_path")" ]; then kb_put full 1; fi`
}
${attributeLook(attributes, sh`"$kb_path"`)}
${timeLook('atime', wanted.atime)}
${timeLook('mtime', wanted.mtime)}
${listing ? sh`if [ -d "$kb_path" ]; then kb_walk ${wanted.follow && wanted.recurse ? sh`-L ` : sh``}"$kb_real" -mindepth 1; fi` : sh`:`}
:`;
  return {
    script: {
      text,
      functions: [put, fail, home, stat, walk, ...attributeFunctions],
      batches: [askStat(wanted.path)],
    },
    parse: (reply) => {
      const records = readRecords(reply);
      const { fields, all } = records;
      const own = readStat(records);
      return {
        path: fields.get('path') ?? wanted.path,
        real: fields.get('real'),
        stat: own,
        unreadable: whyUnreadable(records),
        target: readStat(records, 'to_'),
        missing: all
          .filter(([key]) => key === 'new')
          .map(([, value]) => value)
          .reverse(),
        src: fields.get('src'),
        srcStat: readStat(records, 'src_'),
        full: fields.has('full'),
        attributes: readAttributesFound(
          attributes,
          records,
          new Map([['path', fields.get('path') ?? ''], ...pathResult(own)]),
        ),
        atime: fields.get('atime'),
        mtime: fields.get('mtime'),
        below: listing ? readWalk(records) : [],
      };
    },
  };
};
