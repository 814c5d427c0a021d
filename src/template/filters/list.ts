import type { Plugin } from '../plugin.ts';
import { abs } from './abs.ts';
import { attr } from './attr.ts';
import { b64decode } from './b64decode.ts';
import { b64encode } from './b64encode.ts';
import { basename } from './basename.ts';
import { batch } from './batch.ts';
import { bool } from './bool.ts';
import { capitalize } from './capitalize.ts';
import { center } from './center.ts';
import { combinations } from './combinations.ts';
import { combine } from './combine.ts';
import { comment } from './comment.ts';
import { defaultFilter } from './default.ts';
import { dict2items } from './dict2items.ts';
import { dictsort } from './dictsort.ts';
import { difference } from './difference.ts';
import { dirname } from './dirname.ts';
import { escapeFilter } from './escape.ts';
import { expanduser, expandvars } from './expandvars.ts';
import { extract } from './extract.ts';
import { fileglob } from './fileglob.ts';
import { filesizeformat } from './filesizeformat.ts';
import { first } from './first.ts';
import { flatten } from './flatten.ts';
import { float } from './float.ts';
import { forceescape } from './forceescape.ts';
import { format } from './format.ts';
import { from_json } from './from_json.ts';
import { from_yaml } from './from_yaml.ts';
import { from_yaml_all } from './from_yaml_all.ts';
import { groupby } from './groupby.ts';
import { checksum, hash, md5, sha1 } from './hash.ts';
import { human_readable } from './human_readable.ts';
import { human_to_bytes } from './human_to_bytes.ts';
import { indent } from './indent.ts';
import { int } from './int.ts';
import { intersect } from './intersect.ts';
import {
  ipaddr,
  ipmath,
  ipsubnet,
  ipv4,
  ipv6,
  ipwrap,
  network_in_network,
  next_nth_usable,
  nthhost,
  previous_nth_usable,
} from './ipaddr.ts';
import { items } from './items.ts';
import { items2dict } from './items2dict.ts';
import { join } from './join.ts';
import { json_query } from './json_query.ts';
import { dict_kv, dictFilter, keep_keys, remove_keys, version_sort } from './keep_keys.ts';
import { last } from './last.ts';
import { length } from './length.ts';
import { listFilter } from './list-filter.ts';
import { log, pow, root } from './log.ts';
import { lower } from './lower.ts';
import { mandatory } from './mandatory.ts';
import { map } from './map.ts';
import { max } from './max.ts';
import { min } from './min.ts';
import { password_hash } from './password_hash.ts';
import { path_join } from './path_join.ts';
import { permutations } from './permutations.ts';
import { pprint } from './pprint.ts';
import { product } from './product.ts';
import { quote } from './quote.ts';
import { random } from './random.ts';
import { regex_escape } from './regex_escape.ts';
import { regex_findall } from './regex_findall.ts';
import { regex_replace } from './regex_replace.ts';
import { regex_search } from './regex_search.ts';
import { reject } from './reject.ts';
import { rejectattr } from './rejectattr.ts';
import { rekey_on_member } from './rekey_on_member.ts';
import { commonpath, normpath, realpath, relpath } from './relpath.ts';
import { replace } from './replace.ts';
import { reverse } from './reverse.ts';
import { round } from './round.ts';
import { safe } from './safe.ts';
import { select } from './select.ts';
import { selectattr } from './selectattr.ts';
import { shuffle } from './shuffle.ts';
import { slice } from './slice.ts';
import { sort } from './sort.ts';
import { split } from './split.ts';
import { splitext } from './splitext.ts';
import { strftime } from './strftime.ts';
import { string } from './string.ts';
import { striptags } from './striptags.ts';
import { subelements } from './subelements.ts';
import { sum } from './sum.ts';
import { symmetric_difference } from './symmetric_difference.ts';
import { ternary } from './ternary.ts';
import { title } from './title.ts';
import { to_datetime } from './to_datetime.ts';
import { to_json } from './to_json.ts';
import { to_nice_json } from './to_nice_json.ts';
import { to_nice_yaml } from './to_nice_yaml.ts';
import { to_uuid } from './to_uuid.ts';
import { to_yaml } from './to_yaml.ts';
import { tojson } from './tojson.ts';
import { trim } from './trim.ts';
import { truncate } from './truncate.ts';
import { type_debug } from './type_debug.ts';
import { union } from './union.ts';
import { unique } from './unique.ts';
import { upper } from './upper.ts';
import { urldecode } from './urldecode.ts';
import { urlencode } from './urlencode.ts';
import { urlize } from './urlize.ts';
import { urlsplit } from './urlsplit.ts';
import { win_basename, win_dirname, win_splitdrive } from './win_basename.ts';
import { wordcount } from './wordcount.ts';
import { wordwrap } from './wordwrap.ts';
import { xmlattr } from './xmlattr.ts';
import { zip } from './zip.ts';
import { zip_longest } from './zip_longest.ts';

