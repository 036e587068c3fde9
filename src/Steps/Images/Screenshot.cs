using System.Globalization;
using System.Text;
using System.Text.Json;
using Spool.Engine;
using Spool.Media.Slides;
using Spool.Media.Timeline;
using Spool.Models.Browser;

namespace Spool.Steps.Images;

/// <summary>
/// Takes a picture of a web page with Chromium: of an HTML template filled with data, or of an address. Values are put in as text, so markup in
/// them is shown and not obeyed. The page has no network but the hosts in <c>allow-hosts</c>, and no way to files, to this machine or its network; what
/// it asked for in vain stands in the log.
/// </summary>
[StepKind("images.screenshot", version: 1)]
public sealed record Screenshot : Step
{
    private const int MostPixelsAside = 16384, MostHtml = 16 << 20;

    private static readonly Dictionary<string, string> Types = new()
    {
        [".css"] = "text/css",
        [".js"] = "text/javascript",
        [".json"] = "application/json",
        [".svg"] = "image/svg+xml",
        [".png"] = "image/png",
        [".jpg"] = "image/jpeg",
        [".jpeg"] = "image/jpeg",
        [".gif"] = "image/gif",
        [".webp"] = "image/webp",
        [".woff2"] = "font/woff2",
        [".woff"] = "font/woff",
        [".ttf"] = "font/ttf",
        [".otf"] = "font/otf",
        [".html"] = "text/html; charset=utf-8",
        [".txt"] = "text/plain; charset=utf-8",
    };

    /// <summary>The page, a template: {{ name }} and {{ item.name }} are filled from the data. Leave it out for an address.</summary>
    [In("html")] public InputFile? Html { get; init; }

    /// <summary>The values of the template, a JSON object.</summary>
    [In("data")] public InputFile? Data { get; init; }

    /// <summary>Files that the page finds beside itself: pictures, style sheets, fonts.</summary>
    [In("assets")] public InputFolder? Assets { get; init; }

    /// <summary>The picture (.png).</summary>
    [Out("image")] public OutputFile Image { get; init; } = null!;

    /// <summary>An address to open in place of a template; its host must be in allow-hosts. The picture is kept until redo.</summary>
    public string? Url { get; init; }

    /// <summary>Width and height of the window in CSS pixels. Default 1920x1080.</summary>
    public PictureSize Size { get; init; } = new(1920, 1080);

    /// <summary>Pixels of the picture for each CSS pixel. Default 1.</summary>
    [Within(0.1, 4)] public double Scale { get; init; } = 1;

    /// <summary>What to wait for: load, milliseconds after it such as 500, or a CSS selector that must be there. Default load.</summary>
    public string Wait { get; init; } = "load";

    /// <summary>Seconds after which a page that is not ready fails. Default 30.</summary>
    [Within(1, 600)] public double Timeout { get; init; } = 30;

    /// <summary>Takes the whole height of the page. Default false.</summary>
    public bool FullPage { get; init; }

    /// <summary>Leaves out the white ground, so that a page without a background of its own can be laid over a film. Default false.</summary>
    public bool Transparent { get; init; }

    /// <summary>Runs the scripts of the page. Default true.</summary>
    public bool Scripts { get; init; } = true;

    /// <summary>
    /// Hosts that the page may load from: example.com, *.example.com, with a port where it is not the usual one. Addresses of this machine
    /// and its network are refused even behind an allowed name; only an entry such as 127.0.0.1:8080 opens one. Default none.
    /// </summary>
    public IReadOnlyList<string> AllowHosts { get; init; } = [];

    public override IReadOnlyList<string> ToolsUsed() => [Tools.Chromium, Tools.FontList];

    /// <summary>What comes from outside may be another page next time.</summary>
    public override bool? Varies => Url is not null || AllowHosts.Count > 0;

    public override IEnumerable<(string Option, string Message)> Check()
    {
        foreach (var host in AllowHosts)
            if (AllowedHosts.Fault(host) is { } fault) yield return ("allow-hosts", fault);
        if (Url is not null && (!Uri.TryCreate(Url, UriKind.Absolute, out var address) ? $"'{Url}' is no address such as https://example.com/page" : new AllowedHosts(AllowHosts).Refusal(address)) is { } why)
            yield return ("url", $"url: {why}");
        if (Size.Width * Scale > MostPixelsAside || Size.Height * Scale > MostPixelsAside) yield return ("size", $"the picture would be larger than {MostPixelsAside} pixels a side; set a smaller size or scale");
        if (Wait.Length == 0) yield return ("wait", "wait must be load, milliseconds or a CSS selector");
        if (Milliseconds is { } time && time > Timeout * 1000) yield return ("wait", $"wait ({time} ms) is longer than timeout ({Timeout} s)");
    }

