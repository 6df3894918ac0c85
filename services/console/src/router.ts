// Which page stands behind an address? Addresses live after the "#", so that the server knows of none of them. Until
// somebody is fully signed in every address leads to the sign-in, and from there on to where it was meant for.
import { createRouter, createWebHashHistory } from 'vue-router';
import { areas } from './pages/areas';
import { useSession } from './session/session';

export const router = createRouter({
  history: createWebHashHistory(),
  scrollBehavior: (to, from, kept) => {
    if (kept) return kept;
    const target = document.getElementById(to.hash.slice(1));
    if (target !== null) return { el: target, top: 64 };
    // What changes on a page about the same organization, such as a filter, leaves it where it is.
    return to.path === from.path && to.query.organization === from.query.organization ? false : { top: 0 };
  },
  routes: [
    { path: '/', redirect: '/home' },
    { path: '/sign-in', component: () => import('./pages/entry/SignInPage.vue'), meta: { open: true } },
    ...areas.flatMap((area) => area.routes),
    { path: '/:rest(.*)*', component: () => import('./pages/entry/LostPage.vue') },
  ],
});

router.beforeEach(async (to) => {
  const session = useSession();
  if (session.phase === 'unknown') await session.start();
  // The frame says why, and asks again.
  if (session.startError !== null) return false;
  if (session.phase === 'in') return to.path === '/sign-in' ? '/home' : true;
  return to.meta.open === true ? true : { path: '/sign-in', query: { to: to.fullPath } };
});
