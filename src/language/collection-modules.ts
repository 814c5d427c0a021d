/**
 * Modules that Ansible's collections have, whether or not they are written here: so that a misspelt name is told from one that is
 * only missing. Names from the package `ansible` 14.5 and from ansible-core; of collections for other things than Linux hosts
 * (networks' gear, clouds) only the collection's name is kept, and any module of it passes.
 */
export const isCollectionModule = (name: string): boolean => {
  const match = /^(\w+\.\w+)\.([\w.]+)$/.exec(name);
  if (!match) return shortNames().has(name);
  const [, collection = '', module = ''] = match;
  const names = collection === 'ansible.legacy' ? modules['ansible.builtin'] : modules[collection];
  return names === undefined ? others.split(/\s+/).includes(collection) : names.split(/\s+/).includes(module);
};

let known: ReadonlySet<string> | undefined;

/** Old roles leave the collection out. */
const shortNames = (): ReadonlySet<string> => {
  known ??= new Set(Object.values(modules).flatMap((names) => names.trim().split(/\s+/)));
  return known;
};

const modules: Readonly<Record<string, string>> = {
  'ansible.builtin': `
    add_host apt apt_key apt_repository assemble assert async_status async_wrapper blockinfile command copy cron
    deb822_repository debconf debug dnf dnf5 dpkg_selections expect fail fetch file find gather_facts get_url getent
    git group group_by hostname import_playbook import_role import_tasks include include_role include_tasks
    include_vars iptables known_hosts lineinfile meta mount_facts package package_facts pause ping pip raw reboot
    replace rpm_key script service service_facts set_fact set_stats setup shell slurp stat subversion systemd
    systemd_service sysvinit tempfile template unarchive uri user validate_argument_spec wait_for wait_for_connection
    yum yum_repository`,
  'ansible.posix': `
    acl at authorized_key firewalld firewalld_info mount patch rhel_facts rhel_rpm_ostree rpm_ostree_upgrade seboolean
    selinux synchronize sysctl`,
  'ansible.utils': `
    cli_parse fact_diff update_fact validate`,
  'ansible.windows': `
    async_status dsc3 setup slurp win_acl win_acl_inheritance win_audit_policy_system win_audit_rule win_auto_logon
    win_capability win_capability_info win_certificate_info win_certificate_store win_command win_computer_description
    win_copy win_credential win_dhcp_lease win_dns_client win_dns_record win_dns_zone win_dsc win_environment
    win_eventlog win_feature win_feature_info win_file win_file_compression win_find win_firewall win_get_url win_group
    win_group_membership win_hostname win_hosts win_hotfix win_http_proxy win_inet_proxy win_listen_ports_facts
    win_mapped_drive win_optional_feature win_owner win_package win_path win_ping win_powershell win_product_facts
    win_reboot win_reboot_info win_reg_stat win_regedit win_region win_route win_service win_service_info win_share
    win_shell win_stat win_tempfile win_template win_timezone win_updates win_uri win_user win_user_profile
    win_user_right win_wait_for win_whoami`,
  'community.crypto': `
    acme_account acme_account_info acme_ari_info acme_certificate acme_certificate_deactivate_authz
    acme_certificate_order_create acme_certificate_order_finalize acme_certificate_order_info
    acme_certificate_order_validate acme_certificate_renewal_info acme_certificate_revoke acme_challenge_cert_helper
    acme_inspect certificate_complete_chain crypto_info get_certificate luks_device openssh_cert openssh_keypair
    openssl_csr openssl_csr_info openssl_csr_pipe openssl_dhparam openssl_pkcs12 openssl_pkcs12_extract
    openssl_pkcs12_info openssl_privatekey openssl_privatekey_convert openssl_privatekey_info openssl_privatekey_pipe
    openssl_publickey openssl_publickey_info openssl_signature openssl_signature_info x509_certificate
    x509_certificate_convert x509_certificate_info x509_certificate_pipe x509_crl x509_crl_info`,
  'community.docker': `
    current_container_facts docker_compose_v2 docker_compose_v2_exec docker_compose_v2_pull docker_compose_v2_run
    docker_config docker_container docker_container_copy_into docker_container_exec docker_container_info
    docker_context_info docker_host_info docker_image docker_image_build docker_image_export docker_image_info
    docker_image_load docker_image_pull docker_image_push docker_image_remove docker_image_tag docker_login
    docker_network docker_network_info docker_node docker_node_info docker_plugin docker_prune docker_secret
    docker_stack docker_stack_info docker_stack_task_info docker_swarm docker_swarm_info docker_swarm_service
    docker_swarm_service_info docker_volume docker_volume_info`,
  'community.general': `
    aerospike_migrations airbrake_deployment aix_devices aix_filesystem aix_inittab aix_lvg aix_lvol alerta_customer
    ali_instance ali_instance_info alternatives android_sdk ansible_galaxy_install apache2_mod_proxy apache2_module apk
    appimage apt_repo apt_rpm archive awall beadm bigpanda bitbucket_access_key bitbucket_pipeline_key_pair
    bitbucket_pipeline_known_host bitbucket_pipeline_variable bootc_manage bower btrfs_info btrfs_subvolume bundler bzr
    campfire capabilities cargo circonus_annotation cisco_webex cloud_init_data_facts cloudflare_dns cobbler_sync
    cobbler_system composer consul consul_acl_bootstrap consul_agent_check consul_agent_service consul_auth_method
    consul_binding_rule consul_kv consul_kv_info consul_policy consul_role consul_session consul_token copr cpanm
    cronvar crypttab datadog_downtime datadog_event datadog_monitor dconf decompress deploy_helper discord django_check
    django_command django_createcachetable django_dumpdata django_loaddata django_manage dnf_config_manager
    dnf_versionlock dnsimple dnsimple_info dnsmadeeasy dpkg_divert easy_install ejabberd_user elasticsearch_plugin
    emc_vnx_sg_member etcd3 facter_facts file_remove filesize filesystem flatpak flatpak_mask flatpak_remote
    gandi_livedns gconftool2 gconftool2_info gem gio_mime git_config git_config_info github_deploy_key github_issue
    github_key github_release github_repo github_secrets github_secrets_info github_webhook github_webhook_info
    gitlab_branch gitlab_deploy_key gitlab_group gitlab_group_access_token gitlab_group_members gitlab_group_variable
    gitlab_hook gitlab_instance_variable gitlab_issue gitlab_label gitlab_merge_request gitlab_milestone gitlab_project
    gitlab_project_access_token gitlab_project_approvals gitlab_project_badge gitlab_project_members
    gitlab_project_variable gitlab_protected_branch gitlab_runner gitlab_user golang_package google_chat grove gunicorn
    haproxy heroku_collaborator hg homebrew homebrew_cask homebrew_services homebrew_tap homectl honeybadger_deployment
    hpilo_boot hpilo_info hponcfg htpasswd hwc_ecs_instance hwc_evs_disk hwc_network_vpc hwc_smn_topic hwc_vpc_eip
    hwc_vpc_peering_connect hwc_vpc_port hwc_vpc_private_ip hwc_vpc_route hwc_vpc_security_group
    hwc_vpc_security_group_rule hwc_vpc_subnet ibm_sa_domain ibm_sa_host ibm_sa_host_ports ibm_sa_pool ibm_sa_vol
    ibm_sa_vol_map icinga2_downtime icinga2_feature icinga2_host idrac_redfish_command idrac_redfish_config
    idrac_redfish_info ilo_redfish_command ilo_redfish_config ilo_redfish_info imc_rest imgadm infinity
    influxdb_database influxdb_query influxdb_retention_policy influxdb_user influxdb_write ini_file installp
    interfaces_file ip2location_info ip_netns ipa_config ipa_dnsrecord ipa_dnszone ipa_getkeytab ipa_group ipa_hbacrule
    ipa_host ipa_hostgroup ipa_otpconfig ipa_otptoken ipa_pwpolicy ipa_role ipa_service ipa_subca ipa_sudocmd
    ipa_sudocmdgroup ipa_sudorule ipa_user ipa_vault ipbase_info ipify_facts ipinfoio_facts ipmi_boot ipmi_power
    iptables_state ipwcli_dns irc iso_create iso_customize iso_extract jabber java_cert java_keystore jboss
    jenkins_build jenkins_build_info jenkins_credential jenkins_job jenkins_job_info jenkins_node jenkins_plugin
    jenkins_script jira kdeconfig kea_command kernel_blacklist keycloak_authentication
    keycloak_authentication_required_actions keycloak_authentication_v2 keycloak_authz_authorization_scope
    keycloak_authz_custom_policy keycloak_authz_permission keycloak_authz_permission_info keycloak_client
    keycloak_client_rolemapping keycloak_client_rolescope keycloak_clientscope keycloak_clientscope_rolemappings
    keycloak_clientscope_type keycloak_clientsecret_info keycloak_clientsecret_regenerate keycloak_clienttemplate
    keycloak_component keycloak_component_info keycloak_group keycloak_identity_provider keycloak_realm
    keycloak_realm_info keycloak_realm_key keycloak_realm_keys_metadata_info keycloak_realm_localization
    keycloak_realm_rolemapping keycloak_realm_users_info keycloak_role keycloak_user
    keycloak_user_execute_actions_email keycloak_user_federation keycloak_user_rolemapping keycloak_userprofile keyring
    keyring_info kibana_plugin kopia_repository kopia_repository_info krb_ticket launchd layman lbu ldap_attrs
    ldap_entry ldap_inc ldap_passwd ldap_search librato_annotation linode linode_v4 listen_ports_facts lldp_facts
    locale_gen logentries logentries_msg logrotate logstash_plugin lvg lvg_rename lvm_pv lvm_pv_move_data lvol
    lxc_container lxca_cmms lxca_nodes lxd_container lxd_profile lxd_project lxd_storage_pool_info
    lxd_storage_volume_info macports mail make manageiq_alert_profiles manageiq_alerts manageiq_group manageiq_policies
    manageiq_policies_info manageiq_provider manageiq_tags manageiq_tags_info manageiq_tenant manageiq_user mas matrix
    mattermost maven_artifact memset_dns_reload memset_memstore_info memset_server_info memset_zone memset_zone_domain
    memset_zone_record mksysb modprobe monit mqtt mssql_db mssql_script nagios netcup_dns newrelic_deployment nexmo
    nginx_status_info nictagadm nmcli nomad_job nomad_job_info nomad_token nosh npm nsupdate ocapi_command ocapi_info
    odbc office_365_connector_card ohai omapi_host one_host one_image one_image_info one_service one_template one_vm
    one_vnet onepassword_info oneview_datacenter_info oneview_enclosure_info oneview_ethernet_network
    oneview_ethernet_network_info oneview_fc_network oneview_fc_network_info oneview_fcoe_network
    oneview_fcoe_network_info oneview_logical_interconnect_group oneview_logical_interconnect_group_info
    oneview_network_set oneview_network_set_info oneview_san_manager oneview_san_manager_info online_server_info
    online_user_info open_iscsi openbsd_pkg opendj_backendprop openwrt_init opkg osx_defaults ovh_ip_failover
    ovh_ip_loadbalancing_backend ovh_monthly_billing pacemaker_cluster pacemaker_info pacemaker_resource
    pacemaker_stonith packer packet_device packet_ip_subnet packet_project packet_sshkey packet_volume
    packet_volume_attachment pacman pacman_key pagerduty pagerduty_alert pagerduty_change pagerduty_user pam_limits
    pamd parted pear pids pingdom pip_package_info pipx pipx_info pkg5 pkg5_publisher pkgin pkgng pkgutil pmem pnpm
    portage portinstall pritunl_org pritunl_org_info pritunl_user pritunl_user_info pubnub_blocks pulp_repo puppet
    pushover python_requirements_info read_csv redfish_command redfish_config redfish_info redhat_subscription redis
    redis_data redis_data_incr redis_data_info redis_info rhevm rhsm_release rhsm_repository riak rocketchat
    rollbar_deployment rpm_ostree_pkg rundeck_acl_policy rundeck_job_executions_info rundeck_job_run rundeck_project
    runit say scaleway_compute scaleway_compute_private_network scaleway_container scaleway_container_info
    scaleway_container_namespace scaleway_container_namespace_info scaleway_container_registry
    scaleway_container_registry_info scaleway_database_backup scaleway_function scaleway_function_info
    scaleway_function_namespace scaleway_function_namespace_info scaleway_image_info scaleway_ip scaleway_ip_info
    scaleway_lb scaleway_organization_info scaleway_private_network scaleway_security_group
    scaleway_security_group_info scaleway_security_group_rule scaleway_server_info scaleway_snapshot_info
    scaleway_sshkey scaleway_user_data scaleway_volume scaleway_volume_info sefcontext selinux_permissive selogin
    sendgrid seport serestorecon serverless shutdown simpleinit_msb sl_vm slack slackpkg smartos_image_info snap
    snap_alias snap_connect snmp_facts solaris_zone sorcery spectrum_device spectrum_model_attrs ss_3par_cpg ssh_config
    sssd_info stacki_host statsd statusio_maintenance sudoers supervisorctl svc svr4pkg swdepot swupd syslogger
    syspatch sysrc systemd_creds_decrypt systemd_creds_encrypt systemd_info sysupgrade taiga_issue telegram terraform
    timezone twilio udm_dns_record udm_dns_zone udm_group udm_share udm_user ufw uptimerobot urpmi usb_facts
    utm_aaa_group utm_aaa_group_info utm_ca_host_key_cert utm_ca_host_key_cert_info utm_dns_host
    utm_network_interface_address utm_network_interface_address_info utm_proxy_auth_profile utm_proxy_exception
    utm_proxy_frontend utm_proxy_frontend_info utm_proxy_location utm_proxy_location_info uv_python vdo
    vertica_configuration vertica_info vertica_role vertica_schema vertica_user vexata_eg vexata_volume vmadm wakeonlan
    wdc_redfish_command wdc_redfish_info write_binary_file xattr xbps xcc_redfish_command xdg_mime xenserver_facts
    xenserver_guest xenserver_guest_info xenserver_guest_powerstate xfconf xfconf_info xfs_quota xml xml_info yarn
    yum_versionlock zfs zfs_delegate_admin zfs_facts znode zpool zpool_facts zypper zypper_repository
    zypper_repository_info`,
  'community.hashi_vault': `
    vault_database_connection_configure vault_database_connection_delete vault_database_connection_read
    vault_database_connection_reset vault_database_connections_list vault_database_role_create
    vault_database_role_delete vault_database_role_read vault_database_roles_list
    vault_database_rotate_root_credentials vault_database_static_role_create vault_database_static_role_get_credentials
    vault_database_static_role_read vault_database_static_role_rotate_credentials vault_database_static_roles_list
    vault_kv1_get vault_kv2_delete vault_kv2_get vault_kv2_write vault_list vault_login vault_pki_generate_certificate
    vault_read vault_token_create vault_write`,
  'community.libvirt': `
    virt virt_cloud_instance virt_install virt_net virt_pool virt_secret virt_volume`,
  'community.mongodb': `
    mongodb_atlas_cluster mongodb_atlas_federation_role_mapping mongodb_atlas_ldap_user mongodb_atlas_oidc_user
    mongodb_atlas_org_invite mongodb_atlas_user mongodb_atlas_whitelist mongodb_balancer mongodb_index mongodb_info
    mongodb_maintenance mongodb_oplog mongodb_parameter mongodb_replicaset mongodb_role mongodb_schema mongodb_shard
    mongodb_shard_tag mongodb_shard_zone mongodb_shell mongodb_shutdown mongodb_status mongodb_stepdown mongodb_user`,
  'community.postgresql': `
    postgresql_alter_system postgresql_copy postgresql_db postgresql_ext postgresql_idx postgresql_info
    postgresql_membership postgresql_owner postgresql_pg_hba postgresql_ping postgresql_privs postgresql_publication
    postgresql_query postgresql_schema postgresql_script postgresql_sequence postgresql_set postgresql_slot
    postgresql_subscription postgresql_table postgresql_tablespace postgresql_user postgresql_user_obj_stat_info`,
  'community.proxysql': `
    proxysql_backend_servers proxysql_galera_hostgroups proxysql_global_variables proxysql_info proxysql_manage_config
    proxysql_mysql_hostgroup_attributes proxysql_mysql_users proxysql_pgsql_hostgroup_attributes
    proxysql_pgsql_query_rules proxysql_pgsql_query_rules_fast_routing proxysql_pgsql_replication_hostgroups
    proxysql_pgsql_servers proxysql_pgsql_users proxysql_query_rules proxysql_query_rules_fast_routing
    proxysql_replication_hostgroups proxysql_scheduler`,
  'community.rabbitmq': `
    rabbitmq_binding rabbitmq_exchange rabbitmq_feature_flag rabbitmq_global_parameter rabbitmq_parameter
    rabbitmq_plugin rabbitmq_policy rabbitmq_publish rabbitmq_queue rabbitmq_upgrade rabbitmq_user rabbitmq_user_limits
    rabbitmq_vhost rabbitmq_vhost_limits`,
  'community.sops': `
    load_vars sops_encrypt`,
  'community.windows': `
    psexec win_data_deduplication win_defrag win_disk_facts win_disk_image win_dotnet_ngen win_eventlog_entry
    win_file_version win_firewall_rule win_format win_iis_virtualdirectory win_iis_webapplication win_iis_webapppool
    win_iis_webbinding win_iis_website win_initialize_disk win_lineinfile win_msg win_net_adapter_feature win_netbios
    win_nssm win_pagefile win_partition win_pester win_power_plan win_psexec win_psmodule win_psmodule_info
    win_psrepository win_psrepository_copy win_psrepository_info win_psscript win_psscript_info
    win_pssession_configuration win_rabbitmq_plugin win_rds_cap win_rds_rap win_rds_settings win_regmerge win_robocopy
    win_say win_scheduled_task win_scheduled_task_stat win_scoop win_scoop_bucket win_security_policy win_shortcut
    win_snmp win_toast win_unzip win_wait_for_process win_wakeonlan win_webpicmd win_xml win_zip`,
  'containers.podman': `
    podman_container podman_container_copy podman_container_exec podman_container_info podman_containers podman_export
    podman_generate_systemd podman_image podman_image_info podman_import podman_load podman_login podman_login_info
    podman_logout podman_network podman_network_info podman_play podman_pod podman_pod_info podman_prune podman_quadlet
    podman_quadlet_build podman_quadlet_info podman_runlabel podman_save podman_search podman_secret podman_secret_info
    podman_system_connection podman_system_connection_info podman_system_info podman_tag podman_volume
    podman_volume_info`,
  'kubernetes.core': `
    helm helm_info helm_plugin helm_plugin_info helm_pull helm_registry_auth helm_repository helm_template k8s
    k8s_cluster_info k8s_cp k8s_drain k8s_exec k8s_info k8s_json_patch k8s_log k8s_rollback k8s_scale k8s_service
    k8s_taint kubeconfig`,
};

