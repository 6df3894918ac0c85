import type { Area } from '../areas';

export default {
  path: '/account',
  routes: [
    { path: '/account', component: () => import('./AccountPage.vue') },
    { path: '/account/second-factor', component: () => import('./SecondFactorPage.vue') },
    { path: '/account/delegate/:grant', component: () => import('./DelegatePage.vue') },
  ],
} satisfies Area;
