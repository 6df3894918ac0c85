import type { Area } from '../areas';

export default {
  key: 'members', path: '/members', permissions: ['membership.member.read'],
  routes: [
    { path: '/members', component: () => import('./MembersPage.vue') },
    { path: '/members/new', component: () => import('./form/MemberNewPage.vue') },
    { path: '/members/import', component: () => import('./roster/RosterPage.vue') },
    { path: '/members/import/:import', component: () => import('./roster/RosterImportPage.vue') },
    { path: '/members/exports', component: () => import('./exports/ExportsPage.vue') },
    { path: '/members/:member(\\d+)', component: () => import('./member/MemberPage.vue') },
    { path: '/members/:member(\\d+)/edit', component: () => import('./form/MemberEditPage.vue') },
  ],
} satisfies Area;
