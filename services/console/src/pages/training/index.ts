import type { Area } from '../areas';

export default {
  key: 'training', path: '/training', permissions: ['training.session.read'],
  routes: [
    { path: '/training', component: () => import('./TrainingPage.vue') },
    { path: '/training/short', component: () => import('./ShortPage.vue') },
    { path: '/training/sessions/new', component: () => import('./SessionNewPage.vue') },
    { path: '/training/sessions/:session(\\d+)', component: () => import('./SessionPage.vue'), props: true },
    { path: '/training/sessions/:session(\\d+)/edit', component: () => import('./SessionEditPage.vue'), props: true },
    { path: '/training/hours/:member(\\d+)', component: () => import('./HoursPage.vue'), props: true },
    { path: '/training/certificates/:certificate(\\d+)', component: () => import('./CertificatePage.vue'), props: true },
  ],
} satisfies Area;
