/** Carries the hash of what a container or static pod was made from: what has it is ours. */
export const hashLabel = 'k8s-bm.hash';

/** Describes what a container was made from, field by field. */
export const specLabel = 'k8s-bm.spec';

/** Kubernetes puts it on every container of a pod. */
export const podLabel = 'io.kubernetes.pod.uid';
