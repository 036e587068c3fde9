using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Spool.EndToEnd.Support;
using Xunit;

namespace Spool.EndToEnd.Server;

public sealed class MediaRouteTests : IDisposable
{
    private readonly ServerBench _bench;
    private const string Mixed = "-filter_complex [0:v]select='lt(n,20)+not(mod(n,3))'[v] -map [v] -map 1:a -fps_mode vfr";
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public MediaRouteTests()
    {
        Sandbox.Needs("ffmpeg", "ffprobe", "rsvg-convert");
        _bench = new ServerBench();
    }

    public void Dispose() => _bench.Dispose();

    private static string Film(string codecs, string size = "320x180", double seconds = 1.5, string rate = "30") =>
        string.Create(CultureInfo.InvariantCulture, $"-f lavfi -i testsrc2=s={size}:r={rate}:d={seconds} -f lavfi -i sine=f=440:r=44100:d={seconds} {codecs}");

    private static string At(string digest, string what) => $"/api/v1/artifacts/{digest}/{what}";

    /// <summary>The times of all frames of a film, in seconds, as ffprobe decodes them.</summary>
    private static List<double> Times(string path)
    {
        using var found = JsonDocument.Parse(Sandbox.Tool("ffprobe", ["-v", "error", "-select_streams", "v:0", "-show_entries", "frame=pts_time", "-of", "json", "file:" + path]));
        return [.. found.RootElement.GetProperty("frames").EnumerateArray().Select(f => double.Parse(f.GetProperty("pts_time").GetString()!, CultureInfo.InvariantCulture))];
    }

    private static JsonElement Stream(string path, string kind)
    {
        using var found = JsonDocument.Parse(Sandbox.Tool("ffprobe", ["-v", "error", "-show_streams", "-of", "json", "file:" + path]));
        return found.RootElement.GetProperty("streams").EnumerateArray().Single(s => s.GetProperty("codec_type").GetString() == kind).Clone();
    }

    /// <summary>Asks until the proxy is there; the file with its bytes.</summary>
    private async Task<string> ProxyAsync(string digest, string name)
    {
        var path = _bench.Box.At(name);
        for (var clock = Stopwatch.StartNew(); ; await Task.Delay(250, Stop))
        {
            var (status, headers, bytes) = await _bench.GetAsync(At(digest, "proxy"));
            if (status == HttpStatusCode.OK)
            {
                Assert.Equal(("inline", "nosniff"), (headers.ContentDisposition?.DispositionType, "nosniff"));
                await File.WriteAllBytesAsync(path, bytes, Stop);
                return path;
            }
            Assert.True(status == HttpStatusCode.Accepted, $"{status}: {Encoding.UTF8.GetString(bytes)}");
            Assert.InRange(JsonDocument.Parse(bytes).RootElement.GetProperty("progress").GetDouble(), 0, 1);
            Assert.True(clock.Elapsed.TotalSeconds < 60, "the proxy did not come");
        }
    }

