/** Longest plan. It keeps etcd and Metacontroller's calls small if there are many VirtualServices. */
export const MAX_PLAN_BYTES = 64 * 1024;
/** Most bytes of a plan that one merge may have: a quarter. */
export const MERGE_BYTES = MAX_PLAN_BYTES / 4;
/** Most merges that get into one VirtualService: more do not fit into a plan. */
export const MAX_MERGES = 256;
/** Most merges that are checked for it, with those that are refused. The results of so many checks are remembered (`problemsOfText`). */
export const MAX_CHECKED = 1024;
/** All annotations of an object together (k8s.io/apimachinery, TotalAnnotationSizeLimitB). */
export const MAX_ANNOTATION_BYTES = 256 * 1024;
/** etcd's default request limit is 1.5 MiB; the rest is left to marks, managedFields and to what the user adds. */
export const MAX_OBJECT_BYTES = 1.25 * 1024 * 1024;