const others = `
  amazon.aws ansible.mariadb ansible.mysql ansible.netcommon arista.eos azure.azcollection check_point.mgmt
  chocolatey.chocolatey cisco.aci cisco.intersight cisco.ios cisco.iosxr cisco.meraki cisco.mso cisco.nxos cisco.ucs
  cloudscale_ch.cloud community.aws community.ciscosmb community.clickhouse community.dns community.grafana
  community.hrobot community.okd community.proxmox community.routeros community.sap_libs community.vmware
  community.zabbix cyberark.pas dellemc.enterprise_sonic dellemc.openmanage dellemc.powerflex dellemc.unity
  f5networks.f5_modules fortinet.fortimanager fortinet.fortios google.cloud grafana.grafana graphiant.naas
  hetzner.hcloud hitachivantara.vspone_block hitachivantara.vspone_object ibm.storage_virtualize ieisystem.inmanage
  infinidat.infinibox infoblox.nios_modules inspur.ispim kaytus.ksmanage kubevirt.core lowlydba.sqlserver
  microsoft.ad microsoft.iis netapp.cloudmanager netapp.ontap netapp.storagegrid netapp_eseries.santricity
  netbox.netbox ngine_io.cloudstack openstack.cloud ovirt.ovirt pcg.alpaca_operator purestorage.flasharray
  purestorage.flashblade ravendb.ravendb splunk.es telekom_mms.icinga_director theforeman.foreman vmware.vmware
  vmware.vmware_rest vultr.cloud vyos.vyos wti.remote`;
