using System.Text.Json;
using Spool.Media.Slides;
using Xunit;

namespace Spool.Tests.Slides;

public sealed class HtmlTemplateTests
{
    private static string Fill(string page, string data = """{"name":"<b>&\"'`</b>","n":1.50,"yes":true,"none":null,"list":["a",{"b":"c"}],"map":{"x-y_z":"deep"},"js":" java\nscript:alert(1)","web":"https://a.b/?q=1&r","rel":"a/b:c.png","pic":"data:image/png;base64,AA","doc":"data:text/html,x"}""")
    {
        using var document = JsonDocument.Parse(data);
        return HtmlTemplate.Fill(page, document.RootElement);
    }

    [Theory]
    [InlineData("<p>{{ name }}</p>", "<p>&lt;b&gt;&amp;&quot;&#39;&#96;&lt;/b&gt;</p>")]
    [InlineData("<p title=\"{{name}}\">", "<p title=\"&lt;b&gt;&amp;&quot;&#39;&#96;&lt;/b&gt;\">")]
    [InlineData("<p title = '{{name}}'>", "<p title = '&lt;b&gt;&amp;&quot;&#39;&#96;&lt;/b&gt;'>")]
    [InlineData("{{n}} {{yes}} {{none}}.", "1.50 true .")]
    [InlineData("{{ list.0 }}{{list.1.b}}{{ map.x-y_z }}", "acdeep")]
    [InlineData("a { b } {c} }} }", "a { b } {c} }} }")]
    [InlineData("<script>var a = { b: {} };</script>{{n}}", "<script>var a = { b: {} };</script>1.50")]
    [InlineData("<!-- < --><a href=\"{{web}}\">{{n}}</a>", "<!-- < --><a href=\"https://a.b/?q=1&amp;r\">1.50</a>")]
    [InlineData("<img src=\"{{rel}}\"><img src='{{pic}}'><img src=\"x/{{js}}\">", "<img src=\"a/b:c.png\"><img src='data:image/png;base64,AA'><img src=\"x/ java\nscript:alert(1)\">")]
    [InlineData("1 < 2 {{n}}", "1 < 2 1.50")]
    public void Values_are_put_in_as_text(string page, string filled) => Assert.Equal(filled, Fill(page));

    [Fact]
    public void A_value_is_not_filled_again() => Assert.Equal("{{ b }}", Fill("{{ a }}", """{"a":"{{ b }}","b":"no"}"""));

    [Theory]
    [InlineData("<script>var a = '{{ name }}';</script>", "line 1: {{ name }} stands inside <script>")]
    [InlineData("<SCRIPT\ntype=x>\n{{ name }}", "line 3: {{ name }} stands inside <script>")]
    [InlineData("<style>a{color:{{n}}}</style>", "stands inside <style>")]
    [InlineData("<!-- {{n}} -->", "stands inside a comment")]
    [InlineData("<p onclick=\"{{n}}\">", "stands in the attribute onclick")]
    [InlineData("<p a='1' style=\"{{n}}\">", "stands in the attribute style")]
    [InlineData("<iframe srcdoc=\"{{n}}\">", "stands in the attribute srcdoc")]
    [InlineData("<p title={{n}}>", "stands in a tag without quotes")]
    [InlineData("<p {{n}}>", "stands in a tag without quotes")]
    [InlineData("<{{n}}>", null)]
    [InlineData("<a href=\"{{js}}\">", "begins with javascript:")]
    [InlineData("<iframe SRC='{{doc}}'>", "begins with data:")]
    [InlineData("{{ nothing }}", "line 1: the data have no 'nothing'; they have: name, n,")]
    [InlineData("\n{{ list }}", "line 2: 'list' is a list")]
    [InlineData("{{ map.a }}", "the data have no 'map.a'")]
    [InlineData("{{ 1 + 1 }}", "is no name")]
    [InlineData("{{#each list}}", "is no name")]
    [InlineData("{{ name", "has no '}}'")]
    public void A_place_where_a_value_could_act_is_refused_with_its_line(string page, string? why)
    {
        if (why is null) Assert.Equal("<1.50>", Fill(page)); // no tag begins with a brace
        else Assert.Contains(why, Assert.Throws<TemplateException>(() => Fill(page)).Message, StringComparison.Ordinal);
    }
}
