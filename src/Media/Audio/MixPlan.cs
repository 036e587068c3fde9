using Spool.Media.Ffmpeg;
using Spool.Media.Timeline;

namespace Spool.Media.Audio;

/// <summary>Music under speech: its level, how much it gives way, how it begins and ends.</summary>
public sealed record MixPlan(double GainDb, double DuckDb, double FadeIn, double FadeOut)
{
    /// <summary>
    /// The graph of input 0 (speech) and input 1 (music, endless); output <c>[a]</c>, exactly <paramref name="samples"/> long.
    /// The music gives way by a compressor steered by the speech. Its full strength would silence the music, so a part of the untouched music is mixed
    /// in: the part that is left at full compression is exactly the wanted number of decibels.
    /// </summary>
    public string Graph(MediaStream speech, MediaStream music, long samples)
    {
        var seconds = (double)samples / Conform.SampleRate;
        // Two fades never meet: each has half of the time at most.
        var (fadeIn, fadeOut) = (Math.Min(FadeIn, seconds / 2), Math.Min(FadeOut, seconds / 2));
        var under = $"[1:a:0]{Conform.Stereo(music)},atrim=end_sample={samples},asetpts=N,volume={Text.Of(GainDb)}dB:precision=float";
        if (fadeIn > 0) under += $",afade=t=in:st=0:d={Text.Of(fadeIn)}";
        if (fadeOut > 0) under += $",afade=t=out:st={Text.Of(seconds - fadeOut)}:d={Text.Of(fadeOut)}";
        var over = $"[0:a:0]{Conform.Samples(speech, samples)}";
        const string Join = "amix=inputs=2:duration=first:normalize=0,alimiter=limit=0.97:attack=5:release=50:level=false:latency=true";
        if (DuckDb <= 0) return $"{over}[over];{under}[under];[over][under]{Join},atrim=end_sample={samples},asetpts=N[a]";
        var part = 1 - Math.Pow(10, -DuckDb / 20);
        return $"{over},asplit=2[over][key];{under}[bed];"
            + $"[bed][key]sidechaincompress=threshold=0.01:ratio=20:attack=30:release=500:knee=2:makeup=1:mix={part.ToString("0.####", System.Globalization.CultureInfo.InvariantCulture)}[under];"
            + $"[over][under]{Join},atrim=end_sample={samples},asetpts=N[a]";
    }
}
