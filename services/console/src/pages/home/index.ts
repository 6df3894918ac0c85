import type { Area } from '../areas';

export default {
  key: 'home', path: '/home',
  routes: [{ path: '/home', component: () => import('./HomePage.vue') }],
} satisfies Area;
