using System.Text;
using Spool.Media.Slides;
using Xunit;

namespace Spool.Tests.Slides;

public sealed class SvgSourceTests
{
    private static (SvgSource? Source, string? Why) Read(string attributes, string content = "", string before = "") =>
        SvgSource.Read(Encoding.UTF8.GetBytes($"{before}<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' {attributes}>{content}</svg>"));

    [Theory]
    [InlineData("width='300' height='200'", 300.0, 200.0)]
    [InlineData("width='1in' height='25.4mm'", 96.0, 96.0)]
    [InlineData("width='72pt' height='6pc'", 96.0, 96.0)]
    [InlineData("viewBox='0 0 40 20'", 40.0, 20.0)]
    [InlineData("viewBox='0,0,40,20' width='100%' height='100%'", 40.0, 20.0)]
    [InlineData("viewBox='0 0 40 20' width='80'", 80.0, 40.0)]
    [InlineData("viewBox='0 0 40 20' height='80'", 160.0, 80.0)]
    [InlineData("width='-5' height='NaN'", null, null)]
    [InlineData("", null, null)]
    public void The_size_comes_from_width_height_and_view_box(string attributes, double? width, double? height)
    {
        var source = Read(attributes).Source!;
        Assert.Equal(width, source.Width is { } w ? Math.Round(w, 6) : null);
        Assert.Equal(height, source.Height is { } h ? Math.Round(h, 6) : null);
    }

    [Theory]
    [InlineData(null, null, 1, "300x200", "300x200")]
    [InlineData(null, null, 2.5, "750x500", "750x500")]
    [InlineData(150, null, 1, "150x100", "150x100")]
    [InlineData(null, 50, 1, "75x50", "75x50")]
    [InlineData(300, 300, 1, "300x300", "300x200")]
    [InlineData(600, 100, 1, "600x100", "150x100")]
    public void The_picture_is_as_asked_and_the_drawing_keeps_its_shape(int? width, int? height, double scale, string page, string drawing)
    {
        var (actualPage, actualDrawing) = Read("width='300' height='200'").Source!.Fit(width, height, scale)!.Value;
        Assert.Equal((page, drawing), (actualPage.ToString(), actualDrawing.ToString()));
    }

    [Fact]
    public void Entities_are_refused_whether_they_load_a_file_or_multiply()
    {
        Assert.Contains("entity", Read("", "<text>&xxe;</text>", "<!DOCTYPE svg [<!ENTITY xxe SYSTEM 'file:///etc/passwd'>]>").Why);
        Assert.Contains("entity", Read("", "<text>&b;</text>", "<!DOCTYPE svg [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;'>]>").Why);
    }

    [Fact]
    public void A_plain_document_type_is_fine() =>
        Assert.NotNull(Read("width='1' height='1'", "", "<!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' 'http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd'>").Source);

    [Fact]
    public void References_to_elsewhere_are_listed_and_own_ones_are_not() =>
        Assert.Equal(["/etc/passwd.png", "http://x.y/z.svg#a"], Read("", "<image href='/etc/passwd.png'/><use xlink:href='http://x.y/z.svg#a'/><use href='#b'/><a href='https://x.y'/>").Source!.Foreign);

    [Theory]
    [InlineData("")]
    [InlineData("<svg")]
    [InlineData("not xml")]
    [InlineData("<html/>")]
    [InlineData("\u001f\u008bgzip")]
    public void What_is_no_svg_is_refused_with_a_reason(string text) => Assert.NotNull(SvgSource.Read(Encoding.Latin1.GetBytes(text)).Why);

    [Fact]
    public void Pictures_inside_are_measured_before_they_are_unpacked()
    {
        static byte[] Png(int width, int height) =>
            [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, .. Big(width), .. Big(height), 8, 2, 0, 0, 0, 0, 0, 0, 0];
        static byte[] Big(int value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];
        static string Image(byte[] bytes, string type = "png") => $"<image href='data:image/{type};base64,{Convert.ToBase64String(bytes)}'/>";
        byte[] jpeg = [0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2, 0xFF, 0xC0, 0, 11, 8, 0xFF, 0xFF, 0xFF, 0xFF, 1, 1, 0x11, 0];

        Assert.Null(Read("", Image(Png(1000, 1000)) + Image("GIF89a\u0010\0\u0010\0\0\0\0"u8.ToArray())).Why);
        Assert.Contains("100 million", Read("", Image(Png(30000, 30000))).Why);
        Assert.Contains("100 million", Read("", Image(Png(-30000, 30000))).Why);
        Assert.Contains("100 million", Read("", Image(Png(9000, 9000)) + Image(Png(9000, 9000))).Why);
        Assert.Contains("100 million", Read("", Image(jpeg, "jpeg")).Why);
        Assert.Contains("no PNG", Read("", Image("<svg/>"u8.ToArray(), "svg+xml")).Why);
        Assert.Contains("base64", Read("", "<image href='data:image/svg+xml,%3Csvg/%3E'/>").Why);
    }

    [Fact]
    public void A_png_says_its_size_and_other_bytes_do_not()
    {
        byte[] png = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 7, 128, 0, 0, 4, 56, 8, 2, 0, 0, 0, 0, 0, 0, 0];
        Assert.Equal(new PngSize(1920, 1080), PngSize.Read(png));
        Assert.Null(PngSize.Read(png.AsSpan(0, 20)));
        png[1] = 0;
        Assert.Null(PngSize.Read(png));
    }
}
