import type { Area } from '../areas';

export default {
  key: 'administration',
  path: '/administration',
  permissions: ['access.account.read', 'access.client.read', 'audit.record.read', 'operation.job.read'],
  routes: [{
    path: '/administration',
    component: () => import('./AdministrationFrame.vue'),
    children: [
      { path: '', component: () => import('./FirstSection.vue') },
      { path: 'accounts', component: () => import('./accounts/AccountsPage.vue') },
      { path: 'accounts/new', component: () => import('./accounts/NewAccountPage.vue') },
      { path: 'accounts/:account', component: () => import('./accounts/OneAccountPage.vue') },
      { path: 'accounts/:account/grant', component: () => import('./grants/NewGrantPage.vue'), meta: { holder: 'accounts' } },
      { path: 'grants', component: () => import('./grants/OrganizationGrantsPage.vue') },
      { path: 'clients', component: () => import('./clients/ClientsPage.vue') },
      { path: 'clients/new', component: () => import('./clients/NewClientPage.vue') },
      { path: 'clients/:client', component: () => import('./clients/OneClientPage.vue') },
      { path: 'clients/:client/grant', component: () => import('./grants/NewGrantPage.vue'), meta: { holder: 'clients' } },
      { path: 'catalogue', component: () => import('./clients/CataloguePage.vue') },
      { path: 'audit', component: () => import('./audit/AuditPage.vue') },
      { path: 'audit/export', component: () => import('./audit/ExportPage.vue') },
      { path: 'chains', component: () => import('./audit/ChainsPage.vue') },
      { path: 'operation', component: () => import('./operation/OperationPage.vue') },
      { path: 'keys', component: () => import('./operation/KeysPage.vue') },
      { path: 'rules', component: () => import('./rules/RulesPage.vue') },
      { path: 'rules/:service/:ruleSet', component: () => import('./rules/RuleSetPage.vue') },
    ],
  }],
} satisfies Area;
