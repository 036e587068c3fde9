using System.Text;
using Spool.Media.Ffmpeg;

namespace Spool.Media.Timeline;

/// <summary>How one clip becomes the next.</summary>
public enum Transition { Cut, Fade, Dissolve, Wipe }

/// <summary>A clip on the common timeline, in frames: it starts at <paramref name="Start"/> and lasts <paramref name="Frames"/>.</summary>
public sealed record PlacedClip(MediaProbe Probe, long Start, long Frames)
{
    public long End => Start + Frames;
}

/// <summary>A stretch of the timeline that is rendered at once: these clips, these frames.</summary>
public sealed record ConcatPiece(int First, int Last, long From, long To);

/// <summary>
/// Clips of any kind joined into one film. All times are whole frames of the common rate, and the sound of every clip is cut at the sample
/// where its frame ends, so lengths add up exactly however many clips there are. A transition overlaps two neighbours: the length is the sum
/// of the clips minus the transitions.
/// </summary>
public sealed record ConcatPlan(IReadOnlyList<PlacedClip> Clips, PictureSize Size, FrameRate Rate, Transition Transition)
{
    /// <summary>As many inputs as one run of ffmpeg opens; more are rendered in pieces and joined without encoding again.</summary>
    public const int MostAtOnce = 12;

    /// <summary>A sound longer than its picture by more than this keeps the last picture on; less is the padding of its codec.</summary>
    private const double SoundSlack = 0.06;

    public long Frames => Clips[^1].End;

    public double Seconds => Rate.Seconds(Frames);

    /// <summary>Transitions that had to be shorter than asked because a clip is short.</summary>
    public int Shortened { get; private init; }

    public static ConcatPlan Of(IReadOnlyList<MediaProbe> probes, PictureSize size, FrameRate rate, Transition transition, double transitionSeconds)
    {
        var frames = probes.Select(p => Length(p, rate)).ToList();
        var wanted = transition == Transition.Cut ? 0 : Math.Max(1, rate.Frames(transitionSeconds));
        var clips = new List<PlacedClip>();
        var shortened = 0;
        long at = 0;
        for (var i = 0; i < probes.Count; i++)
        {
            if (i > 0 && wanted > 0)
            {
                // Half a clip at most, so that the transitions at its two ends never meet.
                var possible = Math.Min(wanted, Math.Min(frames[i - 1], frames[i]) / 2);
                if (possible < wanted) shortened++;
                at -= possible;
            }
            clips.Add(new PlacedClip(probes[i], at, frames[i]));
            at += frames[i];
        }
        return new ConcatPlan(clips, size, rate, transition) { Shortened = shortened };
    }

    private static long Length(MediaProbe probe, FrameRate rate)
    {
        var picture = probe.PictureSeconds ?? 0;
        var sound = probe.AudioSeconds ?? 0;
        return Math.Max(1, sound > picture + SoundSlack ? rate.FramesToCover(sound) : rate.Frames(picture));
    }

    /// <summary>Stretches with at most <see cref="MostAtOnce"/> clips. They meet inside a clip, away from its transitions, or at a cut.</summary>
    public IReadOnlyList<ConcatPiece> Pieces()
    {
        if (Clips.Count <= MostAtOnce) return [new ConcatPiece(0, Clips.Count - 1, 0, Frames)];
        var pieces = new List<ConcatPiece>();
        var first = 0;
        long from = 0;
        while (true)
        {
            var last = first + MostAtOnce - 1;
            if (last >= Clips.Count - 1)
            {
                pieces.Add(new ConcatPiece(first, Clips.Count - 1, from, Frames));
                return pieces;
            }
            var overlaps = Clips[last].Start < Clips[last - 1].End || Clips[last + 1].Start < Clips[last].End;
            var to = overlaps ? Clips[last].Start + (Clips[last].Frames / 2) : Clips[last].End;
            pieces.Add(new ConcatPiece(first, last, from, to));
            first = overlaps ? last : last + 1;
            from = to;
        }
    }

