using System.Buffers.Binary;

namespace Spool.Media.Audio;

/// <summary>The feeling of a generated bed: its chords, its scale and how much moves.</summary>
public enum Mood { Calm, Warm, Bright, Dark }

/// <summary>What a generated bed is made of.</summary>
public sealed record MusicStyle(Mood Mood, int KeyNote, double BeatsPerMinute, long Seed);

/// <summary>
/// A quiet bed of music: slowly swelling chords in two detuned voices, a low root, and soft single notes of the chord above them, with an echo
/// that crosses from side to side. It computes one block after the other, so its length costs no memory.
/// </summary>
public sealed class MusicBed
{
    private const int Rate = Wave.SampleRate, EchoFrames = 17640;
    private const double Swell = 1.6, PluckDecay = 0.999925;

    private static readonly Dictionary<Mood, (int[][] Chords, double Pluck, double Pad)> Moods = new()
    {
        [Mood.Calm] = ([[0, 7, 12, 16], [9, 12, 16, 21], [5, 9, 12, 19], [7, 11, 14, 19]], 0.35, 1),
        [Mood.Warm] = ([[0, 4, 7, 14], [5, 9, 12, 16], [9, 12, 16, 19], [5, 9, 14, 16]], 0.45, 1),
        [Mood.Bright] = ([[0, 4, 7, 12], [7, 11, 14, 19], [9, 12, 16, 21], [5, 9, 12, 17]], 0.8, 0.8),
        [Mood.Dark] = ([[0, 3, 7, 12], [8, 12, 15, 20], [5, 8, 12, 17], [7, 10, 14, 19]], 0.3, 1),
    };

    private readonly MusicStyle _style;
    private readonly long _frames, _chordFrames, _beatFrames, _fadeFrames;
    private readonly double[] _echoLeft = new double[EchoFrames], _echoRight = new double[EchoFrames];
    private readonly (int[][] Chords, double Pluck, double Pad) _mood;
    private readonly Voice[] _now, _before;
    private double _pluckPhase, _pluckLevel, _pluckStep, _pluckSide = 0.5;
    private double _smoothLeft, _smoothRight;
    private long _at;

    public MusicBed(MusicStyle style, long frames)
    {
        _style = style;
        _frames = frames;
        _mood = Moods[style.Mood];
        _beatFrames = (long)(Rate * 60 / style.BeatsPerMinute);
        _chordFrames = _beatFrames * 8;
        _fadeFrames = Math.Min(frames / 4, Rate * 2);
        _now = Voices(0);
        _before = Voices(0);
    }

    /// <summary>One part of a chord: two oscillators slightly apart, one more to the left, one more to the right.</summary>
    private struct Voice
    {
        internal double Left, Right, LeftStep, RightStep, Level;
    }

    private int[] Chord(long index) => _mood.Chords[index % _mood.Chords.Length];

    private Voice[] Voices(long index)
    {
        var chord = Chord(index);
        var voices = new Voice[chord.Length + 1];
        for (var i = 0; i < voices.Length; i++)
        {
            var note = i == 0 ? _style.KeyNote - 24 + (chord[0] % 12) : _style.KeyNote + chord[i - 1];
            var step = Tone.Frequency(note) / Rate;
            voices[i] = new Voice { LeftStep = step * 0.9988, RightStep = step * 1.0012, Right = 0.25, Level = i == 0 ? 0.9 : 0.5 };
        }
        return voices;
    }

    /// <summary>Fills the buffer with the next samples as a WAV file holds them; returns the number of bytes, 0 at the end.</summary>
    public int Read(Span<byte> buffer)
    {
        var count = (int)Math.Min(buffer.Length / Wave.BytesPerFrame, _frames - _at);
        for (var i = 0; i < count; i++)
        {
            var (left, right) = Next();
            BinaryPrimitives.WriteInt16LittleEndian(buffer[(i * 4)..], (short)Math.Clamp(left * 32767, -32767, 32767));
            BinaryPrimitives.WriteInt16LittleEndian(buffer[((i * 4) + 2)..], (short)Math.Clamp(right * 32767, -32767, 32767));
        }
        return count * Wave.BytesPerFrame;
    }

