// Starts the console.
import './oldBrowsers';
import 'element-plus/theme-chalk/index.css';
import 'element-plus/theme-chalk/dark/css-vars.css';
import './theme/theme.css';
import { createPinia } from 'pinia';
import { createApp } from 'vue';
import App from './App.vue';
import { router } from './router';
import { i18n, setLocale, type Locale } from './text';
import { startAppearance } from './theme/appearance';

startAppearance();
setLocale(i18n.global.locale.value as Locale);
createApp(App).use(createPinia()).use(i18n).use(router).mount('#app');