    /// <summary>The graph of one piece; its inputs are the clips <c>First..Last</c> in order, its outputs <c>[v]</c> and <c>[a]</c>.</summary>
    public string Graph(ConcatPiece piece)
    {
        var graph = new StringBuilder();
        var count = piece.Last - piece.First + 1;
        for (var k = 0; k < count; k++) Prepare(graph, piece, k);
        if (count == 1) return graph.Append("[v0]null[v];[a0]anull[a]").ToString();
        if (Enumerable.Range(piece.First, count - 1).All(i => Clips[i].End == Clips[i + 1].Start))
        {
            for (var k = 0; k < count; k++) graph.Append($"[v{k}][a{k}]");
            return graph.Append($"concat=n={count}:v=1:a=1[v][a]").ToString();
        }
        for (var k = 1; k < count; k++) Join(graph, piece, k, k == count - 1);
        return graph.ToString(0, graph.Length - 1);
    }

    /// <summary>One clip, alike with all others and cut to the part of it that lies in the piece.</summary>
    private void Prepare(StringBuilder graph, ConcatPiece piece, int k)
    {
        var clip = Clips[piece.First + k];
        var from = Math.Max(piece.From, clip.Start) - clip.Start;
        var to = Math.Min(piece.To, clip.End) - clip.Start;
        if (clip.Probe.Video is { } video)
            graph.Append($"[{k}:v:0]{Conform.Picture(video, Size, Fit.Contain, Colour.Black)},");
        else graph.Append($"color=c=black:s={Size}:r={Rate},");
        graph.Append($"fps={Rate}:start_time=0:round=near,tpad=stop=-1:stop_mode=clone,trim=start_frame={from}:end_frame={to},setpts=N,fps={Rate}[v{k}];");
        // Samples are counted from the clip's start, but cut where the common timeline's frames end, so that rounding never adds up.
        var (start, begin, end) = (At(clip.Start), At(clip.Start + from), At(clip.Start + to));
        if (clip.Probe.Audio is { } audio)
            graph.Append($"[{k}:a:0]{Conform.Stereo(audio)},apad,atrim=start_sample={begin - start}:end_sample={end - start},asetpts=N[a{k}];");
        else graph.Append($"{Conform.Silence(end - begin)}[a{k}];");
    }

    private void Join(StringBuilder graph, ConcatPiece piece, int k, bool last)
    {
        var (before, clip) = (Clips[piece.First + k - 1], Clips[piece.First + k]);
        var (v, a) = (k == 1 ? "v0" : $"vx{k - 1}", k == 1 ? "a0" : $"ax{k - 1}");
        var (vOut, aOut) = last ? ("v", "a") : ($"vx{k}", $"ax{k}");
        var overlap = before.End - clip.Start;
        if (overlap <= 0)
        {
            graph.Append($"[{v}][{a}][v{k}][a{k}]concat=n=2:v=1:a=1[{vOut}][{aOut}];");
            return;
        }
        // xfade leaves out a time stamp where the first film ends; the frames themselves are all there, so they are numbered anew.
        graph.Append($"[{v}][v{k}]xfade=transition={Name}:duration={Text.Of(Rate.Seconds(overlap))}:offset={Text.Of(Rate.Seconds(clip.Start - piece.From))},setpts=N,fps={Rate}[{vOut}];");
        graph.Append($"[{a}][a{k}]acrossfade=ns={At(before.End) - At(clip.Start)}:c1=tri:c2=tri[{aOut}];");
    }

    private string Name => Transition switch { Transition.Wipe => "wipeleft", Transition.Dissolve => "dissolve", _ => "fade" };

    private long At(long frame) => Rate.Samples(frame, Conform.SampleRate);

    /// <summary>A segment for each clip: from its start to the start of the next.</summary>
    public IReadOnlyList<Chapter> Segments(IReadOnlyList<string> titles) =>
        [.. Clips.Select((c, i) => new Chapter(titles[i], Rate.Seconds(c.Start), Rate.Seconds(i + 1 < Clips.Count ? Clips[i + 1].Start : Frames)))];
}
