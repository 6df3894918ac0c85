import type { Area } from '../areas';

export default {
  key: 'admission', path: '/admission', permissions: ['membership.admission.read'],
  routes: [
    { path: '/admission', component: () => import('./AdmissionPage.vue') },
    { path: '/admission/new', component: () => import('./ApplicationPage.vue') },
    { path: '/admission/:case', component: () => import('./CasePage.vue') },
  ],
} satisfies Area;
