// Plays the notes beside a piano roll: oscillators and noise of the browser's own, nothing from a network.
// `root` holds a button, a slider and an output; `notes` are [start, duration, pitch, velocity, voice] in order of
// their starts, seconds and MIDI, voice 0..15 a family of General MIDI, -1 drums.
//
// What it does can be read off `root`: data-state is stopped, playing, paused or unavailable, data-scheduled
// how many notes were given to the audio clock since Play.
(function (root, notes, end) {
  'use strict';
  const button = root.querySelector('button');
  const slider = root.querySelector('input');
  const clock = root.querySelector('output');
  const head = root.querySelector('.magenta-head');
  const WAVES = ['triangle', 'sine', 'square', 'triangle', 'sawtooth', 'sawtooth', 'sawtooth', 'sawtooth',
    'square', 'sine', 'square', 'sawtooth', 'sine', 'triangle', 'square', 'sine'];
  const AHEAD = 0.4;  // seconds that are scheduled before they sound
  let audio = null, master = null, noise = null, timer = 0, next = 0, zero = 0, position = 0;

  function show(seconds) {
    position = Math.min(Math.max(seconds, 0), end);
    slider.value = String(position);
    const text = (s) => Math.floor(s / 60) + ':' + String(Math.floor(s % 60)).padStart(2, '0');
    clock.textContent = text(position) + ' / ' + text(end);
    slider.setAttribute('aria-valuetext', clock.textContent);
    if (head) head.setAttribute('transform', 'translate(' + (end > 0 ? position / end : 0) * 1000 + ' 0)');
  }

  function setState(state) {
    root.dataset.state = state;
    button.textContent = state === 'playing' ? 'Pause' : 'Play';
  }

  function noiseBuffer() {
    const buffer = audio.createBuffer(1, audio.sampleRate / 2, audio.sampleRate);
    const samples = buffer.getChannelData(0);
    let random = 1;
    for (let i = 0; i < samples.length; ++i) {
      random = (random * 16807) % 2147483647;
      samples[i] = random / 1073741824 - 1;
    }
    return buffer;
  }

  function sound(note) {
    const [start, duration, pitch, velocity, voice] = note;
    const at = Math.max(zero + start, audio.currentTime);
    const until = Math.max(zero + start + duration, at + 0.03);
    const loud = 0.25 * Math.pow(velocity / 127, 1.5) + 0.001;
    const gain = audio.createGain();
    gain.connect(master);
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(loud, at + 0.005);
    let source;
    if (voice < 0) {  // a drum: a burst of noise, the lower the deeper and longer
      const length = pitch < 41 ? 0.25 : 0.12;
      source = audio.createBufferSource();
      source.buffer = noise;
      const filter = audio.createBiquadFilter();
      filter.type = pitch < 41 ? 'lowpass' : 'bandpass';
      filter.frequency.value = pitch < 37 ? 150 : 120 * Math.pow(2, (pitch - 35) / 5);
      source.connect(filter).connect(gain);
      gain.gain.exponentialRampToValueAtTime(0.0001, at + length);
      source.start(at);
      source.stop(at + length);
    } else {
      source = audio.createOscillator();
      source.type = WAVES[voice];
      source.frequency.value = 440 * Math.pow(2, (pitch - 69) / 12);
      source.connect(gain);
      gain.gain.linearRampToValueAtTime(loud * 0.6, Math.min(at + 0.15, until));
      gain.gain.setValueAtTime(loud * 0.6, until);
      gain.gain.linearRampToValueAtTime(0, until + 0.04);
      source.start(at);
      source.stop(until + 0.05);
    }
    root.dataset.scheduled = String(Number(root.dataset.scheduled) + 1);
  }

  function tick() {
    const now = audio.currentTime - zero;
    for (; next < notes.length && notes[next][0] < now + AHEAD; ++next) {
      if (notes[next][0] + notes[next][1] > now - 0.05) sound(notes[next]);
    }
    show(now);
    if (now > end + 0.2) stop('stopped', 0);
  }

  function stop(state, seconds) {
    clearInterval(timer);
    if (master) master.disconnect();
    master = null;
    setState(state);
    show(seconds);
  }

  function play() {
    const Audio = window.AudioContext || window.webkitAudioContext;
    if (!Audio) {
      setState('unavailable');
      button.disabled = true;
      return;
    }
    if (!audio) {
      audio = new Audio();
      noise = noiseBuffer();
    }
    audio.resume();
    master = audio.createGain();
    master.connect(audio.destination);
    if (position >= end) position = 0;
    zero = audio.currentTime + 0.05 - position;
    next = 0;
    root.dataset.scheduled = '0';
    setState('playing');
    timer = setInterval(tick, 50);
    tick();
  }

  button.addEventListener('click', function () {
    if (root.dataset.state === 'playing') stop('paused', position);
    else play();
  });
  slider.addEventListener('input', function () {
    const playing = root.dataset.state === 'playing';
    const seconds = Number(slider.value);
    if (playing) stop(seconds < end ? 'paused' : 'stopped', seconds);
    show(seconds);
    if (playing && seconds < end) play();
  });
  show(0);
})
