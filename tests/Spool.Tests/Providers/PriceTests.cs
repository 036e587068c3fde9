using Spool.Models.Cost;
using Spool.Models.Providers;
using Xunit;

namespace Spool.Tests.Providers;

public sealed class PriceTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 0, 0, 0, TimeSpan.Zero);

    private static ProviderSettings Cloud(params UnitPrice[] prices) => new() { Name = "cloud", Kind = ProviderKind.Openai, Url = "https://api.openai.com/v1", Prices = prices };

    [Fact]
    public void Every_price_that_is_brought_says_since_when_and_from_where()
    {
        var prices = PriceTable.Embedded().Prices;
        Assert.NotEmpty(prices);
        Assert.All(prices, p => Assert.True(p.EffectiveFrom is not null && p.Source is not null, p.Model));
        Assert.Equal(prices.Count, prices.Select(p => (p.Provider, p.Model)).Distinct().Count());
    }

    [Fact]
    public void The_most_a_chat_can_cost_is_a_third_of_its_bytes_and_the_longest_answer()
    {
        var price = CallPrice.Of(Cloud(new UnitPrice { Provider = "openai", Model = "m", Mode = "chat", InputPerMillionTokens = 3m, OutputPerMillionTokens = 10m, TokensPerPicture = 1000 }), "m", Now);
        // 3,000 bytes are 1,000 tokens: 0.003; a picture 1,000 more: 0.003; 500 tokens of answer: 0.005.
        var cost = price.Chat(3000, 1, 500);
        Assert.Equal(0.011m, cost.MostUsd);
        Assert.Equal((0.00031m, false), (price.ChatSpent(cost, 70, 10).Usd, price.ChatSpent(cost, 70, 10).Estimated));
        Assert.Equal((0.011m, true), (price.ChatSpent(cost, null, 10).Usd, price.ChatSpent(cost, null, 10).Estimated));
    }

    [Fact]
    public void A_price_that_is_not_known_is_never_zero_and_a_free_provider_needs_none()
    {
        Assert.Null(CallPrice.Of(Cloud(), "m", Now).Chat(10, 0, 10).MostUsd);
        Assert.Null(CallPrice.Of(Cloud(new UnitPrice { Provider = "openai", Model = "m", Mode = "chat", InputPerMillionTokens = 3m }), "m", Now).Chat(10, 0, 10).MostUsd);
        Assert.Null(CallPrice.Of(Cloud(), "m", Now).Speech(10).MostUsd);
        Assert.Equal(0, CallPrice.Of(Cloud() with { Free = true }, "m", Now).Image().MostUsd);
    }

    [Theory]
    [InlineData("https://api.openai.com/v1", "openai")]
    [InlineData("https://openrouter.ai/api/v1", "openrouter")]
    [InlineData("https://generativelanguage.googleapis.com/v1beta/openai", "gemini")]
    [InlineData("http://127.0.0.1:11434/v1", null)]
    [InlineData("http://box/v1", null)]
    public void A_company_is_known_by_its_host(string url, string? company) => Assert.Equal(company, PriceTable.CompanyOf(url));

    [Fact]
    public void A_model_has_no_price_of_another_company()
    {
        var table = new PriceTable([new UnitPrice { Provider = "openai", Model = "m", Mode = "chat" }]);
        Assert.Empty(table.Of(Cloud() with { Url = "https://api.other.com/v1" }));
        Assert.Single(table.Of(Cloud()));
    }

    [Fact]
    public void Of_several_prices_the_newest_that_has_begun_counts()
    {
        UnitPrice[] prices = [.. new[] { (2024, 1m), (2025, 2m), (2027, 3m) }.Select(p => new UnitPrice { Provider = "openai", Model = "m", Mode = "image", PerImage = p.Item2, EffectiveFrom = new DateOnly(p.Item1, 1, 1) })];
        Assert.Equal(2m, PriceTable.Find(Cloud(prices), "m", new DateOnly(2026, 1, 2))!.PerImage);
    }

    [Fact]
    public void Prices_of_the_user_stand_over_those_that_are_brought()
    {
        var (mine, why) = PriceTable.Parse("""{"prices":[{"provider":"openai","model":"gpt-4o","mode":"chat","input_per_million_tokens":1.5,"output_per_million_tokens":2}]}""");
        Assert.Null(why);
        Assert.Equal(1.5m, Assert.Single(PriceTable.Embedded().With(mine!).Prices, p => p.Model == "gpt-4o").InputPerMillionTokens);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"prices":[{"provider":"a","model":"b"}]}""")]
    [InlineData("""{"prices":[{"provider":"a","model":"b","mode":"chat","price":1}]}""")]
    [InlineData("""{"prices":[{"provider":"a","model":"b","mode":"chat","per_image":-1}]}""")]
    [InlineData("""{"prices":[null]}""")]
    public void A_price_file_that_is_wrong_is_refused_with_the_reason(string text) => Assert.NotNull(PriceTable.Parse(text).Why);

    [Fact]
    public void The_file_of_litellm_is_taken_over_to_the_last_digit()
    {
        var (prices, left, why) = LiteLlmPrices.Read("""
            { "sample_spec": { "mode": "chat" },
              "gpt-x": { "litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 1.5e-07, "output_cost_per_token": 6e-07 },
              "groq/llama": { "litellm_provider": "groq", "mode": "chat", "input_cost_per_token": 5.9e-07, "output_cost_per_token": 7.9e-07 },
              "tts": { "litellm_provider": "openai", "mode": "audio_speech", "input_cost_per_character": 1.5e-05 },
              "asr": { "litellm_provider": "openai", "mode": "audio_transcription", "input_cost_per_second": 0.0001, "output_cost_per_second": 0.0001 },
              "tiered": { "litellm_provider": "gemini", "mode": "chat", "input_cost_per_token": 1e-06, "input_cost_per_token_above_200k_tokens": 2e-06, "output_cost_per_token": 1e-06 },
              "half": { "litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 1e-06 },
              "vectors": { "litellm_provider": "openai", "mode": "embedding", "input_cost_per_token": 1e-08 } }
            """);
        Assert.Null(why);
        Assert.Equal(3, left);
        Assert.Equal([("openai", "gpt-x"), ("groq", "llama"), ("openai", "tts"), ("openai", "asr")], prices!.Select(p => (p.Provider, p.Model)));
        Assert.Equal((0.15m, 0.6m), (prices![0].InputPerMillionTokens, prices[0].OutputPerMillionTokens));
        Assert.Equal((0.000015m, 0.0001m), (prices[2].PerCharacter, prices[3].PerSecond));
        Assert.Null(PriceTable.Parse(PriceTable.Write(prices)).Why);
    }
}