    [Fact]
    public async Task A_proxy_has_the_frames_and_the_times_of_its_film()
    {
        var files = new List<string>
        {
            _bench.Make("prores.mov", Film("-c:v prores_ks -c:a pcm_s16le")),
            _bench.Make("uneven.mkv", Film(Mixed + " -c:v ffv1 -c:a flac", "161x91", 2)),
            _bench.Make("late.webm.mkv", Film(Mixed.Replace("(mod(n,3))'", "(mod(n,3))',setpts=PTS+0.25/TB", StringComparison.Ordinal) + " -c:v libvpx -deadline realtime -c:a libopus", "160x90", 2)),
            _bench.Make("deep.mp4", Film("-c:v libx265 -preset ultrafast -x265-params log-level=error -pix_fmt yuv420p10le -color_primaries bt2020 -color_trc smpte2084 -colorspace bt2020nc -c:a aac", "1920x1080", 0.5)),
            _bench.Make("bframes.mkv", Film("-c:v libx264 -preset medium -bf 3 -pix_fmt yuv422p -c:a ac3", "640x360")),
            _bench.Make("old.avi", Film("-c:v mpeg4 -c:a mp2", "320x240", 1, "25")),
        };
        var digests = await _bench.ResultsAsync([.. files]);
        foreach (var file in files)
        {
            var (status, _, _) = await _bench.GetAsync(At(digests[file], "play"));
            Assert.True(status == HttpStatusCode.TemporaryRedirect, $"{file}: {status}");
            var proxy = await ProxyAsync(digests[file], file + ".proxy");
            var (wanted, got) = (Times(_bench.Box.At(file)), Times(proxy));
            Assert.True(wanted.Count == got.Count, $"{file}: {wanted.Count} frames, its proxy {got.Count}");
            var worst = wanted.Zip(got, (a, b) => Math.Abs(a - b)).Max();
            Assert.True(worst < 0.0001, $"{file}: a frame of the proxy is {worst} s off");
            var video = Stream(proxy, "video");
            Assert.Equal(("h264", "yuv420p"), (video.GetProperty("codec_name").GetString(), video.GetProperty("pix_fmt").GetString()));
            Assert.Equal("aac", Stream(proxy, "audio").GetProperty("codec_name").GetString());
            Assert.InRange(video.GetProperty("height").GetInt32(), 2, 720);
            var bytes = await File.ReadAllBytesAsync(proxy, Stop);
            Assert.True(bytes.AsSpan().IndexOf("moov"u8) < bytes.AsSpan().IndexOf("mdat"u8), $"{file}: the index of the proxy is not at its front");
            Sandbox.Say($"{file}: {got.Count} frames, at most {worst:0.0000000} s off, {video.GetProperty("width")}x{video.GetProperty("height")}, {bytes.Length} bytes");
        }
        Assert.Equal((160, 90), (Stream(_bench.Box.At("uneven.mkv.proxy"), "video").GetProperty("width").GetInt32(), Stream(_bench.Box.At("uneven.mkv.proxy"), "video").GetProperty("height").GetInt32()));
        Assert.Equal("bt709", Stream(_bench.Box.At("deep.mp4.proxy"), "video").GetProperty("color_transfer").GetString());
        // Once made, it is there: also for ranges, and after the server was killed.
        _bench.Server.Kill();
        _bench.Server.Wait();
        _bench.Start();
        using var part = new HttpRequestMessage(HttpMethod.Get, At(digests["prores.mov"], "proxy"));
        part.Headers.Range = new(4, 7);
        using var four = await _bench.Http.SendAsync(part, Stop);
        Assert.Equal((HttpStatusCode.PartialContent, "ftyp", "video/mp4"), (four.StatusCode, await four.Content.ReadAsStringAsync(Stop), four.Content.Headers.ContentType?.MediaType));
    }