/** Every filter by the names that templates have for it. */
export const filters: ReadonlyMap<string, Plugin> = new Map<string, Plugin>([
  ['abs', abs],
  ['ansible.netcommon.ipaddr', ipaddr],
  ['ansible.netcommon.ipmath', ipmath],
  ['ansible.netcommon.ipsubnet', ipsubnet],
  ['ansible.netcommon.ipv4', ipv4],
  ['ansible.netcommon.ipv6', ipv6],
  ['ansible.netcommon.ipwrap', ipwrap],
  ['ansible.netcommon.network_in_network', network_in_network],
  ['ansible.netcommon.next_nth_usable', next_nth_usable],
  ['ansible.netcommon.nthhost', nthhost],
  ['ansible.netcommon.previous_nth_usable', previous_nth_usable],
  ['ansible.utils.ipaddr', ipaddr],
  ['ansible.utils.ipmath', ipmath],
  ['ansible.utils.ipsubnet', ipsubnet],
  ['ansible.utils.ipv4', ipv4],
  ['ansible.utils.ipv6', ipv6],
  ['ansible.utils.ipwrap', ipwrap],
  ['ansible.utils.network_in_network', network_in_network],
  ['ansible.utils.next_nth_usable', next_nth_usable],
  ['ansible.utils.nthhost', nthhost],
  ['ansible.utils.previous_nth_usable', previous_nth_usable],
  ['attr', attr],
  ['b64decode', b64decode],
  ['b64encode', b64encode],
  ['basename', basename],
  ['batch', batch],
  ['bool', bool],
  ['capitalize', capitalize],
  ['center', center],
  ['checksum', checksum],
  ['combinations', combinations],
  ['combine', combine],
  ['comment', comment],
  ['commonpath', commonpath],
  ['community.general.dict', dictFilter],
  ['community.general.dict_kv', dict_kv],
  ['community.general.json_query', json_query],
  ['community.general.keep_keys', keep_keys],
  ['community.general.remove_keys', remove_keys],
  ['community.general.version_sort', version_sort],
  ['count', length],
  ['d', defaultFilter],
  ['default', defaultFilter],
  ['dict2items', dict2items],
  ['dictsort', dictsort],
  ['difference', difference],
  ['dirname', dirname],
  ['e', escapeFilter],
  ['escape', escapeFilter],
  ['expanduser', expanduser],
  ['expandvars', expandvars],
  ['extract', extract],
  ['fileglob', fileglob],
  ['filesizeformat', filesizeformat],
  ['first', first],
  ['flatten', flatten],
  ['float', float],
  ['forceescape', forceescape],
  ['format', format],
  ['from_json', from_json],
  ['from_yaml', from_yaml],
  ['from_yaml_all', from_yaml_all],
  ['groupby', groupby],
  ['hash', hash],
  ['human_readable', human_readable],
  ['human_to_bytes', human_to_bytes],
  ['indent', indent],
  ['int', int],
  ['intersect', intersect],
  ['ipaddr', ipaddr],
  ['ipmath', ipmath],
  ['ipsubnet', ipsubnet],
  ['ipv4', ipv4],
  ['ipv6', ipv6],
  ['ipwrap', ipwrap],
  ['items', items],
  ['items2dict', items2dict],
  ['join', join],
  ['json_query', json_query],
  ['last', last],
  ['length', length],
  ['list', listFilter],
  ['log', log],
  ['lower', lower],
  ['mandatory', mandatory],
  ['map', map],
  ['max', max],
  ['md5', md5],
  ['min', min],
  ['network_in_network', network_in_network],
  ['next_nth_usable', next_nth_usable],
  ['normpath', normpath],
  ['nthhost', nthhost],
  ['password_hash', password_hash],
  ['path_join', path_join],
  ['permutations', permutations],
  ['pow', pow],
  ['pprint', pprint],
  ['previous_nth_usable', previous_nth_usable],
  ['product', product],
  ['quote', quote],
  ['random', random],
  ['realpath', realpath],
  ['regex_escape', regex_escape],
  ['regex_findall', regex_findall],
  ['regex_replace', regex_replace],
  ['regex_search', regex_search],
  ['reject', reject],
  ['rejectattr', rejectattr],
  ['rekey_on_member', rekey_on_member],
  ['relpath', relpath],
  ['replace', replace],
  ['reverse', reverse],
  ['root', root],
  ['round', round],
  ['safe', safe],
  ['select', select],
  ['selectattr', selectattr],
  ['sha1', sha1],
  ['shuffle', shuffle],
  ['slice', slice],
  ['sort', sort],
  ['split', split],
  ['splitext', splitext],
  ['strftime', strftime],
  ['string', string],
  ['striptags', striptags],
  ['subelements', subelements],
  ['sum', sum],
  ['symmetric_difference', symmetric_difference],
  ['ternary', ternary],
  ['title', title],
  ['to_datetime', to_datetime],
  ['to_json', to_json],
  ['to_nice_json', to_nice_json],
  ['to_nice_yaml', to_nice_yaml],
  ['to_uuid', to_uuid],
  ['to_yaml', to_yaml],
  ['tojson', tojson],
  ['trim', trim],
  ['truncate', truncate],
  ['type_debug', type_debug],
  ['union', union],
  ['unique', unique],
  ['upper', upper],
  ['urldecode', urldecode],
  ['urlencode', urlencode],
  ['urlize', urlize],
  ['urlsplit', urlsplit],
  ['win_basename', win_basename],
  ['win_dirname', win_dirname],
  ['win_splitdrive', win_splitdrive],
  ['wordcount', wordcount],
  ['wordwrap', wordwrap],
  ['xmlattr', xmlattr],
  ['zip', zip],
  ['zip_longest', zip_longest],
]);
