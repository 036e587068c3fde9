using System.Text;
using Spool.Media.Slides;
using Xunit;

namespace Spool.Tests.Slides;

public sealed class EmojiTests
{
    [Theory]
    [InlineData("😀", null, true)]
    [InlineData("⚡", null, true)]
    [InlineData("❤", null, false)]
    [InlineData("❤", "\uFE0F", true)]
    [InlineData("a", null, false)]
    [InlineData("1", null, false)]
    [InlineData("→", null, false)]
    public void Emoji_are_what_Unicode_presents_as_such(string sign, string? next, bool emoji) =>
        Assert.Equal(emoji, EmojiFont.IsEmoji(Rune.GetRuneAt(sign, 0), next is null ? null : Rune.GetRuneAt(next, 0)));

    [Fact]
    public void Bytes_that_are_no_font_give_no_font()
    {
        Assert.Null(EmojiFont.Read([]));
        Assert.Null(EmojiFont.Read(new byte[200]));
        var random = new Random(1);
        for (var i = 0; i < 200; i++)
        {
            var bytes = new byte[400];
            random.NextBytes(bytes);
            (bytes[4], bytes[5]) = (0, 3);
            Encoding.ASCII.GetBytes("cmapCBLC").CopyTo(bytes, 12);
            Assert.Null(EmojiFont.Read(bytes));
        }
    }
}
