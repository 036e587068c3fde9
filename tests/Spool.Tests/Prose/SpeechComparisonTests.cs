using FsCheck;
using FsCheck.Fluent;
using Spool.Media.Prose;
using Spool.Media.Subtitles;
using Xunit;

namespace Spool.Tests.Prose;

public sealed class SpeechComparisonTests
{
    private static readonly SpeechRules Weak = new(0.4, true), Strong = new(0.15, false);

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static IReadOnlyList<TimedWord> Heard(string text) => [.. Words(text).Select((w, i) => new TimedWord(w, i, i + 1))];

    [Theory]
    [InlineData("hello world", "hello duck", 1, 0, 0)]
    [InlineData("i like monty python", "i like python", 0, 1, 0)]
    [InlineData("there is another one", "there is an other sample", 2, 0, 1)]
    [InlineData("", "noise", 0, 0, 1)]
    [InlineData("one two", "", 0, 2, 0)]
    [InlineData("a b c d", "a b c d", 0, 0, 0)]
    public void Errors_are_substitutions_deletions_and_insertions(string reference, string heard, int s, int d, int i)
    {
        var errors = WordErrors.Between(Words(reference), Words(heard));
        Assert.Equal((s, d, i), (errors.Substitutions, errors.Deletions, errors.Insertions));
    }

    [Fact]
    public void The_rates_of_two_published_examples_come_out()
    {
        // The examples in the documentation of jiwer and of Hugging Face evaluate (WER 1/3; WER 0.5 and CER 0.341463...).
        static double Rate(params (string R, string H)[] pairs) => (double)pairs.Sum(p => WordErrors.Between(Words(p.R), Words(p.H)).Errors) / pairs.Sum(p => Words(p.R).Length);
        Assert.Equal(1.0 / 3, Rate(("hello world", "hello duck"), ("i like monty python", "i like python")), 12);
        (string, string)[] second = [("this is the reference", "this is the prediction"), ("there is another one", "there is an other sample")];
        Assert.Equal(0.5, Rate(second), 12);
        Assert.Equal(0.34146341463414637, (double)second.Sum(p => WordErrors.Letters(p.Item1, p.Item2)) / second.Sum(p => p.Item1.Length), 12);
        Assert.Equal(3, WordErrors.Letters("kitten", "sitting"));
        Assert.Equal(3, WordErrors.Letters("saturday", "sunday"));
    }

