// Which sections has the administration, and who sees which? Rules are no secret: everybody signed in may read them.
export interface Section {
  /** Of the words section.<key>. */
  key: string;
  path: string;
  /** Shown to whoever holds one of these somewhere; to everybody when empty. */
  permissions: string[];
}

export const sections: readonly Section[] = [
  { key: 'accounts', path: '/administration/accounts', permissions: ['access.account.read'] },
  { key: 'grants', path: '/administration/grants', permissions: ['access.grant.read'] },
  { key: 'clients', path: '/administration/clients', permissions: ['access.client.read'] },
  { key: 'audit', path: '/administration/audit', permissions: ['audit.record.read'] },
  { key: 'chains', path: '/administration/chains', permissions: ['audit.head.read'] },
  { key: 'operation', path: '/administration/operation', permissions: ['operation.job.read', 'operation.event.read'] },
  { key: 'keys', path: '/administration/keys', permissions: ['crypto.rotation.read'] },
  { key: 'catalogue', path: '/administration/catalogue', permissions: ['access.catalogue.read'] },
  { key: 'rules', path: '/administration/rules', permissions: [] },
];

/** The services of the suite, by the names that addresses have. */
export const services = ['gateway', 'membership', 'meeting', 'training', 'evaluation'] as const;
export type Service = (typeof services)[number];

/** The service that an address names, or the first. */
export function serviceOf(text: unknown): Service {
  return services.find((one) => one === text) ?? services[0];
}
