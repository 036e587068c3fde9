using Spool.Media.Prose;
using Xunit;

namespace Spool.Tests.Prose;

public sealed class PronunciationTests
{
    private static string Say(string file, string sentence, string engine = "flite", string voice = "slt")
    {
        var (read, why) = Pronunciation.Read(file);
        Assert.Null(why);
        return read!.For(engine, voice)(sentence);
    }

    [Theory]
    [InlineData("nginx = engine x", "Nginx and NGINX, not nginxes.", "engine x and engine x, not nginxes.")]
    [InlineData("nginx: engine x", "nginx", "engine x")]
    [InlineData("\"New York\": 'noo york'\nYork = yark", "New  York is not York", "noo york is not yark")]
    [InlineData("C++ = see plus plus\nC = see", "C++ or C?", "see plus plus or see?")]
    [InlineData("a = b\nb = c", "a b", "b c")]
    [InlineData("# comment\n\nCafé = caff ay", "ein Café", "ein caff ay")]
    [InlineData("http://x = a link", "see http://x now", "see a link now")]
    [InlineData("$1 = no", "", null)]
    public void Whole_words_are_respelled_once_longest_first(string file, string sentence, string? said)
    {
        if (said is null) Assert.Contains("does not begin with a letter", Pronunciation.Read(file).Why, StringComparison.Ordinal);
        else Assert.Equal(said, Say(file, sentence));
    }

    [Theory]
    [InlineData("slt", "flite", "two")]
    [InlineData("awb", "flite", "three")]
    [InlineData("en-us", "espeak-ng", "one")]
    public void A_voice_goes_before_its_engine_and_both_before_the_rest(string voice, string engine, string said)
    {
        Assert.Equal(said, Say("word = one\n[slt]\nword = two\n[flite]\nword = three\n", "Word", engine, voice));
        Assert.Equal(said, Say("slt:\n  word: two\nflite:\n  word: three\nword: one\n", "word", engine, voice));
    }

    [Theory]
    [InlineData("nothing", "line 1 is no 'word = respelling': nothing")]
    [InlineData("a = b\nc =", "line 2 needs a word and its respelling")]
    [InlineData("= b", "line 1 is no 'word = respelling'")]
    public void A_line_that_is_none_is_named(string file, string why) => Assert.Contains(why, Pronunciation.Read(file).Why, StringComparison.Ordinal);

    [Fact]
    public void A_large_file_and_a_long_sentence_take_no_time()
    {
        var file = string.Join('\n', Enumerable.Range(0, 5000).Select(i => $"word{i} = said{i}"));
        Assert.EndsWith("said4999", Say(file, string.Concat(Enumerable.Repeat("word ", 2000)) + "word4999"), StringComparison.Ordinal);
        Assert.NotNull(Pronunciation.Read(file + "\nx = y").Why);
    }
}
