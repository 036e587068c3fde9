using Spool.Media.Subtitles;

namespace Spool.Media.Prose;

/// <summary>passed: what was heard is what should be said; failed: it surely is not; unsure: a person must listen.</summary>
public enum SpeechVerdict { Passed, Failed, Unsure }

/// <summary>How well one sentence was heard.</summary>
public enum SentenceMatch { Good, Doubtful, Wrong }

/// <summary>One sentence that should be said, and what was heard in its place; times are null where nothing was heard.</summary>
public sealed record SentenceFinding(string Text, string Heard, WordErrors Words, double LetterRate, SentenceMatch Match)
{
    public double? Start { get; init; }
    public double? End { get; init; }
}

/// <summary>How strictly speech is judged.</summary>
/// <param name="Threshold">The word error rate up to which a text passes.</param>
/// <param name="Weak">The recogniser itself makes many errors, so that few of them prove anything.</param>
public sealed record SpeechRules(double Threshold, bool Weak);

/// <summary>
/// What should be said beside what was heard. Both are brought to bare words and aligned once over the whole text; every sentence is judged by its
/// own part of the alignment. A sentence is good up to the threshold. It is wrong when most of its words are others and most of its letters too: a
/// recogniser that mishears writes what sounds alike ("wave" for "waves", "there" for "their"), so that letters agree far more than words do, while
/// another sentence agrees in neither. With a weak recogniser short sentences are never called wrong for a single slip, and all between good and
/// wrong is doubtful. Measured with flite's voices and pocketsphinx: matching sentences have letter rates of 0 to 0.45, swapped ones 0.6 and more.
/// </summary>
public sealed record SpeechComparison(IReadOnlyList<SentenceFinding> Sentences, WordErrors Words, double LetterRate, SpeechVerdict Verdict)
{
    private const double WrongWords = 0.7, WrongLetters = 0.55, WrongLettersStrong = 0.4;

    /// <summary>So many words in a row that nobody asked for are no slip of a recogniser.</summary>
    private const int ExtraRun = 5;

    public static SpeechComparison Of(IReadOnlyList<string> sentences, IReadOnlyList<TimedWord> heard, SpeechRules rules)
    {
        // 1999 is said as a year or as a count; whichever was heard is right.
        var years = Compare(sentences, heard, rules, NumberReading.Years);
        var counts = Compare(sentences, heard, rules, NumberReading.Counts);
        return counts.Words.Errors < years.Words.Errors ? counts : years;
    }

    private static SpeechComparison Compare(IReadOnlyList<string> sentences, IReadOnlyList<TimedWord> heard, SpeechRules rules, NumberReading reading)
    {
        var parts = sentences.Select(s => SpokenWords.Of(s, reading)).ToList();
        var reference = parts.SelectMany(p => p).ToList();
        var owner = parts.SelectMany((p, i) => Enumerable.Repeat(i, p.Count)).ToList();
        var (words, sources) = SpokenWords.Of([.. heard.Select(w => w.Text)], reading);
        var pairs = WordErrors.Align(reference, words);
        var owners = Owners(pairs, owner, reference, words);
        var findings = new List<SentenceFinding>();
        for (var i = 0; i < sentences.Count; i++)
        {
            var mine = pairs.Where((_, n) => owners[n] == i).ToList();
            var errors = WordErrors.Count(mine, reference, words);
            var said = mine.Where(p => p.Heard >= 0).Select(p => p.Heard).ToList();
            var text = string.Join(' ', said.Select(h => words[h]));
            var letters = Rate(string.Join(' ', parts[i]), text);
            findings.Add(new SentenceFinding(sentences[i], text, errors, letters, Judge(errors, letters, rules))
            {
                Start = said.Count > 0 ? heard[sources[said[0]]].Start : null,
                End = said.Count > 0 ? heard[sources[said[^1]]].End : null,
            });
        }
        var total = WordErrors.Count(pairs, reference, words);
        var extra = LongestRun(pairs) >= ExtraRun;
        return new SpeechComparison(findings, total, Rate(string.Join(' ', reference), string.Join(' ', words)), Conclude(findings, total, extra, rules));
    }

    private static double Rate(string reference, string heard) => reference.Length > 0 ? (double)WordErrors.Letters(reference, heard) / reference.Length : heard.Length > 0 ? 1 : 0;

    private static SentenceMatch Judge(WordErrors errors, double letters, SpeechRules rules)
    {
        if (errors.Reference == 0 || errors.Rate <= rules.Threshold) return SentenceMatch.Good;
        if (errors.Deletions == errors.Reference) return errors.Reference > 2 || !rules.Weak ? SentenceMatch.Wrong : SentenceMatch.Doubtful;
        // Words heard in addition do not make the sentence itself another one.
        var wrong = rules.Weak ? (double)(errors.Substitutions + errors.Deletions) / errors.Reference >= WrongWords && letters >= WrongLetters && errors.Reference > 2 : errors.Rate >= 0.5 || letters >= WrongLettersStrong;
        return wrong ? SentenceMatch.Wrong : SentenceMatch.Doubtful;
    }

    private static SpeechVerdict Conclude(List<SentenceFinding> findings, WordErrors total, bool extra, SpeechRules rules)
    {
        if (total.Reference == 0) return total.Insertions > 0 ? SpeechVerdict.Failed : SpeechVerdict.Passed;
        if (findings.Exists(f => f.Match == SentenceMatch.Wrong)) return SpeechVerdict.Failed;
        if (!rules.Weak) return total.Rate > rules.Threshold || extra ? SpeechVerdict.Failed : SpeechVerdict.Passed;
        return total.Rate > rules.Threshold || extra ? SpeechVerdict.Unsure : SpeechVerdict.Passed;
    }

    /// <summary>The sentence that each place of the alignment belongs to. Words heard between two sentences belong to the one with more errors.</summary>
    private static int[] Owners(IReadOnlyList<AlignedPair> pairs, List<int> owner, List<string> reference, IReadOnlyList<string> words)
    {
        var faults = new Dictionary<int, int>();
        foreach (var (r, h) in pairs)
            if (r >= 0 && (h < 0 || reference[r] != words[h])) faults[owner[r]] = faults.GetValueOrDefault(owner[r]) + 1;
        var owners = new int[pairs.Count];
        for (var n = 0; n < pairs.Count; n++)
        {
            if (pairs[n].Reference >= 0)
            {
                owners[n] = owner[pairs[n].Reference];
                continue;
            }
            var end = n;
            while (end < pairs.Count && pairs[end].Reference < 0) end++;
            int? before = n > 0 ? owners[n - 1] : null;
            int? after = end < pairs.Count ? owner[pairs[end].Reference] : null;
            var mine = before is null ? after ?? 0 : after is null || faults.GetValueOrDefault(before.Value) >= faults.GetValueOrDefault(after.Value) ? before.Value : after.Value;
            for (; n < end; n++) owners[n] = mine;
            n--;
        }
        return owners;
    }

    private static int LongestRun(IReadOnlyList<AlignedPair> pairs)
    {
        int longest = 0, run = 0;
        foreach (var pair in pairs) longest = Math.Max(longest, run = pair.Reference < 0 ? run + 1 : 0);
        return longest;
    }
}