    private int? Milliseconds => int.TryParse(Wait.EndsWith("ms", StringComparison.Ordinal) ? Wait[..^2] : Wait, NumberStyles.None, CultureInfo.InvariantCulture, out var time) ? time : null;

    public override async Task<StepResult> RunAsync(StepContext context, CancellationToken cancel)
    {
        if (Image.Extension != ".png") return StepResult.Failed(FailureKind.BadOutput, $"a screenshot is written as .png, not as '{Image.Extension}'", "change the ending of the output");
        if (Html is null == Url is null)
            return StepResult.Failed(FailureKind.BadOutput, Url is null ? "there is no page to show" : "both a page and an address are given", "give either the input 'html' or the option 'url'");
        var wait = Milliseconds;
        var request = new ShotRequest(Url is null ? ShotRequest.Home : new Uri(Url), Url is null ? Files(context) : new Dictionary<string, PageFile>(), Size.Width, Size.Height)
        {
            Scale = Scale,
            FullPage = FullPage,
            Transparent = Transparent,
            Scripts = Scripts,
            Selector = wait is null && Wait != "load" ? Wait : null,
            Extra = TimeSpan.FromMilliseconds(wait ?? 0),
            Limit = TimeSpan.FromSeconds(Timeout),
        };
        Shot shot;
        try { shot = await TakeAsync(context, request, cancel); }
        catch (ShotFailedException e) { return StepResult.Failed(FailureKind.BadOutput, e.Message, "look at the log for what was not loaded"); }
        foreach (var refused in shot.Refused) context.Log($"not loaded: {refused}");
        if (shot.Refused.Any(r => !r.Contains("/favicon.ico:", StringComparison.Ordinal))) context.Fact("not loaded", $"{shot.Refused.Count(r => !r.Contains("/favicon.ico:", StringComparison.Ordinal))} requests");
        context.WriteBytes(Image, shot.Png);
        return Verify.Png(context, Image, new PngSize(shot.Width, shot.Height));
    }

    private Dictionary<string, PageFile> Files(StepContext context)
    {
        if (Html!.Bytes > MostHtml) throw Bad($"the page is larger than {MostHtml >> 20} MB");
        string page;
        try
        {
            using var data = Data is null ? null : JsonDocument.Parse(context.ReadText(Data), new JsonDocumentOptions { MaxDepth = 64 });
            page = HtmlTemplate.Fill(context.ReadText(Html), data?.RootElement);
        }
        catch (JsonException e) { throw Bad($"{Data!.Name} is no JSON: line {e.LineNumber + 1}"); }
        catch (TemplateException e) { throw Bad($"{Html.Name}, {e.Message}"); }
        var files = new Dictionary<string, PageFile> { [""] = new("text/html; charset=utf-8", () => Encoding.UTF8.GetBytes(page)) };
        foreach (var (name, file) in Assets?.Files ?? [])
            files[name] = new PageFile(Types.GetValueOrDefault(file.Extension, "application/octet-stream"), () => context.ReadBytes(file));
        return files;
    }

    /// <summary>Starts the browser, takes the picture, and ends it, also when anything goes wrong.</summary>
    private async Task<Shot> TakeAsync(StepContext context, ShotRequest request, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var fetch = new GuardedFetch(new AllowedHosts(AllowHosts));
        var listening = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        var browser = context.RunAsync(Chromium.Command(context.Full(context.Temporary("browser")), Environment.IsPrivilegedProcess) with
        {
            IsChatter = Chromium.IsChatter,
            OnLine = line => { if (Chromium.Listening(line) is { } address) listening.TrySetResult(address); },
        }, stop.Token);
        try
        {
            // A browser that ends before it listens throws its failure here.
            if (await Task.WhenAny(listening.Task, browser) == browser) await browser;
            if (!listening.Task.IsCompleted) throw new ShotFailedException("the browser ended before it could be used");
            return await PageShot.TakeAsync(await listening.Task, request, fetch, cancel);
        }
        finally
        {
            // It was asked to close; what does not is ended with all its children.
            if (await Task.WhenAny(browser, Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System, CancellationToken.None)) != browser) await stop.CancelAsync();
            try { await browser; }
            catch (OperationCanceledException) { context.Log("the browser did not close by itself and was ended"); }
            catch (StepFailedException e) { context.Log(e.Failure.Sentence); }
        }
    }

    private static StepFailedException Bad(string sentence) => new(new Failure(FailureKind.BadOutput, sentence));
}
