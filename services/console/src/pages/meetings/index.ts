import type { Area } from '../areas';

export default {
  key: 'meetings', path: '/meetings', permissions: ['meeting.meeting.read', 'meeting.duty.read'],
  routes: [
    { path: '/meetings', component: () => import('./MeetingsPage.vue') },
    { path: '/meetings/new', component: () => import('./NewMeetingPage.vue') },
    { path: '/meetings/:meeting', component: () => import('./MeetingPage.vue') },
    { path: '/meetings/:meeting/record', component: () => import('./RecordPage.vue') },
    { path: '/meetings/:meeting/correct', component: () => import('./CorrectPage.vue') },
    { path: '/meetings/:meeting/versions', component: () => import('./VersionsPage.vue') },
    { path: '/meetings/:meeting/print', component: () => import('./PrintPage.vue') },
  ],
} satisfies Area;
