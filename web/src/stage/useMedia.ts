import { useEffect, useRef, useState } from 'preact/hooks';
import type { RefObject } from 'preact';
import type { Place } from '../model/place';
import type { Go } from '../parts/hooks';
import type { Playhead, Transport } from '../parts/playhead';

export interface Media<T> {
  ref: RefObject<T | null>;
  time: number;
  length: number;
  playing: boolean;
  missing: boolean;
  muted: boolean;
  rate: number;
  transport: Transport;
  setMuted(muted: boolean): void;
  setRate(rate: number): void;
  onMissing(): void;
}

interface Asked { path: string; url: string | undefined; seconds: number; fps: number; place: Place; go: Go; playhead: Playhead }

/** A playing element whose position, range and loop are those of the page. */
export function useMedia<T extends HTMLMediaElement>(asked: Asked): Media<T> {
  const { path, url, fps, place, go, playhead } = asked;
  const ref = useRef<T>(null);
  const [time, setTime] = useState(place.time ?? 0);
  const [length, setLength] = useState(asked.seconds);
  const [playing, setPlaying] = useState(false);
  const [missing, setMissing] = useState(false);
  useEffect(() => setMissing(false), [url]);
  useEffect(() => { if (asked.seconds > 0) setLength((old) => (old > 0 ? old : asked.seconds)); }, [asked.seconds]);
  const [muted, setMuted] = useState(false);
  const [rate, setRate] = useState(1);
  const range = useRef(place);
  range.current = place;

  const show = (seconds: number) => {
    setTime(seconds);
    playhead.set(path, seconds);
  };
  const limit = (seconds: number) => Math.max(0, Math.min(seconds, ref.current?.duration || length || seconds));
  const transport: Transport = {
    toggle: () => {
      const media = ref.current;
      if (!media) return;
      if (media.paused) void media.play().catch(() => setMissing(media.error !== null));
      else media.pause();
    },
    // Half a frame in, a rounded position still shows the wanted frame.
    stepFrames: (frames) => {
      ref.current?.pause();
      transport.seek((Math.floor(transport.now() * fps + 0.01) + frames + 0.5) / fps);
    },
    seek: (seconds) => {
      const to = limit(seconds);
      if (ref.current) ref.current.currentTime = to;
      show(to);
    },
    now: () => ref.current?.currentTime ?? time,
  };

  useEffect(() => {
    playhead.transport = transport;
  });
  useEffect(() => {
    playhead.set(path, place.time ?? 0);
    return () => {
      playhead.transport = undefined;
      playhead.set(undefined, 0);
    };
  }, [path]);

  useEffect(() => {
    const media = ref.current;
    if (!media) return undefined;
    let frame = 0;
    const tick = () => {
      const { loop, from = 0, to = media.duration } = range.current;
      if (loop && media.currentTime >= to - 0.01) media.currentTime = from;
      show(media.currentTime);
      frame = requestAnimationFrame(tick);
    };
    const onPlay = () => {
      setPlaying(true);
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(tick);
    };
    const onPause = () => {
      cancelAnimationFrame(frame);
      setPlaying(false);
    };
    const onEnded = () => {
      const { loop, from = 0 } = range.current;
      if (!loop) return onPause();
      media.currentTime = from;
      void media.play();
    };
    const onRest = () => {
      show(media.currentTime);
      if (media.paused) go({ time: media.currentTime });
    };
    const onLoaded = () => {
      if (Number.isFinite(media.duration)) setLength(media.duration);
      if (range.current.time) media.currentTime = range.current.time;
    };
    const events: [string, () => void][] = [
      ['play', onPlay], ['pause', onPause], ['pause', onRest], ['ended', onEnded], ['seeked', onRest], ['loadedmetadata', onLoaded],
    ];
    for (const [name, does] of events) media.addEventListener(name, does);
    if (media.readyState >= 1) onLoaded();
    return () => {
      cancelAnimationFrame(frame);
      for (const [name, does] of events) media.removeEventListener(name, does);
    };
  }, [path, url, missing]);

  useEffect(() => {
    if (!ref.current) return;
    ref.current.muted = muted;
    ref.current.playbackRate = rate;
  }, [muted, rate]);

  return { ref, time, length, playing, missing, muted, rate, transport, setMuted, setRate, onMissing: () => setMissing(true) };
}
