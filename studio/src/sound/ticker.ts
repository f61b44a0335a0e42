// The scheduler's pulse. Timers of a worker keep their pace where the page is hidden and its own slow down.
const everyMs = 25;
let timer = 0;

self.onmessage = (message: MessageEvent<boolean>) => {
  clearInterval(timer);
  if (message.data) timer = self.setInterval(() => self.postMessage(0), everyMs);
};
