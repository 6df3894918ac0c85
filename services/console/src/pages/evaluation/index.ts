import type { Area } from '../areas';

export default {
  key: 'evaluation', path: '/evaluation', permissions: ['evaluation.round.read'],
  routes: [
    { path: '/evaluation', component: () => import('./RoundsPage.vue') },
    { path: '/evaluation/rounds/new', component: () => import('./RoundNewPage.vue') },
    { path: '/evaluation/rounds/:round(\\d+)', component: () => import('./RoundPage.vue'), props: true },
    { path: '/evaluation/rounds/:round(\\d+)/scores/:score(\\d+)', component: () => import('./ScorePage.vue'), props: true },
    { path: '/evaluation/schemes', component: () => import('./SchemesPage.vue') },
    { path: '/evaluation/schemes/:scheme(\\d+)', component: () => import('./SchemePage.vue'), props: true },
  ],
} satisfies Area;
