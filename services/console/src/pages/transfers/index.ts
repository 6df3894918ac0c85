import type { Area } from '../areas';

export default {
  key: 'transfers', path: '/transfers', permissions: ['membership.transfer.read'],
  routes: [
    { path: '/transfers', component: () => import('./TransfersPage.vue') },
    { path: '/transfers/new', component: () => import('./NewTransferPage.vue') },
    { path: '/transfers/:transfer', component: () => import('./TransferPage.vue') },
  ],
} satisfies Area;
