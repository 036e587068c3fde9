using System.Collections.Concurrent;
using Spool.Platform;

namespace Spool.App.Server.Showing;

/// <summary>Hands out what people look at: made when it is asked for the first time, kept after that.</summary>
internal sealed class MediaDesk : IDisposable
{
    /// <summary>Parts of the names of kept files: raised when their making changes, so that what was made before is made again.</summary>
    private const int Version = 1;
    private const int MostLooks = 2000;

    private readonly MediaTools _tools;
    private readonly MediaShelf _shelf;
    private readonly Makers _makers;
    private readonly Pictures _pictures;
    private readonly ConcurrentDictionary<Digest, (Look? Look, NotShownException? Why)> _looks = new();
    private readonly SemaphoreSlim _looking = new(2);

    internal MediaDesk(Composition composition)
    {
        _tools = new MediaTools(composition);
        _shelf = new MediaShelf(composition.Disk, Path.Join(composition.StateRoot, "media"), composition.Time);
        _makers = new Makers(_shelf, composition.Time);
        _pictures = new Pictures(_tools);
    }

    /// <summary>What the bytes are; looked into once.</summary>
    /// <exception cref="NotShownException">They cannot be shown.</exception>
    internal async Task<Look> LookAsync(Digest digest, string path, CancellationToken cancel)
    {
        if (Known(digest, path) is { } known) return known;
        await _looking.WaitAsync(cancel);
        try
        {
            if (Known(digest, path) is { } meanwhile) return meanwhile;
            if (_looks.Count > MostLooks) _looks.Clear();
            try
            {
                var look = await _tools.LookAsync(path, cancel);
                _looks[digest] = (look, null);
                return look;
            }
            catch (NotShownException e) when ((int)e.Status < 500)
            {
                _looks[digest] = (null, e);
                throw;
            }
        }
        finally { _looking.Release(); }
    }

    // The bytes are the same wherever they lie, but a place may be gone by now.
    private Look? Known(Digest digest, string path)
    {
        if (!_looks.TryGetValue(digest, out var known)) return null;
        return known.Why is { } why ? throw new NotShownException(why.Status, why.Message) : known.Look! with { Path = path };
    }

    internal Task<string> PictureAsync(Digest digest, Look look, int side, CancellationToken cancel) =>
        _makers.MakeAsync(digest, $"picture{side}-{Version}.jpg", (file, making) => _pictures.JpegAsync(look, side, file, making.Stop), cancel);

    /// <summary>A picture that no browser shows, as PNG.</summary>
    internal Task<string> WholePictureAsync(Digest digest, Look look, CancellationToken cancel) =>
        _makers.MakeAsync(digest, $"whole-{Version}.png", (file, making) => _pictures.PngAsync(look, file, making.Stop), cancel);

    internal Task<(string? Path, double Progress)> ProxyAsync(Digest digest, Look look) =>
        _makers.AskAsync(digest, $"proxy-{Version}.mp4", (file, making) => new Proxy(_tools, _shelf.MostBytes / 2).MakeAsync(look, file, making));

    internal Task<string> WaveformAsync(Digest digest, Look look, CancellationToken cancel) =>
        _makers.MakeAsync(digest, $"waveform-{Version}.json", (file, making) => new Waveform(_tools).MakeAsync(look, file, making.Stop), cancel);

    internal Task<string> SpectrogramAsync(Digest digest, Look look, CancellationToken cancel) =>
        _makers.MakeAsync(digest, $"spectrogram-{Version}.png", (file, making) => new Spectrogram(_tools).MakeAsync(look, file, making.Stop), cancel);

    internal Task<string> SpriteAsync(Digest digest, Look look, CancellationToken cancel) =>
        _makers.MakeAsync(digest, $"sprite-{Version}.jpg", (file, making) => new Sprite(_tools).MakeAsync(look, file, making.Stop), cancel);

    public void Dispose()
    {
        _makers.Dispose();
        _looking.Dispose();
    }
}
