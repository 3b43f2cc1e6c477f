// A service worker: gives what comes from the server the headers under which a browser lets a page start threads.
self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', event => event.waitUntil(self.clients.claim()));
self.addEventListener('fetch', event => {
  if (!event.request.url.startsWith(self.location.origin)) return;
  event.respondWith(fetch(event.request).then(answer => {
    if (answer.status === 0) return answer;  // it leads elsewhere
    const headers = new Headers(answer.headers);
    headers.set('Cross-Origin-Opener-Policy', 'same-origin');
    headers.set('Cross-Origin-Embedder-Policy', 'require-corp');
    return new Response(answer.body, {status: answer.status, statusText: answer.statusText, headers});
  }));
});
