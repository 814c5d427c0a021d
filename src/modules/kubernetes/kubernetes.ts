import type { Module } from '../module.ts';
import { certificate } from './certificate.ts';
import { certificate_authority } from './certificate_authority.ts';
import { etcd_access } from './etcd_access.ts';
import { etcd_member } from './etcd_member.ts';
import { host_reach } from './host_reach.ts';
import { host_survey } from './host_survey.ts';
import { k8s } from './k8s.ts';
import { kubernetes_versions } from './kubernetes_versions.ts';
import { node_image } from './node_image.ts';
import { nodes_ready } from './nodes_ready.ts';
import { private_key } from './private_key.ts';
import { registry_reach } from './registry_reach.ts';
import { static_pod } from './static_pod.ts';

/** The modules of this folder. */
export const kubernetes: readonly Module[] = [
  certificate,
  certificate_authority,
  etcd_access,
  etcd_member,
  host_reach,
  host_survey,
  k8s,
  kubernetes_versions,
  node_image,
  nodes_ready,
  private_key,
  registry_reach,
  static_pod,
];