    [Fact]
    public void An_alignment_covers_both_texts_in_order_and_is_as_cheap_as_by_trying_all()
    {
        var words = Gen.ListOf(Gen.Elements("a", "b", "c")).Where(l => l.Count <= 6);
        Prop.ForAll(words.Two().ToArbitrary(), both =>
        {
            var (reference, heard) = (both.Item1.ToList(), both.Item2.ToList());
            var pairs = WordErrors.Align(reference, heard);
            Assert.Equal(Enumerable.Range(0, reference.Count), pairs.Where(p => p.Reference >= 0).Select(p => p.Reference));
            Assert.Equal(Enumerable.Range(0, heard.Count), pairs.Where(p => p.Heard >= 0).Select(p => p.Heard));
            Assert.Equal(Cheapest(0, 0), WordErrors.Between(reference, heard).Errors);

            int Cheapest(int i, int j) => i == reference.Count ? heard.Count - j : j == heard.Count ? reference.Count - i
                : Math.Min(Cheapest(i + 1, j + 1) + (reference[i] == heard[j] ? 0 : 1), 1 + Math.Min(Cheapest(i + 1, j), Cheapest(i, j + 1)));
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("In 1999, there were 25 apples.", "in nineteen ninety nine there were twenty five apples")]
    [InlineData("It costs $1,250.50 or €3 million.", "it costs one thousand two hundred fifty dollars fifty or three million euros")]
    [InlineData("3.14 is -5% of the 21st", "three point one four is minus five percent of the twenty first")]
    [InlineData("At 10:30 and 9:05", "at ten thirty and nine oh five")]
    [InlineData("The well-known U.S.A. isn't far—is it?", "the well known usa isnt far is it")]
    [InlineData("Dr. Müller & Mrs. Ørsted's café", "doctor muller and missus orsteds cafe")]
    [InlineData("In the 1980s", "in the nineteen eightys")]
    [InlineData("100,000 km in 2005 or 2010", "one hundred thousand km in two thousand five or twenty ten")]
    [InlineData("I saw a cat", "i saw a cat")]
    [InlineData("“Smart” – quotes…", "smart quotes")]
    [InlineData("007 and 12345678901234567890", "zero zero seven and one two three four five six seven eight nine zero one two three four five six seven eight nine zero")]
    [InlineData("", "")]
    public void Texts_are_brought_to_bare_words(string text, string words) =>
        Assert.Equal(words, string.Join(' ', SpokenWords.Of(text, NumberReading.Years)));

    [Theory]
    [InlineData(0, "zero")]
    [InlineData(13, "thirteen")]
    [InlineData(40, "forty")]
    [InlineData(101, "one hundred one")]
    [InlineData(999_999, "nine hundred ninety nine thousand nine hundred ninety nine")]
    [InlineData(1_000_000_000, "one billion")]
    public void Numbers_are_said(long number, string words) => Assert.Equal(words, EnglishNumber.Cardinal(number));

    [Theory]
    [InlineData(1, "first")]
    [InlineData(12, "twelfth")]
    [InlineData(20, "twentieth")]
    [InlineData(43, "forty third")]
    [InlineData(108, "one hundred eighth")]
    public void Ordinals_are_said(long number, string words) => Assert.Equal(words, EnglishNumber.Ordinal(number));

    [Fact]
    public void A_number_may_be_said_as_a_year_or_as_a_count()
    {
        foreach (var heard in new[] { "it is nineteen ninety nine", "it is one thousand nine hundred ninety nine", "It is 1999." })
            Assert.Equal(0, SpeechComparison.Of(["It is 1999."], Heard(heard), Strong).Words.Errors);
    }

    [Fact]
    public void Each_sentence_is_judged_by_its_own_part()
    {
        string[] text = ["The sky is blue today.", "We went to the store to buy bread.", "Good night everybody."];
        var found = SpeechComparison.Of(text, Heard("the sky is blue today my uncle plays a very loud trumpet good night everybody"), Weak);
        Assert.Equal([SentenceMatch.Good, SentenceMatch.Wrong, SentenceMatch.Good], found.Sentences.Select(s => s.Match));
        Assert.Equal("my uncle plays a very loud trumpet", found.Sentences[1].Heard);
        Assert.Equal((5.0, 12.0), (found.Sentences[1].Start, found.Sentences[1].End));
        Assert.Equal(SpeechVerdict.Failed, found.Verdict);
    }

    [Fact]
    public void What_a_weak_recogniser_mishears_is_not_held_against_the_speech()
    {
        // What pocketsphinx really wrote for flite's voice.
        var found = SpeechComparison.Of(["The sky is blue because the air scatters short waves of light more than long ones.", "What is left is red."],
            Heard("the sky is blue because their scanners short wave of mine mine in long lines what is left is ready"), Weak);
        Assert.NotEqual(SpeechVerdict.Failed, found.Verdict);
        Assert.Equal(SentenceMatch.Good, found.Sentences[1].Match);
    }

    [Fact]
    public void The_same_errors_prove_more_when_the_recogniser_is_good()
    {
        string[] text = ["She opened the door and walked into the garden."];
        var heard = Heard("she opened a store and walked into a garden");
        Assert.Equal(SpeechVerdict.Passed, SpeechComparison.Of(text, heard, Weak).Verdict);
        Assert.Equal(SpeechVerdict.Failed, SpeechComparison.Of(text, heard, Strong).Verdict);
    }

    [Fact]
    public void Missing_and_added_sentences_are_noticed()
    {
        string[] text = ["One sentence stands here.", "Another one follows it."];
        Assert.Equal(SpeechVerdict.Failed, SpeechComparison.Of(text, Heard("one sentence stands here"), Weak).Verdict);
        Assert.Equal(SpeechVerdict.Failed, SpeechComparison.Of(text, [], Weak).Verdict);
        var added = SpeechComparison.Of(text, Heard("one sentence stands here nobody ever asked for these words another one follows it"), Strong);
        Assert.Equal(SpeechVerdict.Failed, added.Verdict);
        Assert.Equal(SpeechVerdict.Unsure, SpeechComparison.Of(text, Heard("one sentence stands here nobody ever asked for these words another one follows it"), Weak).Verdict);
        Assert.Equal(SpeechVerdict.Passed, SpeechComparison.Of([], [], Weak).Verdict);
    }
}