    private (double Left, double Right) Next()
    {
        var inChord = _at % _chordFrames;
        var index = _at / _chordFrames;
        if (inChord == 0)
        {
            _now.CopyTo(_before, 0);
            // A new chord starts where its tones are silent; the old one dies away under it.
            Voices(index).CopyTo(_now, 0);
        }
        if (_at % _beatFrames == 0) Pluck(_at / _beatFrames, index);
        var swell = Math.Min(1, inChord / (Swell * Rate));
        swell = swell * swell * (3 - (2 * swell));
        double left = 0, right = 0;
        Sing(_now, swell, ref left, ref right);
        if (swell < 1 && index > 0) Sing(_before, 1 - swell, ref left, ref right);
        left *= 0.045 * _mood.Pad;
        right *= 0.045 * _mood.Pad;
        if (_pluckLevel > 0.0001)
        {
            var tone = Tone.At(Tone.Sine, _pluckPhase) * _pluckLevel * Math.Min(1, _at % _beatFrames / 480.0);
            left += tone * (1 - _pluckSide) * 0.11;
            right += tone * _pluckSide * 0.11;
            _pluckPhase = (_pluckPhase + _pluckStep) % 1;
            _pluckLevel *= PluckDecay;
        }
        return Room(left, right);
    }

    private static void Sing(Voice[] voices, double level, ref double left, ref double right)
    {
        for (var i = 0; i < voices.Length; i++)
        {
            ref var voice = ref voices[i];
            var a = Tone.At(Tone.Soft, voice.Left) * voice.Level * level;
            var b = Tone.At(Tone.Soft, voice.Right) * voice.Level * level;
            left += (0.75 * a) + (0.25 * b);
            right += (0.25 * a) + (0.75 * b);
            voice.Left = Wrap(voice.Left + voice.LeftStep);
            voice.Right = Wrap(voice.Right + voice.RightStep);
        }
    }

    private static double Wrap(double phase) => phase >= 1 ? phase - 1 : phase;

    /// <summary>On most beats one note of the chord, chosen by the seed.</summary>
    private void Pluck(long beat, long chord)
    {
        var choice = Mix((ulong)_style.Seed, (ulong)beat);
        if (choice % 4 == 0 && beat % 4 != 0) return;
        var notes = Chord(chord);
        _pluckStep = Tone.Frequency(_style.KeyNote + 12 + notes[(int)(choice / 4 % (ulong)notes.Length)]) / Rate;
        _pluckSide = 0.3 + (0.4 * (choice / 64 % 16) / 15.0);
        _pluckLevel = _mood.Pluck * (beat % 4 == 0 ? 1 : 0.7);
        _pluckPhase = 0;
    }

    /// <summary>SplitMix64 (Steele, Lea, Flood 2014) of seed and place.</summary>
    private static ulong Mix(ulong seed, ulong place)
    {
        var z = unchecked(seed + ((place + 1) * 0x9E3779B97F4A7C15));
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EB);
        return z ^ (z >> 31);
    }

    /// <summary>Softens, adds the echo, and fades in and out at the ends.</summary>
    private (double, double) Room(double left, double right)
    {
        _smoothLeft += (left - _smoothLeft) * 0.22;
        _smoothRight += (right - _smoothRight) * 0.22;
        var slot = (int)(_at % EchoFrames);
        var outLeft = _smoothLeft + (0.35 * _echoRight[slot]);
        var outRight = _smoothRight + (0.35 * _echoLeft[slot]);
        _echoLeft[slot] = outLeft;
        _echoRight[slot] = outRight;
        var edge = Math.Min(_at, _frames - 1 - _at);
        _at++;
        if (edge >= _fadeFrames) return (outLeft, outRight);
        var level = (double)edge / _fadeFrames;
        level = level * level * (3 - (2 * level));
        return (outLeft * level, outRight * level);
    }
}
