import type { Area } from '../areas';

export default {
  key: 'county', path: '/county',
  // Whoever answers for an organization; a plain member may read duties too, but has nothing to look after here.
  permissions: ['membership.report.read'],
  routes: [
    { path: '/county', component: () => import('./BoardPage.vue') },
    { path: '/county/overdue', component: () => import('./OverduePage.vue') },
    { path: '/county/duties', component: () => import('./DutiesPage.vue') },
    { path: '/county/trends', component: () => import('./TrendsPage.vue') },
    { path: '/county/counts', component: () => import('./CountsPage.vue') },
    { path: '/county/statistics', component: () => import('./StatisticsPage.vue') },
    { path: '/county/statistics/:report', component: () => import('./ReportPage.vue') },
  ],
} satisfies Area;