    [Fact]
    public async Task What_a_browser_plays_is_given_as_it_is()
    {
        var files = new Dictionary<string, string>
        {
            [_bench.Make("a.mp4", Film("-c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac"))] = "video/mp4",
            [_bench.Make("a.webm", Film("-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -pix_fmt yuv420p -c:a libopus", seconds: 0.5))] = "video/webm",
            [_bench.Make("a.wav", "-f lavfi -i sine=d=1")] = "audio/wav",
            [_bench.Make("a.mp3", "-f lavfi -i sine=d=1")] = "audio/mpeg",
            [_bench.Make("a.flac", "-f lavfi -i sine=d=1")] = "audio/flac",
            [_bench.Make("a.ogg", "-f lavfi -i sine=d=1 -c:a libopus")] = "audio/ogg",
            [_bench.Make("a.m4a", "-f lavfi -i sine=d=1")] = "audio/mp4",
            [_bench.Make("a.png", "-f lavfi -i testsrc2=s=64x48:d=0.04:r=25 -frames:v 1")] = "image/png",
            [_bench.Make("a.jpg", "-f lavfi -i testsrc2=s=64x48:d=0.04:r=25 -frames:v 1")] = "image/jpeg",
            [_bench.Make("a.gif", "-f lavfi -i testsrc2=s=64x48:d=0.4:r=5")] = "image/gif",
            [_bench.Make("a.webp", "-f lavfi -i testsrc2=s=64x48:d=0.04:r=25 -frames:v 1")] = "image/webp",
        };
        // The name says another thing than the bytes: nobody asks it.
        _bench.Make("really.png", "-f lavfi -i testsrc2=s=32x32:d=0.04:r=25 -frames:v 1");
        File.Move(_bench.Box.At("really.png"), _bench.Box.At("b.mp4"));
        files["b.mp4"] = "image/png";
        var digests = await _bench.ResultsAsync([.. files.Keys]);
        foreach (var (file, type) in files)
        {
            using var answer = await _bench.Http.GetAsync(At(digests[file], "play"), Stop);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{file}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync(Stop)}");
            Assert.Equal((type, "inline"), (answer.Content.Headers.ContentType?.MediaType, answer.Content.Headers.ContentDisposition?.DispositionType));
            Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.StartsWith("default-src 'none'; sandbox", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
            Assert.Equal(await File.ReadAllBytesAsync(_bench.Box.At(file), Stop), await answer.Content.ReadAsByteArrayAsync(Stop));
            var facts = await _bench.ObjectAsync(At(digests[file], "preview"));
            Assert.True(facts.GetProperty("plays").GetBoolean());
            Assert.Equal(type.Split('/')[0], facts.GetProperty("type").GetString());
        }
        var film = await _bench.ObjectAsync(At(digests["a.mp4"], "preview"));
        Assert.Equal((320, 180, 1.5, 30.0), (film.GetProperty("width").GetInt32(), film.GetProperty("height").GetInt32(), film.GetProperty("seconds").GetDouble(), film.GetProperty("fps").GetDouble()));
        using var part = new HttpRequestMessage(HttpMethod.Get, At(digests["a.mp4"], "play"));
        part.Headers.Range = new(4, 7);
        using var four = await _bench.Http.SendAsync(part, Stop);
        Assert.Equal((HttpStatusCode.PartialContent, "ftyp"), (four.StatusCode, await four.Content.ReadAsStringAsync(Stop)));
        part.Dispose();
        using var beyond = new HttpRequestMessage(HttpMethod.Get, At(digests["a.mp4"], "play"));
        beyond.Headers.Range = new(1L << 40, null);
        using var none = await _bench.Http.SendAsync(beyond, Stop);
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, none.StatusCode);
    }

    [Fact]
    public async Task Small_pictures_are_made_of_films_pictures_and_drawings_turned_and_never_enlarged()
    {
        _bench.Make("flat.mp4", Film("-c:v libx264 -preset ultrafast -pix_fmt yuv420p -an", "640x360", 1).Replace(" -f lavfi -i sine=f=440:r=44100:d=1", "", StringComparison.Ordinal));
        _bench.Make("turned.mp4", "-i @flat.mp4 -c copy -metadata:s:v:0 rotate=90");
        _bench.Make("clear.png", "-f lavfi -i color=c=0xff000000:s=900x300:r=1:d=1,format=rgba -frames:v 1");
        _bench.Make("tiny.bmp", "-f lavfi -i testsrc2=s=64x64:d=0.04:r=25,format=bgr24,scale=15:9 -frames:v 1");
        _bench.Box.Write("drawing.svg", """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><script>alert(1)</script><rect width="40" height="20" fill="#00ff00"/></svg>""");
        _bench.Make("tone.wav", "-f lavfi -i sine=d=1");
        var digests = await _bench.ResultsAsync("flat.mp4", "turned.mp4", "clear.png", "tiny.bmp", "drawing.svg", "tone.wav");
        foreach (var (file, what, size) in new[]
        {
            ("flat.mp4", "thumbnail", "320x180"), ("flat.mp4", "poster", "640x360"), ("turned.mp4", "thumbnail", "180x320"), ("clear.png", "thumbnail", "320x107"),
            ("tiny.bmp", "thumbnail", "15x9"), ("drawing.svg", "thumbnail", "320x160"), ("drawing.svg", "poster", "960x480"),
        })
        {
            var (status, headers, bytes) = await _bench.GetAsync(At(digests[file], what));
            Assert.True(status == HttpStatusCode.OK, $"{file}: {status} {Encoding.UTF8.GetString(bytes)}");
            Assert.Equal("image/jpeg", headers.ContentType?.MediaType);
            await File.WriteAllBytesAsync(_bench.Box.At("seen.jpg"), bytes, Stop);
            var picture = Stream(_bench.Box.At("seen.jpg"), "video");
            Assert.Equal((file, size), (file, $"{picture.GetProperty("width")}x{picture.GetProperty("height")}"));
        }
        // What is transparent is white, and the drawing is green.
        Assert.True(Pixel(await _bench.GetAsync(At(digests["clear.png"], "thumbnail"))) is [> 250, > 250, > 250]);
        Assert.True(Pixel(await _bench.GetAsync(At(digests["drawing.svg"], "thumbnail"))) is [< 10, > 245, < 10]);
        // A drawing may hold a program: it is given as pixels or to be saved.
        Assert.Equal(HttpStatusCode.TemporaryRedirect, (await _bench.GetAsync(At(digests["drawing.svg"], "play"))).Status);
        foreach (var file in new[] { "drawing.svg", "tiny.bmp" })
        {
            var (status, headers, bytes) = await _bench.GetAsync(At(digests[file], "proxy"));
            Assert.Equal((HttpStatusCode.OK, "image/png"), (status, headers.ContentType?.MediaType));
            Assert.True(bytes.AsSpan(1, 3).SequenceEqual("PNG"u8));
        }
        Assert.Contains("holds sound only", Encoding.UTF8.GetString((await _bench.GetAsync(At(digests["tone.wav"], "thumbnail"))).Bytes), StringComparison.Ordinal);
    }

    private byte[] Pixel((HttpStatusCode, System.Net.Http.Headers.HttpContentHeaders, byte[] Bytes) answer)
    {
        File.WriteAllBytes(_bench.Box.At("pixel.jpg"), answer.Bytes);
        Sandbox.Tool("ffmpeg", ["-v", "error", "-nostdin", "-y", "-i", _bench.Box.At("pixel.jpg"), "-vf", "format=rgb24,crop=1:1:20:20", "-f", "rawvideo", _bench.Box.At("pixel.rgb")]);
        return File.ReadAllBytes(_bench.Box.At("pixel.rgb"));
    }

    [Fact]
    public async Task Hostile_and_broken_bytes_are_refused_with_a_sentence_and_open_nothing()
    {
        _bench.Make("good.mp4", Film("-c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac"));
        var whole = await File.ReadAllBytesAsync(_bench.Box.At("good.mp4"), Stop);
        await File.WriteAllBytesAsync(_bench.Box.At("half.mp4"), whole[..(whole.Length / 2)], Stop);
        using var canary = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        canary.Start();
        _bench.Box.Write("list.mp4", $"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nhttp://127.0.0.1:{((IPEndPoint)canary.LocalEndpoint).Port}/a.ts\n#EXTINF:2,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n");
        _bench.Box.Write("script.mp4", "ffconcat version 1.0\nfile good.mp4\n");
        _bench.Box.Write("bomb.svg", """<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>&x;</text></svg>""");
        _bench.Box.Write("page.png", "<html><script>alert(1)</script></html>");
        _bench.Box.Write("empty.mp4", "");
        _bench.Make("strange.avi", Film("-c:v magicyuv -pix_fmt yuv420p -an -map 0:v", "64x64", 0.2));
        _bench.Make("bomb.png", "-f lavfi -i color=black:s=16000x16000:d=0.04 -frames:v 1 -pix_fmt monob");
        var digests = await _bench.ResultsAsync("half.mp4", "list.mp4", "script.mp4", "bomb.svg", "page.png", "empty.mp4", "strange.avi", "bomb.png");
        foreach (var (file, digest) in digests)
        {
            foreach (var what in new[] { "thumbnail", "preview", "play", "proxy", "waveform" })
            {
                using var answer = await _bench.Http.GetAsync(At(digest, what), Stop);
                var text = await answer.Content.ReadAsStringAsync(Stop);
                Assert.True(answer.StatusCode == HttpStatusCode.UnsupportedMediaType, $"{file}/{what}: {answer.StatusCode} {text}");
                Assert.StartsWith("the file ", JsonDocument.Parse(text).RootElement.GetProperty("title").GetString(), StringComparison.Ordinal);
                if (what == "play") Sandbox.Say($"{file}: {JsonDocument.Parse(text).RootElement.GetProperty("title").GetString()}");
            }
        }
        Assert.False(canary.Pending());
        Assert.Equal(HttpStatusCode.NotFound, (await _bench.GetAsync(At(new string('0', 64), "play"))).Status);
        foreach (var odd in new[] { "..%2F..%2Fetc%2Fpasswd", "..%252F", "a", "..\\..\\x", new string('g', 64) })
            Assert.True((await _bench.GetAsync(At(odd, "play"))).Status is HttpStatusCode.BadRequest or HttpStatusCode.NotFound, odd);
        using var stranger = new HttpClient();
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync(new Uri(_bench.Http.BaseAddress!, At(digests["half.mp4"], "play")), Stop)).StatusCode);
        Assert.False(Directory.Exists(Path.Join(_bench.State, "media")));
    }

    [Fact]
    public async Task The_waveform_shows_where_the_sound_is_loud()
    {
        // A second of silence, a second at half the level, both sides against each other: a mix of the two would be silent.
        _bench.Make("sound.wav", "-f lavfi -i aevalsrc=0.5*sin(2*PI*9000*t)*gte(t\\,1)|-0.5*sin(2*PI*9000*t)*gte(t\\,1):s=48000:d=2");
        var digest = (await _bench.ResultsAsync("sound.wav")).Values.Single();
        var wave = await _bench.ObjectAsync(At(digest, "waveform"));
        Assert.Equal(2, wave.GetProperty("seconds").GetDouble());
        var peaks = wave.GetProperty("peaks").EnumerateArray().Select(p => p.GetDouble()).ToList();
        Assert.InRange(peaks.Count, 300, 1000);
        Assert.All(peaks.Take((peaks.Count / 2) - 1), p => Assert.Equal(0, p));
        Assert.All(peaks.Skip((peaks.Count / 2) + 1), p => Assert.InRange(p, 0.48, 0.51));
    }

    [Fact]
    public async Task A_sprite_shows_the_film_over_its_time()
    {
        // Ten colours, a tenth of the time each: ten tiles each. The longer film has a key frame every second.
        foreach (var (name, seconds) in new[] { ("short.mkv", 5), ("long.mp4", 120) })
            _bench.Make(name, string.Create(CultureInfo.InvariantCulture, $"-f lavfi -i color=black:s=320x180:r=10:d={seconds},format=gray,geq=lum='20+20*floor(10*T/{seconds}+0.001)' -c:v libx264 -preset ultrafast -g 10 -pix_fmt yuv420p"));
        var digests = await _bench.ResultsAsync("short.mkv", "long.mp4");
        foreach (var (name, seconds) in new[] { ("short.mkv", 5), ("long.mp4", 120) })
        {
            var facts = await _bench.ObjectAsync(At(digests[name], "sprite.json"));
            Assert.Equal((10, 10, 160, 90), (facts.GetProperty("columns").GetInt32(), facts.GetProperty("rows").GetInt32(), facts.GetProperty("tile_width").GetInt32(), facts.GetProperty("tile_height").GetInt32()));
            Assert.Equal(seconds / 100.0, facts.GetProperty("seconds_per_tile").GetDouble(), 0.001);
            var (status, headers, bytes) = await _bench.GetAsync(At(digests[name], "sprite"));
            Assert.True(status == HttpStatusCode.OK, Encoding.UTF8.GetString(bytes));
            Assert.Equal("image/jpeg", headers.ContentType?.MediaType);
            await File.WriteAllBytesAsync(_bench.Box.At("sprite.jpg"), bytes, Stop);
            Sandbox.Tool("ffmpeg", ["-v", "error", "-nostdin", "-y", "-i", _bench.Box.At("sprite.jpg"), "-vf", "format=gray,crop=1600:900,scale=10:10:flags=area", "-f", "rawvideo", _bench.Box.At("sprite.raw")]);
            var tiles = await File.ReadAllBytesAsync(_bench.Box.At("sprite.raw"), Stop);
            // A row of tiles is a tenth of the time; a tile at the border may show the frame before it.
            for (var row = 0; row < 10; row++)
                for (var column = 1; column < 10; column++)
                    Assert.True(tiles[(10 * row) + column] == tiles[(10 * row) + 5], $"{name}: tile {row}, {column}: {string.Join(' ', tiles)}");
            Assert.Equal(10, Enumerable.Range(0, 10).Select(row => tiles[(10 * row) + 5]).Distinct().Count());
        }
    }

    [Fact]
    public async Task A_spectrogram_is_bright_where_the_tone_is()
    {
        _bench.Make("tone.wav", "-f lavfi -i sine=f=12000:r=48000:d=3");
        var digest = (await _bench.ResultsAsync("tone.wav")).Values.Single();
        var (status, headers, bytes) = await _bench.GetAsync(At(digest, "spectrogram"));
        Assert.Equal((HttpStatusCode.OK, "image/png"), (status, headers.ContentType?.MediaType));
        await File.WriteAllBytesAsync(_bench.Box.At("s.png"), bytes, Stop);
        Sandbox.Tool("ffmpeg", ["-v", "error", "-nostdin", "-y", "-i", _bench.Box.At("s.png"), "-vf", "format=gray,crop=1:256:512:0", "-f", "rawvideo", _bench.Box.At("s.raw")]);
        var column = await File.ReadAllBytesAsync(_bench.Box.At("s.raw"), Stop);
        // 12 kHz of 24: the middle.
        Assert.Equal(256, column.Length);
        Assert.InRange(Array.IndexOf(column, column.Max()), 124, 132);
    }

    [Fact]
    public async Task What_many_ask_for_is_made_once()
    {
        _bench.Make("film.mkv", Film("-c:v ffv1 -c:a flac", "1280x720", 2));
        var digest = (await _bench.ResultsAsync("film.mkv")).Values.Single();
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => _bench.GetAsync(At(digest, i % 2 == 0 ? "thumbnail" : "proxy"))));
        Assert.All(answers, a => Assert.True(a.Status is HttpStatusCode.OK or HttpStatusCode.Accepted));
        Assert.InRange(Sandbox.ToolsOf(_bench.Server.Pid).Count, 0, 2);
        await ProxyAsync(digest, "film.proxy");
        var media = Path.Join(_bench.State, "media");
        Assert.Equal(3, Directory.GetFiles(Path.Join(media, digest)).Length); // picture, proxy, the note of its use
        Assert.Empty(Directory.GetFiles(Path.Join(media, "tmp")));
    }

    [Fact]
    public async Task What_nobody_waits_for_any_more_is_given_up()
    {
        _bench.Make("long.mkv", "-f lavfi -i testsrc2=s=1920x1080:r=30:d=20 -c:v mpeg4 -q:v 5");
        var digest = (await _bench.ResultsAsync("long.mkv")).Values.Single();
        await _bench.ObjectAsync(At(digest, "preview"));
        using (var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(400)))
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _bench.Http.GetAsync(At(digest, "sprite"), patience.Token));
        Sandbox.Until(() => Sandbox.ToolsOf(_bench.Server.Pid).Count == 0, "the end of the tool", 5);
        Assert.False(File.Exists(Path.Join(_bench.State, "media", digest, "sprite-1.jpg")));
        // It is made when somebody waits.
        Assert.Equal(HttpStatusCode.OK, (await _bench.GetAsync(At(digest, "sprite"))).Status);
    }

    [Fact]
    public async Task Tools_end_with_a_server_that_is_killed()
    {
        _bench.Make("long.mkv", "-f lavfi -i testsrc2=s=1920x1080:r=30:d=20 -c:v mpeg4 -q:v 5");
        var digest = (await _bench.ResultsAsync("long.mkv")).Values.Single();
        Assert.Equal(HttpStatusCode.Accepted, (await _bench.GetAsync(At(digest, "proxy"))).Status);
        Sandbox.Until(() => Sandbox.ToolsOf(_bench.Server.Pid).Count > 0, "the proxy is being made");
        _bench.Server.Kill();
        _bench.Server.Wait();
        Sandbox.MustLeaveNothing(_bench.Server.Pid);
        _bench.Start();
        Assert.Equal(HttpStatusCode.Accepted, (await _bench.GetAsync(At(digest, "proxy"))).Status);
        Assert.False(File.Exists(Path.Join(_bench.State, "media", digest, "proxy-1.mp4")));
    }
}
