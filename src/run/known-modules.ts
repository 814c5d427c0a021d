import type { ModuleNames } from '../language/reading.ts';
import { findModule, nearestModule } from '../modules/modules.ts';
import { nearest } from '../util/nearest.ts';

/** Names that stand where a module's does and that the engine itself acts on. */
const engineActions = [
  'meta',
  'include_tasks',
  'include_role',
  'import_tasks',
  'import_role',
  'validate_argument_spec',
] as const;

/**
 * Modules of ansible-core, and of collections by their short names, as public roles use them. One that is not written here
 * may stand in a playbook, under a condition that never holds on the systems that are: it fails only where it would run.
 */
const elsewhere = `
  add_host apt apt_key apt_repository assemble assert async_status blockinfile command copy cron deb822_repository debconf
  debug dnf dnf5 dpkg_selections expect fail fetch file find gather_facts get_url getent git group group_by hostname
  include_vars iptables known_hosts lineinfile mount_facts package package_facts pause ping pip raw reboot replace rpm_key
  script service service_facts set_fact set_stats setup shell slurp stat subversion systemd systemd_service sysvinit tempfile
  template unarchive uri user wait_for wait_for_connection yum yum_repository
  acl alternatives apk archive authorized_key at docker_login dpkg_divert firewalld helm homebrew htpasswd ini_file
  java_keystore jenkins_plugin launchd locale_gen lvg lvol make modprobe mount mysql_db mysql_info mysql_query
  mysql_replication mysql_user nmcli npm openbsd_pkg openssh_keypair openssl_csr openssl_dhparam openssl_privatekey
  openssl_privatekey_info openssl_pkcs12 pacman pam_limits pamd parted patch pkg5 pkgin pkgng pkgutil portage portinstall
  postgresql_db postgresql_ext postgresql_privs postgresql_user rabbitmq_user redhat_subscription rhsm_repository
  seboolean sefcontext selinux seport snap sudoers synchronize sysctl syspatch timezone ufw x509_certificate
  x509_certificate_info xml zypper zypper_repository
  win_acl win_chocolatey win_command win_copy win_dsc win_environment win_feature win_file win_find win_firewall_rule
  win_get_url win_group win_lineinfile win_package win_path win_ping win_powershell win_reboot win_reg_stat win_regedit
  win_service win_shell win_stat win_template win_unzip win_updates win_user win_wait_for
`;

const elsewhereNames: ReadonlySet<string> = new Set(elsewhere.split(/\s+/).filter(Boolean));

const shortName = (name: string): string => name.replace(/^ansible\.(builtin|legacy)\./, '');

/** What may stand where a task names its module. A name with two dots is a collection's, which can't be told wrong here. */
export const moduleNames: ModuleNames = {
  has: (name) => {
    const short = shortName(name);
    const known = findModule(name) !== undefined || engineActions.some((action) => action === short);
    return known || elsewhereNames.has(short) || /^\w+\.\w+\.\w+$/.test(short);
  },
  nearest: (name) => nearestModule(name) ?? nearest(shortName(name), [...engineActions, ...elsewhereNames]),
};
